import { describe, expect, test } from 'vitest';
import {
  always,
  anything,
  atomicList,
  bool,
  int,
  listBy,
  mapOf,
  orNull,
  scalar,
  setOf,
  string,
  struct,
  withDefault,
} from '../../test/type-builders.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { compare } from './compare.ts';
import { type FieldSet, fieldSet, pathsOf } from './field-set.ts';
import { merge } from './merge.ts';
import { fieldKey, printPath } from './path-element.ts';
import { removeFields } from './remove-fields.ts';
import { reconcileWithSchema, withNamedFields } from './schema-changes.ts';
import { toFieldSet } from './to-field-set.ts';
import { validateTyped } from './validate.ts';

const port = struct('', { port: int, protocol: withDefault(string, 'TCP'), name: string });
const type = struct('', {
  text: string,
  number: int,
  flag: bool,
  nested: struct('', { a: string, b: struct('', { c: string }) }),
  atomicStruct: struct('', { a: string }, { atomic: true }),
  map: mapOf(string),
  mapOfStructs: mapOf(struct('', { a: string })),
  atomicMap: mapOf(string, true),
  ports: listBy(['port', 'protocol'], port),
  set: setOf(string),
  list: atomicList(string),
  any: anything,
  open: struct('', { known: string }, { preserveUnknown: true }),
});

const printed = (set: FieldSet) => pathsOf(set).map(printPath);
const owned = (object: JsonObject) => printed(toFieldSet(type, object));

describe('what an applier owns', () => {
  test.each<[string, JsonObject, string[]]>([
    ['scalars', { text: 'x', number: 1 }, ['.number', '.text']],
    ['fields of structs', { nested: { a: 'x', b: { c: 'y' } } }, ['.nested.a', '.nested.b.c']],
    ['a struct only when it is empty', { nested: {} }, ['.nested']],
    [
      'an atomic struct, map or list as one',
      { atomicStruct: { a: 'x' }, atomicMap: { k: 'v' }, list: ['a'] },
      ['.atomicMap', '.atomicStruct', '.list'],
    ],
    ['entries of a map', { map: { k: 'v' } }, ['.map.k']],
    [
      'entries that are structs, and what is in them',
      { mapOfStructs: { k: { a: 'x' } } },
      ['.mapOfStructs.k', '.mapOfStructs.k.a'],
    ],
    ['an empty map', { map: {} }, ['.map']],
    ['nothing of an empty list with identities', { ports: [], set: [] }, []],
    ['null', { map: null, text: null, ports: null }, ['.map', '.ports', '.text']],
    [
      'items by their keys, defaulted',
      { ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }] },
      [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="UDP"]',
        '.ports[port=80,protocol="TCP"].port',
        '.ports[port=80,protocol="UDP"].port',
        '.ports[port=80,protocol="UDP"].protocol',
      ],
    ],
    ['items of a set by value', { set: ['b', 'a'] }, ['.set[="a"]', '.set[="b"]']],
    [
      'without a schema maps by entry and lists as one',
      { any: { a: { b: 1 }, c: [{ d: 1 }] } },
      ['.any.a', '.any.c', '.any.a.b'],
    ],
    [
      'unknown fields that are kept like entries',
      { open: { known: 'x', more: { a: 1 } } },
      ['.open.known', '.open.more', '.open.more.a'],
    ],
    ['items with the same identity together', { set: ['a', 'a'] }, ['.set[="a"]']],
  ])('%s', (_what, object, paths) => {
    expect(owned(object)).toEqual(paths);
  });
});

