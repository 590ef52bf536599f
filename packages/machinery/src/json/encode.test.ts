import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeJson } from './encode.ts';
import { parseJson } from './parse.ts';
import { plainJson } from './plain.ts';

describe('encodeJson', () => {
  test('escapes what Go escapes', () => {
    expect(encodeJson({ 'a<b': '<>&\u2028\u2029"\\' })).toBe(
      '{"a\\u003cb":"\\u003c\\u003e\\u0026\\u2028\\u2029\\"\\\\"}',
    );
  });

  test('leaves undefined properties out', () => {
    expect(encodeJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
    expect(encodeJson(undefined)).toBe('null');
  });

  test('indents by two spaces', () => {
    expect(encodeJson({ a: [1, { b: {} }], c: [] }, { pretty: true })).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": {}\n    }\n  ],\n  "c": []\n}',
    );
  });

  test('writes numbers as they were read', () => {
    const text = '{"a":1.0,"b":[9007199254740993,1e3,1],"c":"lexeme:2","d":"\\"lexeme:3","1":-0.0}';
    expect(JSON.parse(encodeJson(parseJson(text).value))).toEqual(JSON.parse(text));
    expect(encodeJson(parseJson('[1.0,"lexeme:","_lexeme:1",9007199254740993,{"x":1e3}]').value)).toBe(
      '[1.0,"lexeme:","_lexeme:1",9007199254740993,{"x":1e3}]',
    );
  });

  test('reads back what it writes, to the letter', () => {
    const number = fc.constantFrom('1.0', '1e3', '12345678901234567890', '7', '0.5');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), number)), (entries) => {
        const text = `[${entries.map(([name, value]) => `{${encodeJson(name)}:${value}}`).join(',')}]`;
        expect(encodeJson(parseJson(text).value)).toBe(encodeJson(parseJson(encodeJson(parseJson(text).value)).value));
        expect(plainJson(parseJson(text).value)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('plainJson', () => {
  test('returns the value itself where there is nothing to convert', () => {
    const value = { a: [1, { b: 'x' }] };
    expect(plainJson(value)).toBe(value);
  });

  test('copies only the way to what it converts', () => {
    const { value } = parseJson('{"keep":{"x":1},"n":[1.0,{"__proto__":1e3}]}') as { value: Record<string, unknown> };
    const plain = plainJson(value) as Record<string, unknown>;
    expect(plain.keep).toBe(value.keep);
    expect(JSON.stringify(plain)).toBe('{"keep":{"x":1},"n":[1,{"__proto__":1000}]}');
    expect(encodeJson(value)).toContain('1.0');
  });
});
