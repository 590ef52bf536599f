import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeJson } from './encode.ts';
import { NumberLexeme } from './number-lexeme.ts';
import { parseJson } from './parse.ts';
import { plainJson } from './plain.ts';
import { JsonSyntaxError } from './syntax-error.ts';

describe('parseJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        expect(plainJson(parseJson(text).value)).toEqual(JSON.parse(text));
      }),
      // Integers that a number holds exactly, though not all around them.
      { examples: [[[-(2 ** 53)]], [[2 ** 53 + 2]]] },
    );
  });

  test('accepts exactly the texts that JSON.parse accepts', () => {
    const token = fc.constantFrom(
      ...'{}[]:,"\\-.0123456789eEtrufalsn \n\u0001\u00e9',
      '"a"',
      'null',
      'true',
      '\\u00',
      '1.5',
    );
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join('')),
        (text) => {
          let expected: unknown;
          try {
            expected = JSON.parse(text);
          } catch {
            expect(() => parseJson(text)).toThrow(JsonSyntaxError);
            return;
          }
          // Minus zero is an integer for Go, which has one zero only.
          expect(plainJson(parseJson(text).value)).toEqual(Object.is(expected, -0) ? 0 : expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['', 'unexpected end of JSON input'],
    ['{bad', "invalid character 'b' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 x', "invalid character 'x' after object key:value pair"],
    ['{"a":1', 'unexpected end of JSON input'],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{}x', "invalid character 'x' after top-level value"],
    ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
    ['tru', "invalid character ' ' in literal true (expecting 'e')"],
    ['01', "invalid character '1' after top-level value"],
    ['-', "invalid character ' ' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1e', "invalid character ' ' in exponent of numeric literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"a', 'unexpected end of JSON input'],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['[1"', "invalid character '\"' after array element"],
    ['\u00e9', "invalid character '\u00c3' looking for beginning of value"],
  ])('rejects %j with the message of Go', (text, message) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ name: 'JsonSyntaxError', message }));
  });

  test('reports duplicate keys once each, with their paths, and keeps the last value', () => {
    const parsed = parseJson(
      '{"data":{"a":1,"b":2,"a":3,"a":4},"spec":{"lm":[{"zz":1,"zz":{"y":1,"y":2}}]},"k":1,"k":2,"l":[[0,{"q":1,"q":2}]]}',
    );
    expect(parsed.duplicates).toEqual(['data.a', 'spec.lm[0].zz', 'spec.lm[0].zz.y', 'k', 'l[0][1].q']);
    expect(parsed.value).toMatchObject({ data: { a: 4, b: 2 }, spec: { lm: [{ zz: { y: 2 } }] }, k: 2 });
  });

  test('keeps names of Object.prototype as plain keys', () => {
    const { value, duplicates } = parseJson('{"__proto__":{"x":1},"constructor":2,"hasOwnProperty":3}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(duplicates).toEqual([]);
    expect(encodeJson(value)).toBe('{"__proto__":{"x":1},"constructor":2,"hasOwnProperty":3}');
  });

  test.each(['1.0', '1e3', '2.50', '9007199254740993', '-9007199254740993', '0.0', '1E400', '1e+21'])(
    'keeps the spelling of %s',
    (text) => {
      const { value } = parseJson(text);
      expect(value).toBeInstanceOf(NumberLexeme);
      expect(value).toMatchObject({ lexeme: text, value: Number(text) });
    },
  );

  test.each(['0', '-1', '42', '9007199254740991', '1.5', '-0.25', '1e-7'])('reads %s as a number', (text) => {
    expect(parseJson(text).value).toBe(Number(text));
  });

  test('knows integers from fractions by their spelling', () => {
    expect(new NumberLexeme('9007199254740993').isInteger).toBe(true);
    expect(new NumberLexeme('1.0').isInteger).toBe(false);
    expect(new NumberLexeme('1e3').isInteger).toBe(false);
  });

  test('replaces lone surrogates as Go does and keeps pairs', () => {
    expect(parseJson('"\\ud83d\\ude00 \\ud83d x \\ude00"').value).toBe('\u{1f600} \ufffd x \ufffd');
  });

  test('reads a thousand levels and not one more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJson(nested(1000))).not.toThrow();
    expect(() => parseJson(nested(1001))).toThrow("invalid character '[' exceeded max depth");
  });

  test('takes time in proportion to the length of the text', () => {
    const text = `[${'{"key":"a long enough text value","n":[1,2,3]},'.repeat(40_000)}0]`;
    expect((parseJson(text).value as unknown[]).length).toBe(40_001);
    expect((parseJson(`"${'\\n'.repeat(500_000)}"`).value as string).length).toBe(500_000);
  });
});
