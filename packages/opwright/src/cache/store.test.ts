import type { KubeObject } from '@opwright/machinery';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions } from './overlay.ts';
import { createStore, type Delta } from './store.ts';

function object(name: string, version: string | number, options: { uid?: string; value?: string } = {}): KubeObject {
  const { uid = `uid-${name}`, value } = options;
  const metadata = {
    name,
    namespace: 'ns',
    uid,
    resourceVersion: String(version),
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  return { apiVersion: 'v1', kind: 'Thing', metadata, ...(value && { value }) };
}

const describeDelta = (delta: Delta) =>
  delta.type === 'update'
    ? `update ${delta.object.metadata.name} ${delta.old.metadata.resourceVersion}→${delta.object.metadata.resourceVersion}`
    : `${delta.type} ${delta.object.metadata.name}@${delta.object.metadata.resourceVersion}${delta.type === 'delete' && delta.stale ? ' stale' : ''}`;

const names = (objects: Iterable<KubeObject>) => [...objects].map(({ metadata }) => metadata.name).sort();

describe('a store tells', () => {
  test('adds, updates and deletes, and nothing for a version that it has', () => {
    const store = createStore();
    expect(store.replace([object('a', 1), object('b', 2)], '5')).toEqual([
      { type: 'add', object: object('a', 1), initial: true },
      { type: 'add', object: object('b', 2), initial: true },
    ]);
    expect(store.put(object('a', 6)).map(describeDelta)).toEqual(['update a 1→6']);
    expect(store.put(object('a', 6))).toEqual([]);
    expect(store.put(object('c', 7))).toEqual([{ type: 'add', object: object('c', 7), initial: false }]);
    expect(store.remove(object('c', 8)).map(describeDelta)).toEqual(['delete c@8']);
    expect(store.remove(object('c', 8))).toEqual([]);
  });

  test('a delete and an add for another object of the same name that has the same version on a rebuilt server', () => {
    const store = createStore();
    store.replace([object('a', 163)], '170');
    const deltas = store.replace([object('a', 163, { uid: 'another' })], '165');
    expect(deltas.map(describeDelta)).toEqual(['delete a@163 stale', 'add a@163']);
    expect(store.get('ns/a')?.metadata.uid).toBe('another');
  });

  test('what a list no longer has as deleted, with the last known state', () => {
    const store = createStore();
    store.replace([object('a', 1), object('b', 2), object('c', 3)], '5');
    const deltas = store.replace([object('a', 1), object('c', 8), object('d', 9)], '9');
    expect(deltas.map(describeDelta)).toEqual(['delete b@2 stale', 'update c 3→8', 'add d@9']);
  });

  test('an object with another uid as a deletion and an addition', () => {
    const store = createStore();
    store.replace([object('a', 1)], '5');
    const deltas = store.replace([object('a', 9, { uid: 'other' })], '9');
    expect(deltas.map(describeDelta)).toEqual(['delete a@1 stale', 'add a@9']);
    expect(deltas[1]).toMatchObject({ initial: false });
  });
});

describe('a replacement in steps', () => {
  test('is seen at once, at its end, also by indexes that were added meanwhile', () => {
    const store = createStore();
    const byValue = (found: KubeObject) => [String((found as { value?: string }).value)];
    store.addIndex('first', byValue);
    store.replace([object('a', 1, { value: 'x' }), object('b', 2, { value: 'x' })], '5');
    const steps = store.replacing([object('b', 6, { value: 'y' }), object('c', 7, { value: 'y' })], '8');
    let step = steps.next();
    for (let count = 1; !step.done; count++) {
      if (count === 2) store.addIndex('second', byValue);
      expect([names(store.values()), store.resourceVersion]).toEqual([['a', 'b'], '5']);
      for (const index of count < 2 ? ['first'] : ['first', 'second']) {
        expect([names(store.byIndex(index, 'x')), names(store.byIndex(index, 'y'))]).toEqual([['a', 'b'], []]);
      }
      step = steps.next();
    }
    expect(names(store.values())).toEqual(['a', 'b']);
    store.addIndex('third', byValue);
    expect(step.value().map(describeDelta)).toEqual(['delete a@1 stale', 'update b 2→6', 'add c@7']);
    expect([names(store.values()), store.resourceVersion]).toEqual([['b', 'c'], '8']);
    for (const index of ['first', 'second', 'third']) expect(names(store.byIndex(index, 'y'))).toEqual(['b', 'c']);
    for (const index of ['second', 'third']) expect(names(store.byIndex(index, 'x'))).toEqual([]);
  });

  test('keeps own writes that come meanwhile, until it has reached them', () => {
    const store = createStore();
    store.replace([object('a', 1), object('b', 2)], '5');
    const steps = store.replacing([object('a', 7), object('b', 2)], '8');
    steps.next();
    store.wrote(object('a', 7));
    store.wrote(object('b', 9));
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value().map(describeDelta)).toEqual(['update a 1→7']);
    expect([store.isPending('ns/a'), store.isPending('ns/b')]).toEqual([false, true]);
    expect(store.get('ns/b')?.metadata.resourceVersion).toBe('9');
  });
});

