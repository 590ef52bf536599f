import { createClient, systemClock, systemRandom, type Transport } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { ConfigMap, Namespace, Secret } from '@opwright/kubernetes/core';
import { type KubeObject, seededRandom, type VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createFakeApi, type FakeApi, failure } from '../../test/support/fake-api.ts';
import { idleClock, named, type Recording, recording, Thing } from '../../test/support/fixtures.ts';
import { type Cache, type CacheOptions, createCache } from './cache.ts';
import { namespaceSet } from './namespaces.ts';
import type { Delta } from './store.ts';
import { mergeFields, metadataOf, projectionOf, projector, showsAll, type ViewFields } from './views.ts';

let api: FakeApi;
let clock: VirtualClock;
let logger: Recording;

beforeEach(() => {
  api = createFakeApi();
  clock = idleClock();
  logger = recording();
});

function cacheOf(options: Partial<CacheOptions> = {}): Cache {
  return createCache({ client: createClient(api), clock, random: seededRandom(1), logger, ...options });
}

/** Runs the cache; the result ends it and sees that nothing is left. */
async function run(cache: Cache): Promise<() => Promise<void>> {
  const controller = new AbortController();
  const running = cache.run(controller.signal);
  await clock.advance(0);
  return async () => {
    controller.abort();
    await running;
    expect([clock.pending, api.watches.length]).toEqual([0, 0]);
  };
}

const line = ({ type, object }: Delta) => `${type} ${object.metadata.namespace}/${object.metadata.name}`;
const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();

describe('a set of namespaces', () => {
  test('that grows and shrinks takes the caches with it: objects come, and go as if they were deleted', async () => {
    for (const namespace of ['a', 'b', 'c']) api.put(Thing, named(`in-${namespace}`, {}, namespace));
    const namespaces = namespaceSet(['a']);
    const cache = cacheOf({ namespaces });
    const things = cache.kind(Thing);
    things.addIndex('all', () => ['x']);
    const heard: string[] = [];
    const subscription = things.listen((delta) => void heard.push(line(delta)));
    const stop = await run(cache);
    expect(names(things.list())).toEqual(['in-a']);

    namespaces.add('b');
    namespaces.add('b');
    expect(subscription.isSynced).toBe(false);
    await clock.advance(0);
    expect(subscription.isSynced).toBe(true);
    expect(names(things.list({ index: ['all', 'x'] }))).toEqual(['in-a', 'in-b']);
    expect(things.namespaces).toEqual(['a', 'b']);

    namespaces.delete('a');
    await clock.advance(0);
    expect(names(things.list())).toEqual(['in-b']);
    expect(api.watches).toHaveLength(1);
    api.put(Thing, named('late', {}, 'a'));
    api.put(Thing, named('late', {}, 'b'));
    await clock.advance(0);
    expect(heard).toEqual(['add a/in-a', 'add b/in-b', 'delete a/in-a', 'add b/late']);

    namespaces.add('a');
    await clock.advance(0);
    expect(names(things.list({ namespace: 'a' }))).toEqual(['in-a', 'late']);
    await stop();
  });

  test('may be empty: then nothing is followed, and an own write of elsewhere is not shown', async () => {
    const cache = cacheOf({ namespaces: namespaceSet() });
    const things = cache.kind(Thing);
    const stop = await run(cache);
    things.wrote(api.put(Thing, named('a')));
    expect(things.list()).toEqual([]);
    expect(api.requests).toEqual([]);
    await stop();
  });
});

