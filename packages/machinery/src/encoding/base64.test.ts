import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Base64Error, decodeBase64, encodeBase64 } from './base64.ts';

describe('base64', () => {
  test('agrees with the platform, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(encodeBase64(bytes)).toBe(buffer.toString('base64'));
        expect(encodeBase64(bytes, { url: true })).toBe(buffer.toString('base64url'));
        expect(Buffer.from(decodeBase64(buffer.toString('base64')))).toEqual(buffer);
        expect(Buffer.from(decodeBase64(buffer.toString('base64url'), { url: true }))).toEqual(buffer);
      }),
    );
  });

  test('survives a megabyte', () => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 7) & 255);
    expect(Buffer.compare(decodeBase64(encodeBase64(bytes)), bytes)).toBe(0);
  });

  test('skips line ends', () => {
    expect(Buffer.from(decodeBase64('aGVs\r\nbG8=\n')).toString()).toBe('hello');
  });

  test.each([
    ['!', 0],
    ['bad', 0],
    ['aGVsbG8', 4],
    ['aGVsbA=', 7],
    ['aGVsbG8=x', 8],
    ['aGVs bG8=', 4],
    ['=', 0],
    ['a===', 1],
    ['aa=a', 2],
    ['ab\u00e9', 2],
  ])('rejects %j at byte %i as Go does', (text, byte) => {
    expect(() => decodeBase64(text)).toThrow(new Base64Error(`illegal base64 data at input byte ${byte}`));
  });

  test('rejects padding in the alphabet for URLs', () => {
    expect(() => decodeBase64('aGVsbG8=', { url: true })).toThrow(
      new Base64Error('illegal base64 data at input byte 7'),
    );
  });
});
