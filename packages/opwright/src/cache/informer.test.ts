import { createClient } from '@opwright/client';
import { type Clock, seededRandom, type VirtualClock } from '@opwright/machinery';
import { beforeEach, describe, expect, test } from 'vitest';
import { createFakeApi, type FakeApi } from '../../test/support/fake-api.ts';
import { idleClock, laboriousClock, named, recording, Thing } from '../../test/support/fixtures.ts';
import { type Cache, createCache } from './cache.ts';
import { namespaceSet } from './namespaces.ts';
import type { Delta } from './store.ts';
import { stripManagedFields } from './transform.ts';

let api: FakeApi;
let clock: VirtualClock;

beforeEach(() => {
  api = createFakeApi();
  clock = idleClock();
});

function cacheOf(namespaces?: string[], ownClock: Clock = clock): Cache {
  return createCache({
    client: createClient(api),
    clock: ownClock,
    random: seededRandom(1),
    logger: recording(),
    namespaces: namespaces && namespaceSet(namespaces),
    freeze: true,
    transform: () => stripManagedFields(new Set(['me'])),
  });
}

async function running(cache: Cache): Promise<() => Promise<void>> {
  const controller = new AbortController();
  const run = cache.run(controller.signal);
  await clock.advance(0);
  return async () => {
    controller.abort();
    await run;
    expect(clock.pending).toBe(0);
  };
}

const line = (delta: Delta) =>
  `${delta.type} ${delta.object.metadata.name}${delta.type === 'add' && delta.initial ? ' initial' : ''}`;

test('a listener that comes late hears of every object once, then of every change, without a gap', async () => {
  api.put(Thing, named('a'));
  const cache = cacheOf();
  const things = cache.kind(Thing);
  const stop = await running(cache);
  api.put(Thing, named('b'));
  const heard: string[] = [];
  await clock.advance(0);
  // Changes before, during and after the initial adds; the handler is slow on purpose.
  const listener = things.listen(async (delta) => {
    await Promise.resolve();
    heard.push(line(delta));
    if (heard.length === 1) api.put(Thing, named('c'));
  });
  expect(listener.isSynced).toBe(false);
  api.remove(Thing, 'default/a');
  await clock.advance(0);
  expect(listener.isSynced).toBe(true);
  expect(heard).toEqual(['add a initial', 'add b initial', 'delete a', 'add c']);
  await stop();
});

test('the event of an own write brings no second copy of the object', async () => {
  api.put(Thing, named('a'));
  const cache = cacheOf();
  const things = cache.kind(Thing);
  const stop = await running(cache);
  const key = { namespace: 'default', name: 'a' };
  // So large that equal ones are not shared.
  const written = things.wrote(structuredClone(api.put(Thing, named('a', { data: { text: 'x'.repeat(5000) } }))));
  expect(things.isPending(key)).toBe(true);
  await clock.advance(0);
  expect(things.isPending(key)).toBe(false);
  expect(things.get(key)).toBe(written);
  await stop();
});

