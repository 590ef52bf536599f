import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { compileRegex, runsInLinearTime } from './regex.ts';

function matches(pattern: string, text: string): boolean {
  const regex = compileRegex(pattern);
  if ('error' in regex) throw new Error(regex.error);
  return regex.test(text);
}

describe('a pattern', () => {
  test('that could backtrack for long runs in linear time', () => {
    const hostile = `${'a'.repeat(30_000)}!`;
    for (const pattern of ['^(a+)+$', '^(a|a)*$', '(a*)*$', 'a*a*a*b', '^a*a*$', '(?:a|aa)+$', '^([a-z]+)*$']) {
      expect(runsInLinearTime(pattern)).toBe(false);
      expect(matches(pattern, hostile)).toBe(pattern === '(a*)*$');
    }
  });

  test('that cannot is left to the platform', () => {
    for (const pattern of [
      '^[a-z]+$',
      '^abc',
      'abc',
      '^[a-z]([-a-z0-9]*[a-z0-9])?$',
      '^a{1,5}$',
      '^(?:red|blue)$',
      '^x.*\\)$',
    ]) {
      expect(runsInLinearTime(pattern)).toBe(true);
    }
  });

  test('has the syntax of RE2', () => {
    expect(matches('(?i)^HELLO$', 'hello')).toBe(true);
    expect(matches('a(?i)B', 'ab')).toBe(true);
    expect(matches('^[[:alpha:]]+$', 'abc')).toBe(true);
    expect(matches('\\pL', '\u00e9')).toBe(true);
    expect(compileRegex('a(?=b)')).toHaveProperty('error');
    expect(compileRegex('(')).toHaveProperty('error');
  });

  test('matches the same on either engine', () => {
    const part = fc.constantFrom('a', 'b', '[a-b]', '.', '\\d', '(a|b)', '(?:ab)?', 'a{1,2}', '[^a]');
    const tail = fc.constantFrom('', '*', '+', '*$', '+$', '$');
    const pattern = fc
      .tuple(fc.constantFrom('', '^'), fc.array(part, { maxLength: 4 }), tail)
      .map(([head, parts, end]) => {
        const body = parts.join('');
        return `${head}${body}${body === '' ? '' : end}`;
      });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '\n', '\u{1f600}'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        if (/[?}][*+]/.test(source)) return;
        const regex = compileRegex(source);
        if ('error' in regex) throw new Error(regex.error);
        const matcher = RE2JS.compile(source).matcher(input);
        const found = matcher.find();
        expect(regex.test(input)).toBe(found);
        expect(regex.find(input)).toBe(found ? matcher.group() : undefined);
      }),
    );
  });
});
