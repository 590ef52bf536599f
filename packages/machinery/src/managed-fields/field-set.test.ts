import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  contains,
  difference,
  EMPTY_FIELDS,
  equalSets,
  type FieldSet,
  fieldSet,
  intersection,
  isEmpty,
  leaves,
  pathsOf,
  recursiveDifference,
  union,
} from './field-set.ts';
import { parseFieldsV1, toFieldsV1 } from './fields-v1.ts';
import { fieldKey, listItemKey, type PathKey, setItemKey } from './path-element.ts';

const fewNames = fc.constantFrom('a', 'b', 'c', '__proto__');
const element: fc.Arbitrary<PathKey> = fc.oneof(
  { weight: 3, arbitrary: fewNames.map(fieldKey) },
  fc.integer({ min: 0, max: 2 }).map((port) => listItemKey([['port', port]])),
  fc.oneof(fewNames, fc.boolean()).map(setItemKey),
);
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const set = fc.array(path, { maxLength: 8 }).map((paths) => fieldSet(...paths));

const texts = (of: FieldSet) => new Set(pathsOf(of).map((keys) => JSON.stringify(keys)));
const setOfTexts = (wanted: Iterable<string>) => fieldSet(...[...wanted].map((text) => JSON.parse(text) as string[]));

describe('a field set', () => {
  test('holds exactly the paths that it was made of', () => {
    const made = fieldSet(['f:a'], ['f:a', 'f:b'], ['f:c', 'f:d']);
    expect(contains(made, ['f:a'])).toBe(true);
    expect(contains(made, ['f:a', 'f:b'])).toBe(true);
    expect(contains(made, ['f:c'])).toBe(false);
    expect(contains(made, ['f:c', 'f:d'])).toBe(true);
    expect(contains(made, ['f:c', 'f:d', 'f:e'])).toBe(false);
    expect(pathsOf(made)).toEqual([['f:a'], ['f:a', 'f:b'], ['f:c', 'f:d']]);
  });

  test('is empty without paths, whatever was taken away before', () => {
    expect(isEmpty(EMPTY_FIELDS)).toBe(true);
    expect(difference(fieldSet(['f:a', 'f:b']), fieldSet(['f:a', 'f:b']))).toBe(EMPTY_FIELDS);
  });

  test('has the paths without anything below them as leaves', () => {
    expect(pathsOf(leaves(fieldSet(['f:a'], ['f:a', 'f:b'], ['f:c'])))).toEqual([['f:c'], ['f:a', 'f:b']]);
  });

  test('lists the members of a level before what is below them, ports in numeric order', () => {
    const port = (number: number) => listItemKey([['port', number]]);
    expect(pathsOf(fieldSet(['f:z'], ['f:a', 'f:b'], [port(443)], [port(80)], [setItemKey('v')]))).toEqual([
      ['f:z'],
      ['k:{"port":80}'],
      ['k:{"port":443}'],
      ['v:"v"'],
      ['f:a', 'f:b'],
    ]);
  });

  test('loses with a recursive difference what lies below the given paths too', () => {
    const result = recursiveDifference(fieldSet(['f:a'], ['f:a', 'f:b', 'f:c'], ['f:d']), fieldSet(['f:a', 'f:b']));
    expect(pathsOf(result)).toEqual([['f:a'], ['f:d']]);
  });
});

describe('operations on sets', () => {
  test('agree with those on plain sets of paths', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const inA = texts(a);
        const inB = texts(b);
        expect(texts(union(a, b))).toEqual(new Set([...inA, ...inB]));
        expect(texts(intersection(a, b))).toEqual(new Set([...inA].filter((text) => inB.has(text))));
        expect(texts(difference(a, b))).toEqual(new Set([...inA].filter((text) => !inB.has(text))));
        const covered = (text: string) => {
          const keys = JSON.parse(text) as string[];
          return keys.some((_, i) => contains(b, keys.slice(0, i + 1)));
        };
        expect(texts(recursiveDifference(a, b))).toEqual(new Set([...inA].filter((text) => !covered(text))));
      }),
    );
  });

  test('obey the laws of sets', () => {
    fc.assert(
      fc.property(set, set, set, (a, b, c) => {
        expect(equalSets(union(a, b), union(b, a))).toBe(true);
        expect(equalSets(intersection(a, b), intersection(b, a))).toBe(true);
        expect(equalSets(union(a, union(b, c)), union(union(a, b), c))).toBe(true);
        expect(equalSets(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c)))).toBe(true);
        expect(equalSets(union(difference(a, b), intersection(a, b)), a)).toBe(true);
        expect(isEmpty(intersection(difference(a, b), b))).toBe(true);
      }),
    );
  });

  test('hand back the first set itself when they change nothing', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const both = union(a, b);
        expect(union(both, a)).toBe(both);
        expect(union(both, setOfTexts(texts(b)))).toBe(both);
        const rest = difference(a, b);
        expect(difference(rest, b)).toBe(rest);
        expect(intersection(rest, setOfTexts(texts(a)))).toBe(rest);
      }),
    );
  });

  test('tell equal sets by their paths', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(equalSets(a, setOfTexts(texts(a)))).toBe(true);
        expect(equalSets(a, b)).toBe(JSON.stringify([...texts(a)]) === JSON.stringify([...texts(b)]));
      }),
    );
  });
});

describe('FieldsV1', () => {
  test('gives back the set that was written', () => {
    fc.assert(
      fc.property(set, (written) => {
        const json = JSON.parse(JSON.stringify(toFieldsV1(written))) as object;
        expect(equalSets(parseFieldsV1(json), written)).toBe(true);
      }),
    );
  });

  test('marks a path that is in the set and has others below it with a dot, which comes first', () => {
    const written = toFieldsV1(fieldSet(['f:a', 'v:"x"'], ['f:a', 'f:b'], ['f:a', 'k:{"n":1}'], ['f:a']));
    expect(JSON.stringify(written)).toBe(
      JSON.stringify({ 'f:a': { '.': {}, 'f:b': {}, 'k:{"n":1}': {}, 'v:"x"': {} } }),
    );
  });

  test('is one frozen object per set', () => {
    const written = fieldSet(['f:a']);
    expect(toFieldsV1(written)).toBe(toFieldsV1(written));
    expect(Object.isFrozen(toFieldsV1(written)['f:a'])).toBe(true);
  });

  test('is read once per object', () => {
    const json = { 'f:a': {} };
    expect(parseFieldsV1(json)).toBe(parseFieldsV1(json));
  });

  test('puts keys that a client wrote in another way into the one form', () => {
    const read = parseFieldsV1({ 'k:{"b": 1, "a": "x"}': {}, 'f:__proto__': {}, 'v: "x"': {} });
    expect(pathsOf(read)).toEqual([['f:__proto__'], ['k:{"a":"x","b":1}'], ['v:"x"']]);
  });

  test('ignores elements of unknown types', () => {
    expect(pathsOf(parseFieldsV1({ 'x:new': { 'f:b': {} }, 'f:a': {} }))).toEqual([['f:a']]);
  });

  test.each([[{ '': {} }], [{ a: {} }], [{ foo: {} }], [{ 'k:[1]': {} }], [{ 'v:{': {} }], [{ 'f:a': 1 }]])(
    'refuses %j',
    (json) => {
      expect(() => parseFieldsV1(json)).toThrow();
    },
  );
});