describe('own writes', () => {
  test('that were deleted before a list has shown them are told as deleted', () => {
    const store = createStore();
    store.replace([object('b', 1)], '5');
    store.wrote(object('a', 7));
    store.wrote(object('b', 8));
    expect(store.replace([], '9').map(describeDelta)).toEqual(['delete b@1 stale', 'delete a@7 stale']);
    expect(store.bookmark('10')).toEqual([]);
  });

  test('are read at once, and until the events have reached them', () => {
    const store = createStore();
    store.replace([object('a', 1)], '5');
    store.wrote(object('a', 7));
    store.wrote(object('new', 8));
    expect(store.get('ns/a')?.metadata.resourceVersion).toBe('7');
    expect(names(store.values())).toEqual(['a', 'new']);
    expect(names(store.stored())).toEqual(['a']);
    // An older event must not hide the newer write.
    store.put(object('a', 6));
    expect(store.get('ns/a')?.metadata.resourceVersion).toBe('7');
    store.put(object('a', 7));
    expect(store.get('ns/a')?.metadata.resourceVersion).toBe('7');
    store.put(object('new', 8));
    store.put(object('a', 10));
    expect(store.get('ns/a')?.metadata.resourceVersion).toBe('10');
  });

  test('that others have undone meanwhile do not stay: any later event or bookmark of the resource ends them', () => {
    const store = createStore();
    store.replace([], '5');
    store.wrote(object('a', 7));
    // Nobody will tell of its deletion, so the store does.
    expect(store.bookmark('9').map(describeDelta)).toEqual(['delete a@7 stale']);
    expect(store.get('ns/a')).toBeUndefined();
    store.wrote(object('b', 8));
    expect(store.get('ns/b')).toBeUndefined();
  });

  test('of a deletion hide the object, but not its successor', () => {
    const store = createStore();
    store.replace([object('a', 1), object('b', 2)], '5');
    store.deleted('ns/a', 'uid-a');
    expect(store.get('ns/a')).toBeUndefined();
    expect(names(store.values())).toEqual(['b']);
    store.put(object('b', 6));
    expect(store.get('ns/a')).toBeUndefined();
    store.put(object('a', 7, { uid: 'successor' }));
    expect(store.get('ns/a')?.metadata.uid).toBe('successor');
  });

  test('are found by index with their new values only', () => {
    const store = createStore();
    store.addIndex('value', (found) => [String((found as { value?: string }).value)]);
    store.replace([object('a', 1, { value: 'x' }), object('b', 2, { value: 'x' })], '5');
    store.wrote(object('a', 7, { value: 'y' }));
    expect(names(store.byIndex('value', 'x'))).toEqual(['b']);
    expect(names(store.byIndex('value', 'y'))).toEqual(['a']);
  });

  test('nothing of own writes any more when the server has lost its history', () => {
    const store = createStore();
    store.replace([object('a', 500)], '500');
    store.wrote(object('a', 501));
    store.wrote(object('new', 502));
    const deltas = store.replace([object('a', 20, { uid: 'another' })], '60').map(describeDelta);
    expect(deltas).toEqual(['delete a@500 stale', 'add a@20', 'delete new@502 stale']);
    expect([...store.values()].map(({ metadata }) => metadata.resourceVersion)).toEqual(['20']);
  });

  test('that answer in the wrong order show the newest', () => {
    const store = createStore();
    store.replace([object('a', 1)], '5');
    store.wrote(object('a', 9));
    store.wrote(object('a', 8));
    expect(store.get('ns/a')?.metadata.resourceVersion).toBe('9');
  });
});

test('versions are compared as numbers of any length, and others not at all', () => {
  expect(compareVersions('9', '10')! < 0).toBe(true);
  expect(compareVersions('20000000000000000001', '20000000000000000000')! > 0).toBe(true);
  expect(compareVersions('7', '7')).toBe(0);
  expect(compareVersions('abc', '7')).toBeUndefined();
});

test('an unknown index is an error that names the remedy', () => {
  expect(() => createStore().byIndex('nope', 'x')).toThrow(/no index "nope".*\.reads\(resource, \{ indexes/);
});

test('indexes and deltas agree with the objects after any sequence of changes', () => {
  const name = fc.constantFrom('a', 'b', '__proto__', 'constructor');
  const value = fc.constantFrom('x', 'y', 'z', '__proto__');
  const change = fc.oneof(
    fc.record({ do: fc.constant('put' as const), name, value }),
    fc.record({ do: fc.constant('remove' as const), name }),
    fc.record({ do: fc.constant('replace' as const), names: fc.uniqueArray(name), value }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const store = createStore();
      store.addIndex('value', (found) => [String((found as { value?: string }).value)]);
      const told = new Map<string, KubeObject>();
      let version = 1;
      for (const current of changes) {
        version += 1;
        const deltas =
          current.do === 'put'
            ? store.put(object(current.name, version, { value: current.value }))
            : current.do === 'remove'
              ? store.remove(object(current.name, version))
              : store.replace(
                  current.names.map((item) => object(item, version, { value: current.value })),
                  String(version),
                );
        for (const delta of deltas) {
          if (delta.type === 'delete') told.delete(delta.object.metadata.name);
          else told.set(delta.object.metadata.name, delta.object);
        }
        expect(names(store.values())).toEqual([...told.keys()].sort());
        for (const wanted of ['x', 'y', 'z', '__proto__']) {
          const expected = [...told.values()].filter((found) => (found as { value?: string }).value === wanted);
          expect(names(store.byIndex('value', wanted))).toEqual(names(expected));
        }
      }
    }),
  );
});