describe('comparing', () => {
  const compared = (live: JsonValue, next: JsonValue, of: TypeNode = type) => {
    const { added, modified, removed } = compare(of, live, next);
    return { added: printed(added), modified: printed(modified), removed: printed(removed) };
  };

  test('counts a new map, list or struct itself besides its content', () => {
    expect(compared({}, { nested: { a: 'x' }, map: { k: 'v' }, set: ['s'] })).toEqual({
      added: ['.map', '.nested', '.set', '.map.k', '.nested.a', '.set[="s"]'],
      modified: [],
      removed: [],
    });
  });

  test('but not one that was there empty or null', () => {
    expect(compared({ map: {}, set: null }, { map: { k: 'v' }, set: ['s'] }).added).toEqual(['.map.k', '.set[="s"]']);
  });

  test('keeps null, empty and absent apart', () => {
    expect(compared({ map: null }, { map: {} }).modified).toEqual(['.map']);
    expect(compared({ map: {} }, {}).removed).toEqual(['.map']);
    expect(compared({}, { set: [] }).added).toEqual(['.set']);
    expect(compared({ text: null }, { text: 'x' }).modified).toEqual(['.text']);
  });

  test('finds changes of scalars and atomic values', () => {
    expect(compared({ text: 'a', list: ['a'], number: 1 }, { text: 'b', list: ['a', 'b'], number: 1 })).toEqual({
      added: [],
      modified: ['.list', '.text'],
      removed: [],
    });
  });

  test('matches items by identity, wherever they stand', () => {
    const live = { ports: [{ port: 1, name: 'a' }, { port: 2 }], set: ['x', 'y'] };
    const next = { ports: [{ port: 3 }, { port: 1, name: 'b' }], set: ['y', 'x'] };
    expect(compared(live, next)).toEqual({
      added: ['.ports[port=3,protocol="TCP"]', '.ports[port=3,protocol="TCP"].port'],
      modified: ['.ports[port=1,protocol="TCP"].name'],
      removed: ['.ports[port=2,protocol="TCP"]', '.ports[port=2,protocol="TCP"].port'],
    });
  });

  test('takes stored duplicates together', () => {
    const one = [{ port: 1, name: 'a' }];
    const two = [...one, { port: 1, name: 'b' }];
    const other = [...one, { port: 1, name: 'c' }];
    const item = '.ports[port=1,protocol="TCP"]';
    expect(compared({ ports: two }, { ports: other }).modified).toEqual([item]);
    expect(compared({ ports: two }, { ports: one }).removed).toEqual([item]);
    expect(compared({ ports: one }, { ports: two })).toMatchObject({
      added: [item],
      removed: [`${item}.name`, `${item}.port`, item].sort(byLength),
    });
  });

  const byLength = (a: string, b: string) => a.length - b.length || (a < b ? -1 : 1);

  test('sees a change of shape without a schema', () => {
    expect(compared({ any: { a: 'x' } }, { any: { a: { b: 1 } } })).toEqual({
      added: ['.any.a.b'],
      modified: ['.any.a'],
      removed: [],
    });
  });

  test('knows the fields that Go always writes to be there', () => {
    const goType = struct('T', {
      spec: always(
        struct('Spec', {
          items: orNull(listBy('name', struct('', { name: always(string), size: always(int) }))),
          a: string,
        }),
      ),
      status: always(struct('Status', { phase: string })),
    });
    expect(compared({}, { spec: { items: [{ name: 'x' }] } }, goType).added).toEqual([
      '.spec.items[name="x"]',
      '.spec.items[name="x"].name',
      '.spec.items[name="x"].size',
    ]);
    expect(compared({}, { spec: { a: 'x' }, status: {} }, goType).added).toEqual(['.spec.a']);
    expect(compared({ spec: {} }, { status: {} }, goType)).toEqual({ added: [], modified: [], removed: [] });
  });

  test('says which item cannot be identified', () => {
    expect(() => compared({}, { ports: [{ port: 1 }, { name: 'x' }] })).toThrow(
      '.ports: element 1: associative list with keys has an element that omits key field "port" (and doesn\'t have default value)',
    );
  });
});

describe('merging', () => {
  const merged = (live: JsonObject, config: JsonObject) => merge(type, live, config);

  test('adds and replaces, and removes nothing', () => {
    const live = { text: 'a', map: { x: '1' }, nested: { a: 'a' }, list: ['a'], atomicMap: { a: '1' } };
    const config = { text: 'b', map: { y: '2' }, nested: { b: { c: 'c' } }, list: ['b'], atomicMap: { b: '2' } };
    expect(merged(live, config)).toEqual({
      text: 'b',
      map: { x: '1', y: '2' },
      nested: { a: 'a', b: { c: 'c' } },
      list: ['b'],
      atomicMap: { b: '2' },
    });
  });

  test('gives the live object itself when it has everything already, else shares the rest', () => {
    const live = { text: 'a', nested: { a: 'a' }, ports: [{ port: 1, name: 'x' }], list: ['a'] };
    expect(merged(live, { nested: { a: 'a' }, ports: [{ port: 1 }], list: ['a'] })).toBe(live);
    const result = merged(live, { text: 'b' }) as JsonObject;
    expect(result.ports).toBe(live.ports);
  });

  test('lets null replace a scalar but no map or list with content', () => {
    expect(merged({ text: 'a', map: { x: '1' }, set: ['x'] }, { text: null, map: null, set: null })).toEqual({
      text: null,
      map: { x: '1' },
      set: ['x'],
    });
    expect(merged({ map: {} }, { map: null })).toEqual({ map: null });
    expect(merged({ any: 'x' }, { any: {} })).toEqual({ any: {} });
  });

  test.each<[live: string, config: string, merged: string]>([
    ['abc', 'b', 'abc'],
    ['abc', 'x', 'abcx'],
    ['abc', 'xb', 'axbc'],
    ['abc', 'bx', 'abcx'],
    ['abc', 'axc', 'abxc'],
    ['abc', 'ca', 'bca'],
    ['abc', 'cba', 'cba'],
    ['', 'xy', 'xy'],
    ['abc', '', 'abc'],
    ['abcd', 'dxb', 'acdxb'],
  ])('orders %s with %s to %s', (live, config, result) => {
    const set = (text: string) => ({ set: [...text] });
    expect(merged(set(live), set(config))).toEqual(set(result));
  });

  test('replaces stored duplicates', () => {
    expect(merged({ set: ['a', 'a', 'b'] }, { set: ['a'] })).toEqual({ set: ['a', 'b'] });
    expect(merged({ set: ['a', 'a', 'b'] }, { set: ['a', 'x'] })).toEqual({ set: ['a', 'x', 'b'] });
  });

  test('keeps keys that are names of Object.prototype', () => {
    const config = JSON.parse('{"map":{"__proto__":"1","constructor":"2"}}') as JsonObject;
    const result = merged({ map: { a: '1' } }, config) as { map: JsonObject };
    expect(Object.keys(result.map)).toEqual(['a', '__proto__', 'constructor']);
    expect(owned(config)).toEqual(['.map.__proto__', '.map.constructor']);
  });
});

