import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityAsInteger,
  quantityAsMilli,
  quantityAsNumber,
  quantityOf,
  roundUpToMilli,
  subtractQuantities,
} from './quantity.ts';

const SUFFIXES: Record<string, [bigint, bigint]> = {
  n: [1n, 10n ** 9n],
  u: [1n, 10n ** 6n],
  m: [1n, 1000n],
  '': [1n, 1n],
  k: [1000n, 1n],
  M: [10n ** 6n, 1n],
  G: [10n ** 9n, 1n],
  e3: [1000n, 1n],
  E2: [100n, 1n],
  'e-3': [1n, 1000n],
  Ki: [2n ** 10n, 1n],
  Mi: [2n ** 20n, 1n],
  Gi: [2n ** 30n, 1n],
};

/** A quantity's text and its value as a fraction, up to what rounding to billionths leaves exact. */
const quantity = fc
  .tuple(
    fc.boolean(),
    fc.bigInt(0n, 10n ** 9n),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 5 }),
    fc.constantFrom(...Object.keys(SUFFIXES)),
  )
  .map(([negative, whole, fraction, suffix]) => {
    const [numerator, denominator] = SUFFIXES[suffix]!;
    const unscaled = BigInt(`${whole}${fraction}`) * numerator * 10n ** 9n;
    const divisor = denominator * 10n ** BigInt(fraction.length);
    const nanos = (unscaled + divisor - 1n) / divisor;
    const text = `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}${suffix}`;
    return { text, nanos: negative ? -nanos : nanos };
  });

describe('quantities', () => {
  test.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['2000000000', '2G'],
    ['1536', '1536'],
    ['0', '0'],
    ['000', '0'],
    ['0.1n', '1n'],
    ['1.0001m', '1000100n'],
    ['12e1', '120'],
    ['1e3', '1e3'],
    ['1500e3', '1500e3'],
    ['1000000e3', '1e9'],
    ['100Ki', '100Ki'],
    ['1000Ki', '1000Ki'],
    ['0.5Mi', '512Ki'],
    ['0.1Ki', '102400m'],
    ['500', '500'],
    ['1.500', '1.500'],
    ['-0.5', '-500m'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['9999Ei', '9223372036854775807'],
    ['100000000000000000000', '100E'],
  ])('prints %s as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  test.each([
    ['', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['abc', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1 Gi', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1.2.3', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1K', "unable to parse quantity's suffix"],
    ['1kk', "unable to parse quantity's suffix"],
    ['1e', "unable to parse quantity's suffix"],
    ['1e999999999', "unable to parse quantity's suffix"],
    ['Pi', 'unable to parse numeric part of quantity'],
  ])('rejects %j', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(new QuantityError(message));
  });

  test('have the value of exact arithmetic', () => {
    fc.assert(
      fc.property(quantity, ({ text, nanos }) => {
        expect(parseQuantity(text).nanos).toBe(nanos);
      }),
    );
  });

  test('keep their value when they are printed and read again', () => {
    fc.assert(
      fc.property(quantity, quantity, (a, b) => {
        const sum = addQuantities(a.text, b.text);
        expect(parseQuantity(formatQuantity(sum)).nanos).toBe(a.nanos + b.nanos);
        const difference = subtractQuantities(a.text, b.text);
        expect(parseQuantity(formatQuantity(difference)).nanos).toBe(a.nanos - b.nanos);
        expect(Math.sign(compareQuantities(a.text, b.text))).toBe(a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0);
      }),
    );
  });

  test('have one canonical form, which is its own', () => {
    fc.assert(
      fc.property(quantity, ({ text }) => {
        const { nanos, format } = parseQuantity(text);
        const canonical = formatQuantity({ nanos, format });
        expect(formatQuantity(parseQuantity(canonical))).toBe(canonical);
      }),
    );
  });

  test('take the format of the other when they are zero', () => {
    expect(formatQuantity(addQuantities('0', '1024Mi'))).toBe('1Gi');
    expect(formatQuantity(subtractQuantities('2Gi', '1024Mi'))).toBe('1Gi');
    expect(formatQuantity(addQuantities('1Gi', '1G'))).toBe('2073741824');
  });

  test('become numbers', () => {
    expect(quantityAsNumber('250m')).toBe(0.25);
    expect(quantityAsNumber('1.5Gi')).toBe(1.5 * 2 ** 30);
    expect(quantityAsInteger('1500m')).toBe(2n);
    expect(quantityAsInteger('-1500m')).toBe(-2n);
    expect(quantityAsMilli('0.1m')).toBe(1n);
    expect(formatQuantity(quantityOf(4096, 'BinarySI'))).toBe('4Ki');
  });

  test('round up to thousandths', () => {
    expect(formatQuantity(roundUpToMilli('1.2345'))).toBe('1235m');
    expect(formatQuantity(roundUpToMilli('1.500'))).toBe('1.500');
  });
});
