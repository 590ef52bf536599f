import { type Transport, TransportError } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { Event } from '@opwright/kubernetes/events';
import { seededRandom, type VirtualClock } from '@opwright/machinery';
import { k } from '@opwright/schema';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  controller,
  createManager,
  defineOperator,
  defineResource,
  type Manager,
  type ManagerOptions,
  type Operator,
  retryAfter,
} from '../src/index.ts';
import { restingClock } from './support/candidates.ts';
import { type Recording, recording } from './support/fixtures.ts';

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ value: k.integer(), target: k.string().optional() }),
  status: k.object({ value: k.integer().optional(), by: k.string().optional() }),
});

let time: VirtualClock;
let hub: Cluster;
let east: Cluster;
let west: Cluster;
let logger: Recording;
let manager: Manager | undefined;
let westReachable: boolean;

beforeEach(async () => {
  time = restingClock();
  logger = recording();
  westReachable = true;
  [hub, east, west] = await Promise.all([cluster(), cluster(), cluster()]);
});

afterEach(async () => {
  const stopped = manager?.stop();
  await time.advance(60_000);
  await stopped;
  manager = undefined;
  await Promise.all([hub, east, west].map((one) => one.stop()));
});

async function cluster(): Promise<Cluster> {
  const one = await startCluster({ profile: 'envtest', clock: time });
  await one.load([Foo.crd()]);
  return one;
}

const westTransport: Transport = {
  request: (request) =>
    westReachable ? west.transport.request(request) : Promise.reject(new TransportError('connection refused')),
  close: async () => {},
};

/** Starts the operator on the hub, with the others as clusters of the manager. */
async function start(operator: Operator, options: Partial<ManagerOptions> = {}): Promise<Manager> {
  manager = createManager(operator, {
    transport: hub.transport,
    clusters: { east: { transport: east.transport }, west: { transport: westTransport } },
    clock: time,
    random: seededRandom(1),
    logger,
    metricsAddress: '0',
    probeAddress: '0',
    ...options,
  });
  const started = manager.start();
  await time.advance(1000);
  await started;
  return manager;
}

const foo = (name: string, value = 1, target?: string) => ({
  metadata: { namespace: 'default', name },
  spec: { value, ...(target && { target }) },
});
const statusOf = async (one: Cluster, name: string) =>
  (await one.client.get(Foo, { namespace: 'default', name })).status;

