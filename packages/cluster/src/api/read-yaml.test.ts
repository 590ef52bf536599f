import { encodeJson } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { parseYaml } from './read-yaml.ts';

const json = (text: string) => encodeJson(parseYaml(text).value);

test.each([
  ['a: 1\nb: [x, {c: ~}]', '{"a":1,"b":["x",{"c":null}]}'],
  ['date: 2020-01-01', '{"date":"2020-01-01"}'],
  ['a: !!binary "aGk="', '{"a":"hi"}'],
  ['a: 1e999', '{"a":"1e999"}'],
  ['a: .', '{"a":"."}'],
  ['a: &x {b: 1}\nc: *x', '{"a":{"b":1},"c":{"b":1}}'],
  ['__proto__: {x: 1}', '{"__proto__":{"x":1}}'],
  ['', 'null'],
  ['a: |\n  b\n  c', '{"a":"b\\nc"}'],
  ['a: |\n  b\n', '{"a":"b\\n"}'],
  ['a: >\n  b\nc: |-\n  d', '{"a":"b\\n","c":"d"}'],
  ['a: "x\\\\/y"', '{"a":"x\\\\/y"}'],
])('%j is read', (text, wanted) => {
  expect(json(text)).toBe(wanted);
});

test.each([
  ['a: [b', "yaml: line 1: did not find expected ',' or ']'"],
  ['a: "b\\/c"', 'yaml: found unknown escape character'],
  ['a:\n  b: "\\x4"', 'yaml: line 2: did not find expected hexdecimal number'],
  ['<<: a', 'yaml: map merge requires map or sequence of maps as the value'],
  ['a: .inf', 'json: unsupported value: +Inf'],
  ['a: .nan', 'json: unsupported value: NaN'],
  ['a: *b', "yaml: unknown anchor 'b' referenced"],
  ['a: &a [*a]', "yaml: anchor 'a' value contains itself"],
  [
    Array.from({ length: 12 }, (_, at) => `a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1},`.repeat(9)}]`).join('\n'),
    'yaml: document contains excessive aliasing',
  ],
])('%j is refused', (text, message) => {
  expect(() => parseYaml(text)).toThrow(expect.objectContaining({ name: 'YamlError', message }));
});

describe('nesting', () => {
  const staircase = (levels: number) => Array.from({ length: levels }, (_, at) => `${' '.repeat(at)}a:`).join('\n');

  test.each([
    ['flow lists', (levels: number) => '['.repeat(levels) + ']'.repeat(levels)],
    ['flow maps', (levels: number) => '{a: '.repeat(levels) + '}'.repeat(levels)],
    ['lists', (levels: number) => `${'- '.repeat(levels)}x`],
    ['keys', (levels: number) => `${'? '.repeat(levels)}x`],
    ['maps', staircase],
    ['lists in maps', (levels: number) => `${staircase(levels).replaceAll(/( *)a:/g, '$1a:\n$1- a:')}`],
    ['flow lists on lines', (levels: number) => `a:\n${' [\n'.repeat(levels)}`],
  ])('of %s ends before the stack does', (_, nested) => {
    expect(() => parseYaml(nested(10_000))).toThrow('yaml: exceeded max depth of 10000');
    expect(() => parseYaml(nested(260))).toThrow('yaml: ');
  });

  test('is no matter of texts with brackets in them', () => {
    const text = `a: |\n${'  case [ in (\n'.repeat(1000)}b: x\n`;
    expect(json(text)).toContain('"b":"x"');
    expect(json(`${'    - [x]\n'.repeat(1000)}`)).toContain('["x"]');
    expect(json(staircase(100))).toContain('{"a":{"a"');
  });
});
