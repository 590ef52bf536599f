import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from './address.ts';

describe('an address', () => {
  test.each([
    ['192.168.0.1', '192.168.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['10:0:0:10:0:0:10:0', '10::10:0:0:10:0'],
  ])('%s prints as %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text)!)).toBe(canonical);
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1::2::3',
    '12345::',
    '::g',
    '1:2:3:4:5:6:7::8',
  ])('%s is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('is one exactly where the platform says so, and prints in a form that reads the same', () => {
    const group = fc.constantFrom('', '0', '1', 'ff', '0a0b', 'fffff', '1.2.3.4', '255.0.0.1', '00');
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(group, { maxLength: 9 }).map((groups) => groups.join(':')),
    );
    fc.assert(
      fc.property(text, (each) => {
        const address = parseAddress(each);
        expect(address?.family ?? 0).toBe(isIP(each));
        if (address) expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
      { numRuns: 500 },
    );
  });
});
