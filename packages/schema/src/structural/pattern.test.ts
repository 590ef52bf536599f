import { describe, expect, it } from 'vitest';
import { compilePattern } from './pattern.ts';

function matches(pattern: string, text: string): boolean {
  const compiled = compilePattern(pattern);
  if ('error' in compiled) throw new Error(compiled.error);
  return compiled.regExp.test(text);
}

describe('RE2 patterns mean the same as in the API server', () => {
  it.each([
    ['^[a-z]+$', 'abc', 'aBc'],
    ['^[a-z]$', 'a', 'a\n'],
    ['(?i)^abc$', 'ABC', 'abcd'],
    ['^a.c$', 'a\rc', 'a\nc'],
    ['(?s)^a.c$', 'a\nc', 'ac'],
    ['(?m)^b$', 'a\nb', 'a b'],
    ['^[[:alpha:]_]+$', 'a_B', 'a1'],
    ['^[\\w-.]+$', 'a-b.c', 'a b'],
    ['^[]a]+$', ']a', 'b'],
    ['^\\Qa.b\\E$', 'a.b', 'axb'],
    ['\\Aab\\z', 'ab', 'ab\n'],
    ['^\\pL+$', 'äβ', 'a1'],
    ['^\\p{Greek}$', 'β', 'b'],
    ['^(?P<year>\\d{4})$', '2026', '26'],
    ['^a{,2}$', 'a{,2}', 'aa'],
    ['^\\s$', '\t', '\u00a0'],
    ['^[^\\S]$', ' ', 'a'],
    ['^\\_\\-\\#\\/$', '_-#/', '_'],
    ['^[\\-\\/]+$', '-/', 'a'],
    ['^\\x41\\x{1F600}$', 'A😀', 'A'],
    ['^.$', '😀', '😀😀'],
    ['^[+-]?[0-9]$', '-1', '--1'],
  ])('%s', (pattern, good, bad) => {
    expect(matches(pattern, good)).toBe(true);
    expect(matches(pattern, bad)).toBe(false);
  });

  it.each(['(?=a)', '(?!a)', '(?<=a)', 'a(?i)b', '(a)\\1', '[a', '(a', 'a**', '\\C', '[z-a]', 'a{1001}', '\\y', 'a\\'])(
    'refuses %s',
    (pattern) => {
      expect(compilePattern(pattern)).toHaveProperty('error', expect.stringContaining('error parsing regexp: '));
    },
  );
});
