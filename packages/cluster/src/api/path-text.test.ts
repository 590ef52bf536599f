import { goQuote } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { textOfBytes } from './path-text.ts';

describe('bytes of a path', () => {
  test.each([
    ['61c3a4', '"aä"'],
    ['ff', String.raw`"\xff"`],
    ['c3a4ff62', String.raw`"ä\xffb"`],
    ['c328e282', String.raw`"\xc3(\xe2\x82"`],
    ['f09f9880ff', String.raw`"😀\xff"`],
    ['efbfbdff', '"\ufffd\\xff"'],
  ])('%s are shown as %s', (hex, shown) => {
    expect(goQuote(textOfBytes(Buffer.from(hex, 'hex')))).toBe(shown);
  });
});