test('a listener is synced only when it has handled its initial objects', async () => {
  api.put(Thing, named('a'));
  const cache = cacheOf();
  let release = () => {};
  const listener = cache.kind(Thing).listen(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const stop = await running(cache);
  expect(cache.kind(Thing).informers[0]!.state.synced).toBe(true);
  expect(listener.isSynced).toBe(false);
  release();
  await listener.synced();
  expect(listener.isSynced).toBe(true);
  await stop();
});

test('objects are shared, frozen, and without the managed fields of others', async () => {
  const managedFields = [
    { manager: 'me', operation: 'Apply', fieldsV1: {} },
    { manager: 'me', operation: 'Update', fieldsV1: {} },
    { manager: 'kubectl', operation: 'Apply', fieldsV1: {} },
  ];
  api.put(Thing, { metadata: { name: 'a', namespace: 'default', managedFields, labels: { a: '1' } } });
  const cache = cacheOf();
  const things = cache.kind(Thing);
  const stop = await running(cache);
  const object = things.get({ name: 'a', namespace: 'default' })!;
  expect(things.list()[0]).toBe(object);
  expect(object.metadata.managedFields).toEqual([managedFields[0]]);
  expect(() => Object.assign(object.metadata.labels!, { a: '2' })).toThrow(TypeError);
  await stop();
});

describe('a large state', () => {
  /** Follows 100 objects; `onPause` is called whenever others have their turn. */
  function follow(onPause: (pauses: number) => void) {
    let pauses = 0;
    const laborious = laboriousClock((delay) => {
      if (delay === 0) onPause(++pauses);
    });
    for (let i = 0; i < 100; i++) api.put(Thing, named(`thing-${i}`));
    const things = cacheOf(undefined, laborious).kind(Thing);
    const heard: string[] = [];
    things.listen((delta) => void heard.push(line(delta)));
    const controller = new AbortController();
    const run = things.informers[0]!.run(controller.signal);
    return { things, informer: things.informers[0]!, heard, run, stop: () => controller.abort() };
  }

  test('is shown at once, after others have had many turns', async () => {
    const sizes: number[] = [];
    const { things, informer, run, stop } = follow(() => sizes.push(things.list().length));
    await informer.synced;
    // A dozen while the list was read, as many while the store took it over.
    expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(20);
    expect(sizes.filter((size) => size > 0 && size < 100)).toEqual([]);
    expect(things.list()).toHaveLength(100);
    stop();
    await run;
  });

  test('is shown to nobody when it is followed no more before the store has taken it over', async () => {
    let ended: Promise<void> | undefined;
    const { things, informer, heard, run } = follow((pauses) => {
      if (pauses === 20) ended = informer.end();
    });
    await run;
    await ended;
    expect([heard, things.list(), informer.state.synced]).toEqual([[], [], false]);
  });
});

test('an object that did not change between two lists stays the same object', async () => {
  api.put(Thing, { metadata: { name: 'a', namespace: 'default', managedFields: [{ manager: 'x' }] } });
  const cache = cacheOf();
  const things = cache.kind(Thing);
  const stop = await running(cache);
  const before = things.list()[0];
  api.compact();
  api.put(Thing, named('b'));
  api.compact();
  await clock.advance(2000);
  for (const watch of api.watches) watch.break();
  await clock.advance(5000);
  expect(api.requests.filter(({ watch }) => !watch).length).toBeGreaterThan(1);
  expect(things.get({ name: 'a', namespace: 'default' })).toBe(before);
  await stop();
});

test('lists are narrowed by namespace, labels and index', async () => {
  api.put(Thing, { metadata: { name: 'a', namespace: 'one', labels: { app: 'x' } }, data: { node: 'n1' } });
  api.put(Thing, { metadata: { name: 'b', namespace: 'two', labels: { app: 'x' } }, data: { node: 'n2' } });
  api.put(Thing, { metadata: { name: 'c', namespace: 'two', labels: { app: 'y' } }, data: { node: 'n2' } });
  const cache = cacheOf();
  const things = cache.kind(Thing);
  things.addIndex('node', (thing) => [(thing as { data?: { node: string } }).data?.node ?? '']);
  const stop = await running(cache);
  const names = (filter: Parameters<typeof things.list>[0]) => things.list(filter).map(({ metadata }) => metadata.name);
  expect(names({ namespace: 'two' })).toEqual(['b', 'c']);
  expect(names({ labels: { app: 'x' } })).toEqual(['a', 'b']);
  expect(names({ index: ['node', 'n2'] })).toEqual(['b', 'c']);
  expect(names({ index: ['node', 'n2'], labels: { app: 'x' } })).toEqual(['b']);
  expect(names({ labels: 'app in (x,y),app!=x' })).toEqual(['c']);
  expect(names({ labels: { constructor: 'x' } })).toEqual([]);
  await stop();
});

test('one informer serves all that ask for the same kind; namespaces have one each', async () => {
  for (const namespace of ['one', 'two', 'three']) api.put(Thing, named('a', {}, namespace));
  const cache = cacheOf(['one', 'two']);
  expect(cache.kind(Thing)).toBe(cache.kind(Thing));
  expect(cache.kind(Thing, { labelSelector: 'app=x' })).not.toBe(cache.kind(Thing));
  const stop = await running(cache);
  const things = cache.kind(Thing);
  expect(things.list().map(({ metadata }) => metadata.namespace)).toEqual(['one', 'two']);
  expect(things.namespaces).toEqual(['one', 'two']);
  expect(things.get({ name: 'a', namespace: 'three' })).toBeUndefined();
  expect(api.requests.some(({ path }) => path.startsWith('/api/v1/things'))).toBe(false);
  await stop();
});

test('a write that takes an object out of the selection hides it from readers', async () => {
  api.put(Thing, { metadata: { name: 'a', namespace: 'default', labels: { app: 'x' } } });
  const cache = cacheOf();
  const things = cache.kind(Thing, { labelSelector: 'app=x' });
  const stop = await running(cache);
  const [object] = things.list();
  things.wrote({ ...object!, metadata: { ...object!.metadata, resourceVersion: '900', labels: { app: 'y' } } });
  expect(things.list()).toEqual([]);
  await stop();
});
