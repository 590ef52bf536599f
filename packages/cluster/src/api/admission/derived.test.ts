import { expect, test } from 'vitest';
import { storeKey } from '../../store/object.ts';
import { createStore } from '../../store/store.ts';
import { byNamespace, derived } from './derived.ts';

const object = (name: string, namespace: string, data = '') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, uid: name, resourceVersion: '0', creationTimestamp: '2026-01-01T00:00:00Z' },
  data: { data },
});

test('a derived value is made when it is asked for after a change, and not otherwise', () => {
  const store = createStore();
  let made = 0;
  const names = derived(store, ['a', 'b'], () => {
    made += 1;
    return [...store.list('a').items, ...store.list('b').items].map(({ metadata }) => metadata.name);
  });
  expect(made).toBe(0);
  expect([names(), names(), made]).toEqual([[], [], 1]);
  store.create('b', 'n/x', object('x', 'n'));
  store.create('a', 'n/y', object('y', 'n'));
  store.create('c', 'n/z', object('z', 'n'));
  expect([names(), names(), made]).toEqual([['y', 'x'], ['y', 'x'], 2]);
});

test('an index by namespace has what was there, and follows every write', () => {
  const store = createStore();
  store.create('a', 'n/before', object('before', 'n'));
  const index = byNamespace(store, 'a');
  const found = (namespace: string) =>
    [...(index(namespace)?.values() ?? [])].map(({ metadata, data }) => `${metadata.name}${JSON.stringify(data)}`);
  expect([found('n'), index('m')]).toEqual([['before{"data":""}'], undefined]);
  const made = store.create('a', storeKey('m', 'x'), object('x', 'm'))!;
  const changed = store.update('a', storeKey('m', 'x'), made, object('x', 'm', 'new'))!;
  expect(found('m')).toEqual(['x{"data":"new"}']);
  store.delete('a', storeKey('m', 'x'), changed);
  expect([index('m'), found('n')]).toEqual([undefined, ['before{"data":""}']]);
});