describe('a controller for the objects of several clusters', () => {
  const copying = (clusters: 'local' | 'others' | 'all') =>
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo, { clusters })
          .owns(ConfigMap)
          .reconcile(async (foo, ctx) => {
            await ctx.apply(ConfigMap, { metadata: { name: foo.metadata.name }, data: { from: ctx.cluster } });
            const found = ctx.get(ConfigMap, foo.metadata.name);
            ctx.event({ reason: 'Seen', message: `in ${ctx.cluster}` });
            ctx.status({ value: foo.spec.value, by: `${ctx.cluster} ${found?.data?.from}` });
          }),
      ],
    });

  test('keeps objects of equal name apart: status, reads of its own writes, events, metrics, logs', async () => {
    for (const [index, one] of [hub, east, west].entries()) await one.client.create(Foo, foo('same', index));
    const { metrics, clusters } = await start(copying('all'));
    expect(clusters).toEqual(['east', 'west']);
    for (const [index, [name, one]] of Object.entries({ local: hub, east, west }).entries()) {
      expect(await statusOf(one, 'same')).toEqual({ value: index, by: `${name} ${name}` });
      const events = await one.client.list(Event, { namespace: 'default' });
      expect(events.items.map(({ note }) => note)).toEqual([`in ${name}`]);
    }
    const text = await metrics();
    expect(text).toContain('controller_runtime_max_concurrent_reconciles{controller="foo"} 1');
    expect(text).toContain('controller_runtime_max_concurrent_reconciles{controller="foo",cluster="east"} 1');
    expect(text).toContain('opwright_cache_objects{group="example.com",resource="foos"} 1');
    expect(text).toContain('opwright_cache_objects{group="example.com",resource="foos",cluster="west"} 1');
    const workers = logger.lines.filter(({ message }) => message === 'Starting workers');
    expect(workers.map(({ fields }) => fields.cluster)).toEqual([undefined, 'east', 'west']);
  });

  test('is for those clusters only that it names', async () => {
    for (const one of [hub, east]) await one.client.create(Foo, foo('same'));
    await start(copying('others'));
    expect([await statusOf(hub, 'same'), await statusOf(east, 'same')]).toEqual([
      undefined,
      { value: 1, by: 'east east' },
    ]);
  });

  test('goes on in all others when one cannot be reached, which readiness tells by name, and catches up when it is back', async () => {
    westReachable = false;
    for (const one of [hub, east, west]) await one.client.create(Foo, foo('same'));
    const { ready } = await start(copying('all'));
    await time.advance(5000);
    expect([await statusOf(hub, 'same'), await statusOf(east, 'same')]).toEqual([
      { value: 1, by: 'local local' },
      { value: 1, by: 'east east' },
    ]);
    expect(ready()).toEqual({
      ready: true,
      reasons: [],
      degraded: [expect.stringMatching(/^cluster "west": foos\.example\.com is not synced: .*connection refused/)],
    });
    westReachable = true;
    await time.advance(60_000);
    expect(await statusOf(west, 'same')).toEqual({ value: 1, by: 'west west' });
    expect(ready()).toEqual({ ready: true, reasons: [], degraded: [] });

    westReachable = false;
    await east.client.patch(
      Foo,
      { namespace: 'default', name: 'same' },
      { type: 'merge', patch: { spec: { value: 2 } } },
    );
    await time.advance(1000);
    expect(await statusOf(east, 'same')).toEqual({ value: 2, by: 'east east' });
  });

  test('learns of clusters that come and go while it runs', async () => {
    const { addCluster, removeCluster, metrics } = await start(copying('all'), { clusters: {} });
    for (const one of [east, west]) await one.client.create(Foo, foo('same'));
    addCluster('east', { transport: east.transport });
    addCluster('west', { transport: westTransport });
    expect(() => addCluster('west', { transport: westTransport })).toThrow('there is a cluster "west" already');
    expect(() => addCluster('local', { transport: westTransport })).toThrow('already');
    expect(() => addCluster('West!', { transport: westTransport })).toThrow('must be lower-case');
    await time.advance(1000);
    expect(await statusOf(east, 'same')).toEqual({ value: 1, by: 'east east' });

    const removed = removeCluster('east');
    await time.advance(1000);
    await removed;
    await east.client.create(Foo, foo('late'));
    await west.client.create(Foo, foo('late'));
    await time.advance(1000);
    expect([await statusOf(east, 'late'), await statusOf(west, 'late')]).toEqual([
      undefined,
      { value: 1, by: 'west west' },
    ]);
    expect(await metrics()).not.toContain('resource="foos",cluster="east"');
    await expect(removeCluster('east')).rejects.toThrow('there is no cluster "east" (west)');

    addCluster('east', { transport: east.transport });
    await time.advance(1000);
    expect(await statusOf(east, 'late')).toEqual({ value: 1, by: 'east east' });
  });
});

test('a cluster that is removed lets its reconciles end, and waits no longer than the grace period', async () => {
  const seen: unknown[] = [];
  const hanging = controller(Foo, { clusters: ['east'] }).reconcile(async (_foo, ctx) => {
    await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
    seen.push(ctx.signal.reason);
    ctx.status({ by: 'late' });
    await new Promise(() => {});
  });
  await east.client.create(Foo, foo('same'));
  const { removeCluster, clusters } = await start(defineOperator({ name: 'op', controllers: [hanging] }));
  let removed = false;
  void removeCluster('east').then(() => {
    removed = true;
  });
  await time.advance(20_000);
  expect([seen, removed]).toEqual([[new Error('the cluster "east" is being removed')], false]);
  await time.advance(11_000);
  expect([removed, manager?.clusters, clusters]).toEqual([true, ['west'], ['east', 'west']]);
  expect(logger.messages('warn')).toContain('Reconciles of a removed cluster did not end in time');
});

