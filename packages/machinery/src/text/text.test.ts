import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goQuote } from './go-quote.ts';
import { byteLength, utf8 } from './utf8.ts';

describe('goQuote', () => {
  test.each([
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\n\t\r\u0007\b\f\u000b\u0000\u007f', '"\\n\\t\\r\\a\\b\\f\\v\\x00\\x7f"'],
    ['\u00e9\u{1f600}', '"\u00e9\u{1f600}"'],
    ['\u00a0\u2028\u200b\ue000', '"\\u00a0\\u2028\\u200b\\ue000"'],
    ['\u{10ffff}', '"\\U0010ffff"'],
  ])('prints %j as Go does', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });
});

describe('utf8', () => {
  test('agrees with the platform', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Buffer.from(utf8(text))).toEqual(Buffer.from(text));
        expect(byteLength(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});
