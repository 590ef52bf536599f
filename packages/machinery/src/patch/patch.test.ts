import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../trees/deep-freeze.ts';
import { createJsonPatch } from './create-json-patch.ts';
import { applyJsonPatch, JsonPatchError, type UncheckedJsonPatchOperation } from './json-patch.ts';
import { applyMergePatch, createMergePatch } from './merge-patch.ts';

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'a/b', '~', '~1', '', '0', '-');
const scalar = fc.constantFrom<(string | number | boolean)[]>('x', 'y', '', 0, 1, true, false);

function trees(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const { object } = fc.letrec<{ value: unknown; object: object; array: unknown[] }>((tie) => ({
    value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('object'), tie('array')),
    object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    array: fc.array(tie('value'), { maxLength: 4 }),
  }));
  return object;
}

const withoutNull = trees(scalar);
const withNull = trees(fc.oneof(scalar, fc.constant(null)));

describe('applyMergePatch', () => {
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"e":null}', '{"a":1}', '{"a":1,"e":null}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    ['{"a":1}', '{"__proto__":{"x":1}}', '{"__proto__":{"x":1},"a":1}'],
    ['{"a":[1]}', '{"a":[{"b":null,"c":[null]}]}', '{"a":[{"c":[null]}]}'],
    ['{"a":{}}', '{"a":[{"b":null}]}', '{"a":[{"b":null}]}'],
  ])('to %s of %s gives %s', (target, patch, result) => {
    expect(JSON.stringify(applyMergePatch(JSON.parse(target), JSON.parse(patch)))).toBe(result);
  });

  test('changes neither argument and shares what it does not touch', () => {
    const target = deepFreeze({ keep: { x: 1 }, change: { y: 1 } });
    const result = applyMergePatch(target, deepFreeze({ change: { z: [1] } })) as typeof target;
    expect(result).toEqual({ keep: { x: 1 }, change: { y: 1, z: [1] } });
    expect(result.keep).toBe(target.keep);
  });
});

describe('createMergePatch', () => {
  test('makes one tree of another', () => {
    fc.assert(
      fc.property(withNull, withoutNull, (from, to) => {
        expect(applyMergePatch(from, createMergePatch(deepFreeze(from), deepFreeze(to)))).toEqual(to);
      }),
    );
  });

  test('is empty between equal trees and names only what differs', () => {
    expect(createMergePatch({ a: [1], b: { c: 1 } }, { a: [1], b: { c: 1 } })).toEqual({});
    expect(createMergePatch({ a: 1, b: { c: 1, d: 2 }, e: undefined }, { b: { c: 1, d: 3 }, f: undefined })).toEqual({
      a: null,
      b: { d: 3 },
    });
  });
});

describe('createJsonPatch', () => {
  test('makes one tree of another', () => {
    fc.assert(
      fc.property(withNull, withNull, (from, to) => {
        expect(applyJsonPatch(deepFreeze(from), createJsonPatch(deepFreeze(from), deepFreeze(to)))).toEqual(to);
      }),
      { numRuns: 500 },
    );
  });

  test('leaves the common ends of arrays alone', () => {
    expect(createJsonPatch({ l: [1, 2, 3] }, { l: [1, 9, 2, 3] })).toEqual([{ op: 'add', path: '/l/1', value: 9 }]);
    expect(createJsonPatch({ l: [1, 2, 3] }, { l: [1, 3] })).toEqual([{ op: 'remove', path: '/l/1' }]);
    expect(createJsonPatch({ 'a/b': { '~': 1 } }, { 'a/b': { '~': 2 } })).toEqual([
      { op: 'replace', path: '/a~1b/~0', value: 2 },
    ]);
  });
});

describe('applyJsonPatch', () => {
  const target = deepFreeze({ data: { b: 'x' }, list: [1, 2], nothing: null });
  const apply = (...operations: UncheckedJsonPatchOperation[]) => applyJsonPatch(target, operations);

  test.each<[string, UncheckedJsonPatchOperation[], object]>([
    ['adds a key', [{ op: 'add', path: '/data/k', value: [1] }], { data: { b: 'x', k: [1] } }],
    ['adds null', [{ op: 'add', path: '/data/k', value: null }], { data: { b: 'x', k: null } }],
    ['inserts an element', [{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2] }],
    ['appends an element', [{ op: 'add', path: '/list/-', value: 9 }], { list: [1, 2, 9] }],
    ['counts negative indexes from the end', [{ op: 'remove', path: '/list/-1' }], { list: [1] }],
    [
      'replaces a key that is missing',
      [{ op: 'replace', path: '/data/nope', value: '1' }],
      { data: { b: 'x', nope: '1' } },
    ],
    ['passes a test of an absent key for null', [{ op: 'test', path: '/data/nope', value: null }], {}],
    [
      'passes a test whatever the order of keys',
      [{ op: 'test', path: '', value: { nothing: null, list: [1, 2], data: { b: 'x' } } }],
      {},
    ],
    [
      'copies an absent key as null',
      [{ op: 'copy', from: '/data/nope', path: '/data/k' }],
      { data: { b: 'x', k: null } },
    ],
    ['moves', [{ op: 'move', from: '/data/b', path: '/list/0' }], { data: {}, list: ['x', 1, 2] }],
    [
      'sets __proto__ as a key',
      [{ op: 'add', path: '/data/__proto__', value: 1 }],
      { data: JSON.parse('{"b":"x","__proto__":1}') },
    ],
    [
      'changes a copy without its source',
      [
        { op: 'copy', from: '/list', path: '/copy' },
        { op: 'add', path: '/copy/-', value: 3 },
      ],
      { copy: [1, 2, 3] },
    ],
  ])('%s', (_, operations, change) => {
    expect(apply(...operations)).toEqual({ ...target, ...change });
  });

  test.each<[string, UncheckedJsonPatchOperation, string]>([
    ['a test that fails', { op: 'test', path: '/data/b', value: 'nope' }, 'test'],
    ['a removal of a missing key', { op: 'remove', path: '/data/nope' }, 'missing'],
    ['a missing parent', { op: 'add', path: '/data/k/j', value: 1 }, 'missing'],
    ['a parent that is null', { op: 'add', path: '/nothing/j', value: 1 }, 'missing'],
    ['an index past the end', { op: 'replace', path: '/list/2', value: 1 }, 'missing'],
    ['an index that is no number', { op: 'add', path: '/list/x', value: 1 }, 'invalid'],
    ['an inherited property', { op: 'remove', path: '/data/toString' }, 'missing'],
    ['the whole document removed', { op: 'remove', path: '' }, 'missing'],
    ['an unknown operation', { op: 'bogus', path: '/data/k', value: 1 }, 'invalid'],
    ['no path', { op: 'remove' }, 'invalid'],
  ])('rejects %s', (_, operation, failure) => {
    expect(() => apply(operation)).toThrow(expect.objectContaining({ name: 'JsonPatchError', failure }));
  });

  test('takes ten thousand operations and not one more', () => {
    const operations = new Array<UncheckedJsonPatchOperation>(10_001).fill({ op: 'test', path: '/data/b', value: 'x' });
    expect(apply(...operations.slice(1))).toEqual(target);
    expect(() => applyJsonPatch(target, operations)).toThrow(
      new JsonPatchError('too-many', 'The allowed maximum operations in a JSON patch is 10000, got 10001'),
    );
  });
});