describe('a controller that reads in one cluster and writes into another', () => {
  test('follows the objects of both', async () => {
    const sync = controller(ConfigMap, { name: 'sync', clusters: ['east'], labelSelector: 'sync=yes' })
      .watches(ConfigMap, ({ metadata: { name, namespace = '' } }) => ({ name, namespace }), {
        cluster: 'west',
        labelSelector: 'sync=yes',
      })
      .writes(ConfigMap, { cluster: 'west' })
      .reconcile(async (source, ctx) => {
        const { name, labels = {} } = source.metadata;
        await ctx.in('west').apply(ConfigMap, { metadata: { name, labels }, data: source.data ?? {} });
      });
    await start(defineOperator({ name: 'op', controllers: [sync] }));
    const key = { namespace: 'default', name: 'settings' };
    await east.client.create(ConfigMap, { metadata: { ...key, labels: { sync: 'yes' } }, data: { a: '1' } });
    await time.advance(1000);
    expect((await west.client.get(ConfigMap, key)).data).toEqual({ a: '1' });

    await west.client.patch(ConfigMap, key, { type: 'merge', patch: { data: { a: 'changed by hand' } } });
    await time.advance(1000);
    expect((await west.client.get(ConfigMap, key)).data).toEqual({ a: '1' });
    await expect(hub.client.get(ConfigMap, key)).rejects.toThrow('not found');
  });

  test('runs again only when the caches of the other cluster have shown what it wrote there', async () => {
    let late = 0;
    /** Events of the other cluster come late. */
    const lagging: Transport = {
      ...west.transport,
      async request(request) {
        const response = await west.transport.request(request);
        if (!request.stream) return response;
        return {
          ...response,
          async *lines(parse) {
            for await (const line of response.lines(parse)) {
              await new Promise<void>((resolve) => time.setTimeout(resolve, late));
              yield line;
            }
          },
        };
      },
    };
    const runs: [at: number, others: string | undefined][] = [];
    const counter = controller(Foo)
      .reads(ConfigMap, { cluster: 'west', labelSelector: 'count=yes' })
      .writes(ConfigMap, { cluster: 'west' })
      .reconcile(async (_foo, ctx) => {
        const there = ctx.in('west');
        runs.push([ctx.clock.monotonic(), there.get(ConfigMap, 'others')?.data?.n]);
        if (runs.length > 1) return undefined;
        const counted = {
          metadata: { namespace: 'default', name: 'others', labels: { count: 'yes' } },
          data: { n: '2' },
        };
        await west.client.create(ConfigMap, counted);
        await there.apply(ConfigMap, { metadata: { name: 'own', labels: { count: 'yes' } } });
        return retryAfter(10);
      });
    await start(defineOperator({ name: 'op', controllers: [counter] }), { clusters: { west: { transport: lagging } } });
    late = 700;
    await hub.client.create(Foo, foo('a', 1));
    await time.advance(10_000);
    expect(runs.map(([, others]) => others)).toEqual([undefined, '2']);
    expect(runs[1]![0] - runs[0]![0]).toBeGreaterThanOrEqual(1400);
  });

  test('that feeds itself over there is named as a hot loop, with the cluster', async () => {
    const triggers: unknown[] = [];
    let runs = 0;
    const looping = controller(Foo)
      .watches(ConfigMap, ({ metadata: { namespace = '' } }) => ({ name: 'a', namespace }), {
        cluster: 'west',
        labelSelector: 'loop=yes',
      })
      .writes(ConfigMap, { cluster: 'west' })
      .reconcile(async (_foo, ctx) => {
        runs += 1;
        triggers.push(...ctx.triggers);
        if (runs > 12) return;
        const copy = { metadata: { name: 'copy', labels: { loop: 'yes' } }, data: { n: `${runs}` } };
        await ctx.in('west').apply(ConfigMap, copy);
      });
    await hub.client.create(Foo, foo('a', 1));
    const { metrics } = await start(defineOperator({ name: 'op', controllers: [looping] }));
    await time.advance(1000);
    expect(runs).toBe(13);
    expect(triggers.at(-1)).toEqual({
      source: 'ConfigMap',
      type: 'update',
      object: { namespace: 'default', name: 'copy' },
      cluster: 'west',
      own: true,
    });
    const told = logger.lines.find(({ message }) => message.startsWith('Hot loop'));
    expect(told?.fields.fields).toEqual([
      'ConfigMap default/copy in west: data.n',
      'ConfigMap default/copy in west: created',
    ]);
    expect(await metrics()).toContain('opwright_hot_loops_total{controller="foo"} 1');
    const key = { namespace: 'default', name: 'copy' };
    await west.client.patch(ConfigMap, key, { type: 'merge', patch: { data: { other: 'x' } } });
    await time.advance(1000);
    expect(triggers.at(-1)).toMatchObject({ cluster: 'west' });
    expect(triggers.at(-1)).not.toHaveProperty('own');
  });

  test('that waits for an answer from over there is named with the request and the cluster', async () => {
    let answer = () => {};
    const answering = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const silent: Transport = {
      ...west.transport,
      async request(request) {
        if (request.method === 'PATCH') await answering;
        return west.transport.request(request);
      },
    };
    const waiting = controller(Foo, { stuckAfter: '30s' })
      .writes(ConfigMap, { cluster: 'west' })
      .reconcile(async (_foo, ctx) => {
        await ctx.in('west').apply(ConfigMap, { metadata: { name: 'copy' } });
      });
    await hub.client.create(Foo, foo('a', 1));
    const clusters = { west: { transport: silent } };
    await start(defineOperator({ name: 'op', controllers: [waiting] }), { clusters });
    await time.advance(31_000);
    const told = logger.lines.find(({ message }) => message.startsWith('Reconcile is stuck'));
    expect(told?.fields.awaiting).toMatch(/^apply ConfigMap default\/copy in west \(since /);
    answer();
  });

  const placing = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo)
        .reads(ConfigMap, { cluster: '*' })
        .writes(ConfigMap, { cluster: '*' })
        .reconcile(async (foo, ctx) => {
          const there = ctx.in(foo.spec.target ?? 'local');
          await there.apply(ConfigMap, { metadata: { name: foo.metadata.name }, data: { value: `${foo.spec.value}` } });
          ctx.status({ by: `${there.list(ConfigMap, { namespace: 'default' }).length} there` });
        }),
    ],
  });

  test('may choose the cluster by the object; one that is not there, or cannot be reached, holds up its own objects only', async () => {
    westReachable = false;
    for (const target of ['east', 'west', 'north', 'local'])
      await hub.client.create(Foo, foo(`to-${target}`, 1, target));
    const { addCluster } = await start(placing);
    await time.advance(2000);
    const key = (target: string) => ({ namespace: 'default', name: `to-${target}` });
    expect((await east.client.get(ConfigMap, key('east'))).data).toEqual({ value: '1' });
    expect((await hub.client.get(ConfigMap, key('local'))).data).toEqual({ value: '1' });
    expect([await statusOf(hub, 'to-east'), await statusOf(hub, 'to-west')]).toEqual([{ by: '1 there' }, undefined]);
    const errors = new Set(
      logger.lines.filter(({ level }) => level === 'error').map(({ fields }) => String(fields.error)),
    );
    expect(
      [...errors].some((error) => error.includes('the manager has no cluster "north": add it with addCluster')),
    ).toBe(true);

    westReachable = true;
    addCluster('north', { transport: west.transport });
    await time.advance(60_000);
    expect((await west.client.get(ConfigMap, key('west'))).data).toEqual({ value: '1' });
    expect((await west.client.get(ConfigMap, key('north'))).data).toEqual({ value: '1' });
  });
});