describe('an optional kind', () => {
  test('is looked for until it is served, read as empty meanwhile, and left when it goes', async () => {
    let served = false;
    api.rule(({ method }) => (served || method !== 'GET' ? undefined : failure(404, 'NotFound', 'page not found')));
    const cache = cacheOf({ watchList: true });
    const things = cache.kind(Thing, { optional: true });
    const heard: string[] = [];
    const availability: boolean[] = [];
    things.onAvailability(() => availability.push(things.isServed));
    const subscription = things.listen((delta) => void heard.push(line(delta)));
    const stop = await run(cache);
    expect([things.isSynced, things.isServed, subscription.isSynced]).toEqual([true, false, true]);
    await clock.advance(60_000);
    expect(logger.messages('error')).toEqual([]);
    const before = api.requests.length;
    expect(before).toBeLessThan(10);

    served = true;
    api.put(Thing, named('a'));
    await clock.advance(10_000);
    expect([things.isServed, names(things.list())]).toEqual([true, ['a']]);
    api.put(Thing, named('b'));
    await clock.advance(0);

    served = false;
    for (const watch of api.watches) watch.end();
    await clock.advance(10_000);
    expect([things.isServed, things.list()]).toEqual([false, []]);
    served = true;
    await clock.advance(10_000);
    expect(names(things.list())).toEqual(['a', 'b']);
    expect(availability).toEqual([true, false, true]);
    expect(heard).toEqual([
      'add default/a',
      'add default/b',
      'delete default/a',
      'delete default/b',
      'add default/a',
      'add default/b',
    ]);
    expect(logger.messages('error')).toEqual([]);
    await stop();
  });

  test('comes and goes once, in however many namespaces it is followed', async () => {
    let served = false;
    api.rule(({ method }) => (served || method !== 'GET' ? undefined : failure(404, 'NotFound', 'page not found')));
    const cache = cacheOf({ namespaces: namespaceSet(['a', 'b', 'c']) });
    const things = cache.kind(Thing, { optional: true });
    const availability: boolean[] = [];
    things.onAvailability(() => availability.push(things.isServed));
    const stop = await run(cache);
    served = true;
    await clock.advance(10_000);
    expect(availability).toEqual([true]);
    await stop();
  });

  test('that somebody else needs is not optional', async () => {
    api.rule(() => failure(404, 'NotFound', 'page not found'));
    const cache = cacheOf();
    const things = cache.kind(Thing, { optional: true });
    cache.kind(Thing);
    const stop = await run(cache);
    expect(things.isSynced).toBe(false);
    expect(things.informers[0]!.state.lastError?.message).toContain('if the kind is a CRD, install it');
    await stop();
  });

  test('that may not be read is an error all the same', async () => {
    api.rule(() => failure(403, 'Forbidden', 'no'));
    const cache = cacheOf();
    const things = cache.kind(Thing, { optional: true });
    const stop = await run(cache);
    expect(things.isSynced).toBe(false);
    expect(logger.messages('error')).toEqual(['Reflector error']);
    await stop();
  });
});

describe('a borrowed kind', () => {
  test('is followed while somebody needs it, and by one watch', async () => {
    api.put(Thing, named('a'));
    const cache = cacheOf();
    const stop = await run(cache);
    const first = cache.borrow(Thing);
    const second = cache.borrow(Thing);
    await clock.advance(0);
    expect(second.kind).toBe(first.kind);
    expect([names(first.kind.list()), api.watches.length]).toEqual([['a'], 1]);
    await Promise.all([first.release(), first.release()]);
    expect(api.watches).toHaveLength(1);
    const released = second.release();
    await clock.advance(0);
    await released;
    expect([api.watches.length, cache.kinds]).toEqual([0, []]);
    const third = cache.borrow(Thing);
    await clock.advance(0);
    expect(names(third.kind.list())).toEqual(['a']);
    await stop();
  });

  test('that is declared as well stays', async () => {
    const cache = cacheOf();
    cache.kind(Thing);
    const stop = await run(cache);
    await cache.borrow(Thing).release();
    expect(api.watches).toHaveLength(1);
    await stop();
  });
});

test('an object that cannot be what the kind says is skipped and told of, and the rest goes on', async () => {
  api.put(Thing, named('good'));
  api.put(Thing, named('bad', { data: { poison: 'yes' } }));
  const bad: string[] = [];
  const cache = cacheOf({
    transform: () => (object) => {
      if ((object as { data?: { poison?: string } }).data?.poison) throw new Error('cannot be transformed');
      return object;
    },
    onBadObject: (object, { message }) => bad.push(`${(object as KubeObject).metadata.name}: ${message}`),
  });
  const things = cache.kind(Thing);
  const stop = await run(cache);
  api.watches[0]!.send('MODIFIED', { kind: 'Thing', apiVersion: 'v1', metadata: {} });
  api.put(Thing, named('later'));
  await clock.advance(0);
  expect(names(things.list())).toEqual(['good', 'later']);
  expect(bad).toHaveLength(2);
  expect(bad[0]).toMatch(/^bad: things: "default\/bad" was skipped, .*cannot be transformed$/);
  api.put(Thing, named('bad'));
  await clock.advance(0);
  expect(names(things.list())).toEqual(['bad', 'good', 'later']);
  await stop();
});

