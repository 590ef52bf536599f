import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapArray, mapObject } from './map.ts';

const drop = (value: unknown) => (value === 0 ? undefined : value === 1 ? 'one' : value);

test('objects and arrays are copied only where something changes', () => {
  const keys = fc.constantFrom('a', 'b', 'c', '__proto__', '0');
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(keys, fc.nat(3)), { selector: ([key]) => key }), (entries) => {
      const object = Object.fromEntries(entries);
      const wanted = entries.map(([key, value]) => [key, drop(value)]).filter(([, value]) => value !== undefined);
      const mapped = mapObject(object, (_, value) => drop(value));
      expect(Object.entries(mapped).sort()).toEqual(wanted.sort());
      expect(Object.keys(mapped)).toEqual(Object.keys(object).filter((key) => Object.hasOwn(mapped, key)));
      expect(mapped === object).toBe(entries.every(([, value]) => value > 1));
      expect(Object.getPrototypeOf(mapped)).toBe(Object.prototype);
      const array = entries.map(([, value]) => value);
      const mappedArray = mapArray(array, drop);
      expect(mappedArray).toEqual(array.map(drop));
      expect(mappedArray === array).toBe(array.every((value) => value > 1));
    }),
  );
});