test('replicas that share the keys share those of all clusters', async () => {
  const seen: string[] = [];
  const operator = (identity: string) =>
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo, { clusters: 'all' }).reconcile((foo, ctx) => {
          seen.push(`${ctx.cluster}/${foo.metadata.name}`);
          ctx.status({ by: identity });
        }),
      ],
    });
  const options = (identity: string): ManagerOptions => ({
    transport: hub.transport,
    clusters: { east: { transport: east.transport } },
    clock: time,
    random: seededRandom(identity),
    logger,
    metricsAddress: '0',
    probeAddress: '0',
    sharding: { namespace: 'default', identity },
  });
  const managers = ['a', 'b'].map((identity) => createManager(operator(identity), options(identity)));
  for (const one of managers) void one.start();
  await time.advance(5000);
  for (const one of [hub, east])
    for (let index = 0; index < 20; index += 1) await one.client.create(Foo, foo(`foo-${index}`));
  await time.advance(2000);
  const by = (await Promise.all([hub, east].map((one) => one.client.list(Foo)))).map(({ items }) =>
    items.map(({ status }) => status?.by),
  );
  expect(new Set(by[0])).toEqual(new Set(['a', 'b']));
  // A key of a cluster is another key: the shares are not the same.
  expect(by[0]).not.toEqual(by[1]);
  expect(new Set(seen).size).toBe(40);
  const stopped = managers.map((one) => one.stop());
  await time.advance(5000);
  await Promise.all(stopped);
});