test('a transform is called once for each version of an object, through relists and streams, and never for a tombstone', async () => {
  const seen: string[] = [];
  for (const watchList of [false, true]) {
    api = createFakeApi();
    clock = idleClock();
    seen.length = 0;
    api.put(Thing, named('a'));
    const cache = cacheOf({
      watchList,
      transform: () => (object) => {
        seen.push(`${object.metadata.name}@${object.metadata.resourceVersion}`);
        return object;
      },
    });
    cache.kind(Thing);
    const stop = await run(cache);
    api.put(Thing, named('a', { data: { x: '1' } }));
    await clock.advance(2000);
    api.compact();
    api.put(Thing, named('b'));
    for (const watch of api.watches) watch.break();
    await clock.advance(60_000);
    api.remove(Thing, 'default/a');
    await clock.advance(2000);
    expect(seen).toEqual(['a@2', 'a@3', 'b@4']);
    await stop();
  }
});

test('an own write that leaves a field selection leaves the readers, too', async () => {
  const cache = cacheOf();
  const things = cache.kind(Thing, { fieldSelector: 'data.phase!=Failed' });
  const stop = await run(cache);
  const first = api.put(Thing, named('a', { data: { phase: 'Running' } }));
  await clock.advance(0);
  expect(names(things.list())).toEqual(['a']);
  things.wrote(api.put(Thing, named('b', { data: { phase: 'Pending' } })));
  things.wrote({
    ...first,
    metadata: { ...first.metadata, resourceVersion: '99' },
    data: { phase: 'Failed' },
  } as KubeObject);
  expect(names(things.list())).toEqual(['b']);
  await stop();
});

describe('a view of metadata', () => {
  /** A cache on the embedded cluster, and what it was sent. */
  async function onCluster(options: Partial<CacheOptions>, use: (cache: Cache, accepts: string[]) => Promise<void>) {
    await using cluster = await startCluster({ profile: 'envtest' });
    const accepts: string[] = [];
    const transport: Transport = {
      close: () => cluster.transport.close(),
      request(request) {
        accepts.push(String(request.headers?.accept).split(';')[1] ?? 'whole');
        return cluster.transport.request(request);
      },
    };
    await cluster.client.create(Secret, { metadata: { name: 's', namespace: 'default' }, stringData: { a: 'b' } });
    const client = createClient(transport);
    const cache = createCache({ client, clock: systemClock, random: systemRandom, logger, ...options });
    const controller = new AbortController();
    const running = cache.run(controller.signal);
    await use(cache, accepts);
    controller.abort();
    await running;
  }
  const content = (objects: readonly KubeObject[]) =>
    objects.filter(({ metadata }) => metadata.name === 's').map((object) => Object.keys(object).sort().join());

  for (const watchList of [false, true]) {
    test(`gets metadata alone from the server, ${watchList ? 'streamed' : 'listed'}`, async () => {
      await onCluster({ watchList }, async (cache, accepts) => {
        const secrets = cache.kind(metadataOf(Secret));
        const maps = cache.kind(ConfigMap);
        await Promise.all([secrets.synced(), maps.synced()]);
        expect(content(secrets.list())).toEqual(['apiVersion,kind,metadata']);
        expect(secrets.list()[0]).toMatchObject({ apiVersion: 'v1', kind: 'Secret' });
        expect(accepts.filter((accept) => accept !== 'whole').length).toBeGreaterThan(0);
      });
    });
  }

  test('shows an own write of the whole object', async () => {
    await onCluster({}, async (cache) => {
      const secrets = cache.kind(metadataOf(Secret));
      await secrets.synced();
      const [found] = secrets.list();
      cache.wrote(Secret, {
        ...found!,
        metadata: { ...found!.metadata, name: 'own', resourceVersion: '999999' },
        data: { a: 'b' },
      } as KubeObject);
      expect(Object.keys(secrets.get({ name: 'own', namespace: found!.metadata.namespace! })!)).toEqual([
        'apiVersion',
        'kind',
        'metadata',
      ]);
    });
  });

  test('shares the watch of somebody who reads the whole kind, whoever comes first', async () => {
    await onCluster({ planned: [{ resource: Secret }] }, async (cache, accepts) => {
      const metadata = cache.kind(metadataOf(Secret));
      const whole = cache.kind(Secret);
      await whole.synced();
      expect(metadata).toBe(whole);
      expect(accepts.every((accept) => accept === 'whole')).toBe(true);
      expect(cache.kind(metadataOf(Secret), { labelSelector: 'a=b' })).not.toBe(whole);
      expect(cache.kind(metadataOf(Namespace))).not.toBe(cache.kind(Namespace));
    });
  });
});