describe('removing', () => {
  const without = (object: JsonObject, ...paths: string[][]) => removeFields(type, object, fieldSet(...paths));

  test('takes fields and items out and shares the rest', () => {
    const object = { text: 'a', map: { x: '1', y: '2' }, set: ['a', 'b'], nested: { a: 'a' } };
    const result = without(object, ['f:text'], ['f:map', 'f:x'], ['f:set', 'v:"a"']) as JsonObject;
    expect(result).toEqual({ map: { y: '2' }, set: ['b'], nested: { a: 'a' } });
    expect(result.nested).toBe(object.nested);
    expect(without(object, ['f:map', 'f:zz'])).toBe(object);
  });

  test('leaves null where the last field or item goes', () => {
    expect(without({ map: { x: '1' }, set: ['a'] }, ['f:map', 'f:x'], ['f:set', 'v:"a"'])).toEqual({
      map: null,
      set: null,
    });
  });
});

describe('sets and schemas', () => {
  test('declared fields on the way are owned with what is below them', () => {
    const named = withNamedFields(type, fieldSet(['f:nested', 'f:b', 'f:c'], ['f:mapOfStructs', 'f:k', 'f:a']));
    expect(printed(named)).toEqual(['.mapOfStructs', '.nested', '.mapOfStructs.k.a', '.nested.b', '.nested.b.c']);
  });

  test('what has become atomic is owned as one', () => {
    const set = fieldSet(['f:atomicStruct', 'f:a'], ['f:list', 'v:"x"'], ['f:map', 'f:k'], ['f:atomicMap']);
    expect(printed(reconcileWithSchema(type, set))).toEqual(['.atomicMap', '.atomicStruct', '.list', '.map.k']);
  });

  test('a set that fits stays itself', () => {
    const set = fieldSet(['f:atomicStruct'], ['f:map', 'f:k'], ['f:any', 'f:x', 'f:y']);
    expect(reconcileWithSchema(type, set)).toBe(set);
  });
});

describe('validation', () => {
  const mismatch = (object: JsonObject): string => {
    try {
      validateTyped(type, object);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };

  test.each<[JsonObject, string]>([
    [{ bogus: 1, other: 2 }, '.bogus: field not declared in schema'],
    [{ nested: { b: { d: 1 } } }, '.nested.b.d: field not declared in schema'],
    [
      { text: { a: 'x' } },
      '.text: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"x"}}',
    ],
    [
      { text: [1, 'a', null] },
      '.text: expected string, got &value.valueUnstructured{Value:[]interface {}{1, "a", interface {}(nil)}}',
    ],
    [{ number: 'x' }, '.number: expected numeric (int or float), got string'],
    [{ flag: 1 }, '.flag: expected boolean, got &{1}'],
    [{ map: ['a'] }, '.map: expected map, got &{[a]}'],
    [{ list: [1] }, '.list[0]: expected string, got &value.valueUnstructured{Value:1}'],
    [{ set: ['a', 'a'] }, '.set: duplicate entries for key [="a"]'],
    [{ set: [null] }, ".set: element 0: associative list without keys has an element that's an explicit null"],
    [{ set: [{}] }, ".set: element 0: associative list without keys has an element that's a map type"],
    [{ ports: ['a'] }, '.ports: element 0: associative list with keys may not have non-map elements'],
    [
      { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
      '.ports: duplicate entries for key [port=1,protocol="TCP"]',
    ],
    [{ text: null, map: null, set: null, any: [{}], open: { more: 1 } }, ''],
  ])('of %j', (object, message) => {
    expect(mismatch(object)).toBe(message);
  });

  test('scalars with several forms take any scalar', () => {
    const of = struct('', { value: scalar('intOrString') });
    expect(() => validateTyped(of, { value: 1 })).not.toThrow();
    expect(() => validateTyped(of, { value: {} })).toThrow('.value: expected any scalar, got &{map[]}');
  });
});

test('a field key is one and the same string', () => {
  expect(Object.is(fieldKey('spec'), fieldKey('spec'))).toBe(true);
});
