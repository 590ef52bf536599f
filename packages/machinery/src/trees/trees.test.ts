import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NumberLexeme } from '../json/number-lexeme.ts';
import { deepEqual } from './deep-equal.ts';
import { deepFreeze } from './deep-freeze.ts';
import { mutableCopy } from './mutable-copy.ts';
import { getOwn, isPlainObject, setOwn } from './own.ts';

const json = fc.jsonValue({ maxDepth: 4 });

describe('deepEqual', () => {
  test('holds for a copy, whatever the order of properties', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (!isPlainObject(value)) return value;
      const result = {};
      for (const key of Object.keys(value).reverse()) setOwn(result, key, reversed(value[key]));
      return result;
    };
    fc.assert(fc.property(json, (value) => deepEqual(value, reversed(value))));
  });

  test('agrees with the texts of two values', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(deepEqual(a, b)).toBe(deepEqual(b, a));
        if (JSON.stringify(a) === JSON.stringify(b)) expect(deepEqual(a, b)).toBe(true);
      }),
    );
  });

  test.each<[unknown, unknown, boolean]>([
    [{ a: undefined }, {}, true],
    [{ a: undefined, b: 1 }, { c: undefined, b: 1 }, true],
    [{ a: null }, {}, false],
    [[], {}, false],
    [{ length: 0 }, [], false],
    [{ toString: 1 }, {}, false],
    [JSON.parse('{"__proto__":{}}'), {}, false],
    [new NumberLexeme('1.0'), new NumberLexeme('1.0'), true],
    [new NumberLexeme('1.0'), new NumberLexeme('1.00'), false],
    [new NumberLexeme('1.0'), 1, false],
  ])('compares %j and %j', (a, b, equal) => {
    expect(deepEqual(a, b)).toBe(equal);
  });
});

describe('deepFreeze', () => {
  test('freezes every level and returns the value itself', () => {
    const value = { a: [{ b: {} }] };
    expect(deepFreeze(value)).toBe(value);
    expect([value, value.a, value.a[0], value.a[0]?.b].every(Object.isFrozen)).toBe(true);
  });
});

describe('mutableCopy', () => {
  test('equals the original and shares nothing with it', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = mutableCopy<unknown>(deepFreeze<unknown>(value));
        expect(copy).toEqual(value);
        if (typeof value === 'object' && value !== null) {
          expect(copy).not.toBe(value);
          expect(Object.isFrozen(copy)).toBe(false);
        }
      }),
    );
  });

  test('leaves undefined out and keeps keys such as __proto__', () => {
    const source: unknown = JSON.parse('{"__proto__":{"x":[1]},"constructor":1}');
    const copy = mutableCopy({ source, gone: undefined, list: [undefined] });
    expect(JSON.stringify(copy)).toBe('{"source":{"__proto__":{"x":[1]},"constructor":1},"list":[null]}');
    expect(Object.hasOwn(copy, 'gone')).toBe(false);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('getOwn', () => {
  test('sees no inherited property', () => {
    expect(getOwn({}, 'constructor')).toBeUndefined();
    expect(getOwn({ a: 1 }, 'a')).toBe(1);
  });
});