describe('a view of some fields', () => {
  const pod = (name: string, phase: string) =>
    named(name, { data: { phase, node: 'n1', secret: 'x' }, more: { a: 1 } } as object);
  const Phases = projectionOf(Thing, { data: ['phase'] });

  test('caches these and the metadata, and tells of them alone', async () => {
    const cache = cacheOf({ planned: [{ resource: Phases }] });
    const phases = cache.kind(Phases);
    const told: KubeObject[] = [];
    phases.listen(({ object }) => {
      told.push(object);
    });
    const stop = await run(cache);
    api.put(Thing, pod('a', 'Running'));
    await clock.advance(0);
    const shown = { data: { phase: 'Running' }, metadata: expect.objectContaining({ name: 'a' }) };
    expect(phases.list()).toEqual([{ apiVersion: Thing.apiVersion, kind: 'Thing', ...shown }]);
    expect(told).toEqual(phases.list());
    phases.wrote(api.put(Thing, pod('a', 'Failed')));
    expect(phases.list()).toEqual([expect.objectContaining({ data: { phase: 'Failed' } })]);
    await stop();
  });

  test('shares one watch with other views, which has the fields of all, and with who reads the whole kind', async () => {
    const Nodes = projectionOf(Thing, { data: ['node'] });
    const Metadata = metadataOf(Thing);
    const some = cacheOf({ planned: [Phases, Nodes, Metadata].map((resource) => ({ resource })) });
    expect(new Set([Phases, Nodes, Metadata].map((resource) => some.kind(resource))).size).toBe(1);
    const stop = await run(some);
    api.put(Thing, pod('a', 'Running'));
    await clock.advance(0);
    expect(some.kind(Nodes).list()).toEqual([expect.objectContaining({ data: { phase: 'Running', node: 'n1' } })]);
    expect(api.watches).toHaveLength(1);
    await stop();
    const all = cacheOf({ planned: [Phases, Thing].map((resource) => ({ resource })) });
    expect(all.kind(Phases)).toBe(all.kind(Thing));
  });

  test('that nobody has planned gets a watch of its own where the fields are not there', async () => {
    const cache = cacheOf({ planned: [{ resource: Phases }] });
    const phases = cache.kind(Phases);
    expect(cache.kind(projectionOf(Thing, { data: true }))).not.toBe(phases);
    expect(cache.kind(metadataOf(Thing))).toBe(phases);
  });
});

test('fields are merged, and a view shows no more and no less than both', () => {
  const part = fc.constantFrom('spec', 'status', 'data');
  const names = fc.oneof(fc.constant(true as const), fc.subarray(['a', 'b', 'c']));
  const fields = fc.option(fc.dictionary(part, names), { nil: undefined });
  const object = {
    ...named('x'),
    spec: { a: 1, b: 2, z: 3 },
    status: { c: 4, z: 5 },
    data: ['no', 'object'],
  } as unknown as KubeObject;
  const parts = (of: ViewFields | undefined) => {
    const shown = of ? projector(of)(object) : object;
    return Object.entries(shown).flatMap(([name, value]) =>
      name === 'metadata' || typeof value !== 'object'
        ? []
        : Object.keys(value as object).map((key) => `${name}.${key}`),
    );
  };
  fc.assert(
    fc.property(fields, fields, (a, b) => {
      const both = mergeFields(a, b);
      expect(showsAll(both, a) && showsAll(both, b)).toBe(true);
      expect(parts(both).sort()).toEqual([...new Set([...parts(a), ...parts(b)])].sort());
      if (showsAll(a, b)) expect(parts(a)).toEqual(expect.arrayContaining(parts(b)));
    }),
  );
});
