import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from './utf8.ts';

test('any text comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
    }),
  );
  const long = 'aé漢😀'.repeat(5000);
  expect(decodeUtf8(new TextEncoder().encode(long))).toBe(long);
});

test('bytes that are not UTF-8 become replacement characters, one each', () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x80]]) {
    expect(decodeUtf8(Uint8Array.from([0x61, ...bytes, 0x62]))).toBe(`a${'\ufffd'.repeat(bytes.length)}b`);
  }
});
