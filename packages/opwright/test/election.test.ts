import { createClient, type Transport, TransportError } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { Lease } from '@opwright/kubernetes/coordination';
import { Event } from '@opwright/kubernetes/events';
import { seededRandom, type VirtualClock } from '@opwright/machinery';
import { k } from '@opwright/schema';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  controller,
  createManager,
  defineOperator,
  defineResource,
  LeaderElectionLostError,
  type LeaderElectionOptions,
  type Manager,
  type ManagerOptions,
  NotLeaderError,
  type Operator,
  runUntilSignal,
} from '../src/index.ts';
import { type ProcessClock, processClock, restingClock } from './support/candidates.ts';
import { type Recording, recording } from './support/fixtures.ts';

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ name: k.string() }),
  status: k.object({ by: k.string().optional() }),
});
const key = { namespace: 'default', name: 'op' };

interface Replica {
  readonly manager: Manager;
  readonly clock: ProcessClock;
  readonly logger: Recording;
  /** How the manager ended; undefined while it runs. */
  ended: 'stopped' | Error | undefined;
  /** Whether the API server can be reached. */
  connected: boolean;
}

let time: VirtualClock;
let cluster: Cluster;
let replicas: Replica[];

beforeEach(async () => {
  time = restingClock();
  cluster = await startCluster({ profile: 'envtest', clock: time });
  await cluster.load([Foo.crd()]);
  replicas = [];
});

afterEach(async () => {
  for (const { manager, clock } of replicas) {
    clock.resume();
    const stopped = manager.stop().catch(() => {});
    await time.advance(60_000);
    await stopped;
    expect(clock.pending).toBe(0);
  }
  await cluster.stop();
});

/** The operator of one replica: writes who it is into each status. */
const signing = (identity: string, tokens: (number | undefined)[] = []): Operator =>
  defineOperator({
    name: 'op',
    controllers: [
      controller(Foo, { generationChanged: true }).reconcile((_foo, ctx) => {
        tokens.push(ctx.fencingToken);
        ctx.status({ by: identity });
      }),
    ],
  });

/** Starts a replica and lets it come to rest. */
async function start(...how: Parameters<typeof launch>): Promise<Replica> {
  const { replica, started } = launch(...how);
  await time.advance(10);
  await started;
  return replica;
}

function launch(
  identity: string,
  operator: Operator = signing(identity),
  election: LeaderElectionOptions = {},
  options: Partial<ManagerOptions> = {},
): { readonly replica: Replica; readonly started: Promise<void> } {
  const clock = processClock(time);
  const logger = recording();
  const transport: Transport = {
    request(request) {
      if (!replica.connected) return Promise.reject(new TransportError('connection refused'));
      return cluster.transport.request(request);
    },
    close: async () => {},
  };
  const manager = createManager(operator, {
    transport,
    clock,
    random: seededRandom(identity),
    logger,
    metricsAddress: '0',
    probeAddress: '0',
    leaderElection: { namespace: 'default', identity, ...election },
    ...options,
  });
  const replica: Replica = { manager, clock, logger, ended: undefined, connected: true };
  manager.done.then(
    () => {
      replica.ended = 'stopped';
    },
    (error) => {
      replica.ended = error;
    },
  );
  replicas.push(replica);
  return { replica, started: manager.start() };
}

async function stop({ manager }: Replica): Promise<void> {
  const stopped = manager.stop();
  await time.advance(100);
  await stopped;
}

const create = (name: string) =>
  cluster.client.create(Foo, { metadata: { namespace: 'default', name }, spec: { name } });
const signer = async (name: string) => (await cluster.client.get(Foo, { namespace: 'default', name })).status?.by;
const holder = async () => (await cluster.client.get(Lease, key)).spec.holderIdentity;
const logged = ({ logger }: Replica, message: string) => logger.lines.some((line) => line.message === message);

test('one replica works; another has everything ready and takes over when the first stops', async () => {
  const tokens: (number | undefined)[] = [];
  await create('foo-1');
  const a = await start('a', signing('a', tokens));
  const b = await start('b', signing('b', tokens));
  expect([a.manager.isLeader(), b.manager.isLeader()]).toEqual([true, false]);
  expect([a.manager.ready(), b.manager.ready()]).toEqual(Array(2).fill({ ready: true, reasons: [], degraded: [] }));
  expect([await signer('foo-1'), await holder()]).toEqual(['a', 'a']);
  expect([logged(a, 'Starting workers'), logged(b, 'Starting workers')]).toEqual([true, false]);
  await create('foo-2');
  await time.advance(30_000);
  expect(await signer('foo-2')).toBe('a');

  expect(await a.manager.metrics()).toContain('leader_election_master_status{name="op"} 1');
  expect(await a.manager.metrics()).toContain('leader_election_slowpath_total{name="op"} 0');
  const standby = await b.manager.metrics();
  expect(standby).toContain('leader_election_master_status{name="op"} 0');
  expect(standby).toContain('opwright_cache_objects{group="example.com",resource="foos"} 2');
  expect(standby).toContain('workqueue_depth{name="foo",controller="foo",priority="-100"} 1');

  await stop(a);
  expect([a.ended, await holder()]).toEqual(['stopped', '']);
  await time.advance(4400);
  await b.manager.elected;
  expect([await signer('foo-1'), await signer('foo-2')]).toEqual(['b', 'b']);
  expect([a.manager.fencingToken, b.manager.fencingToken]).toEqual([undefined, 1]);
  expect(tokens).toEqual([0, 0, 1, 1]);
  await stop(b);
  const events = await cluster.client.list(Event, { namespace: 'default' });
  expect(events.items.map(({ reason, note, regarding }) => [reason, note, regarding?.kind, regarding?.name])).toEqual([
    ['LeaderElection', 'a became leader', 'Lease', 'op'],
    ['LeaderElection', 'a stopped leading', 'Lease', 'op'],
    ['LeaderElection', 'b became leader', 'Lease', 'op'],
    ['LeaderElection', 'b stopped leading', 'Lease', 'op'],
  ]);
  expect(replicas.flatMap(({ logger }) => [...logger.messages('warn'), ...logger.messages('error')])).toEqual([]);
});

test('the lease is kept until the last reconcile has ended, and released then', async () => {
  let finish = () => {};
  const operator = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo).reconcile(async (_foo, ctx) => {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        ctx.status({ by: 'a' });
      }),
    ],
  });
  await create('foo-1');
  const a = await start('a', operator);
  const b = await start('b');
  const stopped = a.manager.stop();
  await time.advance(25_000);
  expect([await holder(), b.manager.isLeader(), a.manager.isLeader()]).toEqual(['a', false, true]);
  finish();
  await time.advance(10);
  await stopped;
  expect([await signer('foo-1'), await holder()]).toEqual(['a', '']);
});

test('a replica that stops with work unfinished does not release, also when that ends later', async () => {
  await create('foo-1');
  let finish = () => {};
  const operator = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo).reconcile(
        () =>
          new Promise<undefined>((resolve) => {
            finish = () => resolve(undefined);
          }),
      ),
    ],
  });
  const a = await start('a', operator, {}, { gracePeriodMs: 3000 });
  const stopped = expect(a.manager.stop()).rejects.toThrow(
    'failed waiting for all runnables to end within grace period',
  );
  await time.advance(3100);
  await stopped;
  finish();
  await time.advance(1000);
  expect([await holder(), a.clock.pending]).toEqual(['a', 0]);
});

test('a replica stands for election only when its caches are filled', async () => {
  const Bar = defineResource({ group: 'example.com', version: 'v1', kind: 'Bar', spec: k.object({}) });
  const operator = defineOperator({
    name: 'op',
    controllers: [controller(Foo).reconcile(() => {}), controller(Bar).reconcile(() => {})],
  });
  const { replica, started } = launch('a', operator);
  await time.advance(60_000);
  await expect(holder()).rejects.toThrow('not found');
  await cluster.load([Bar.crd()]);
  await time.advance(30_000);
  await started;
  expect([replica.manager.isLeader(), await holder()]).toEqual([true, 'a']);
});

test('a replica asks once for what it follows: what it has opened as a standby serves it as the leader', async () => {
  await create('foo-1');
  const a = await start('a');
  cluster.requests.clear();
  const b = await start('b');
  const followed = () =>
    cluster.requests.records.filter(({ verb, resource }) => resource === 'foos' && /list|watch/.test(verb)).length;
  const opened = followed();
  expect(opened).toBeGreaterThan(0);
  await stop(a);
  await time.advance(4400);
  await b.manager.elected;
  expect([await signer('foo-1'), followed()]).toEqual(['b', opened]);
});

test('the lease carries the labels of the options', async () => {
  await start('a', signing('a'), { labels: { 'app.kubernetes.io/name': 'op' } });
  const { metadata } = await cluster.client.get(Lease, key);
  expect(metadata.labels).toEqual({ 'app.kubernetes.io/name': 'op' });
});

test('a standby that stops never works, and leaves the lease alone', async () => {
  await start('a');
  const b = await start('b');
  await stop(b);
  await time.advance(30_000);
  expect([b.ended, logged(b, 'Starting workers'), await holder()]).toEqual(['stopped', false, 'a']);
});

describe('a lost lease', () => {
  test('ends the manager at once with an error, without a release, and nothing is written any more', async () => {
    const outcomes: unknown[] = [];
    let stopWaiting = () => {};
    const operator = defineOperator({
      name: 'op',
      controllers: [
        controller(Foo)
          .writes(Foo)
          .reconcile(async (_foo, ctx) => {
            ctx.signal.addEventListener('abort', () => outcomes.push(ctx.signal.reason));
            await new Promise<void>((resolve) => {
              stopWaiting = resolve;
            });
            const apply = ctx.apply(Foo, { metadata: { name: 'foo-2' }, spec: { name: 'late' } });
            outcomes.push(await apply.catch((error) => error));
          }),
      ],
    });
    await create('foo-1');
    const a = await start('a', operator);
    a.connected = false;
    await time.advance(9900);
    expect([a.ended, outcomes]).toEqual([undefined, []]);
    await time.advance(200);
    expect(a.ended).toBeInstanceOf(LeaderElectionLostError);
    expect(a.ended).toMatchObject({ message: expect.stringMatching(/^leader election lost: .*connection refused$/) });
    // It was told, and does not listen.
    expect(outcomes).toEqual([a.ended]);
    expect(await a.manager.metrics()).toContain('leader_election_master_status{name="op"} 0');

    a.connected = true;
    stopWaiting();
    await time.advance(1000);
    expect(outcomes).toHaveLength(2);
    expect(outcomes[1]).toBeInstanceOf(Error);
    await expect(signer('foo-2')).rejects.toThrow('not found');
    expect(await holder()).toBe('a');
    expect(a.clock.pending).toBe(0);
  });

  test('exits the process with code 1 where a program runs until a signal', async () => {
    const exits: number[] = [];
    const a = await start('a');
    const { start: _, ...manager } = a.manager;
    const source = { on: () => {}, off: () => {}, exit: (code: number) => void exits.push(code) };
    const run = runUntilSignal({ ...manager, start: async () => {} }, source).catch((error) => error);
    a.connected = false;
    await time.advance(11_000);
    expect([exits, await run]).toEqual([[1], a.ended]);
    expect(a.ended).toBeInstanceOf(LeaderElectionLostError);
  });

  test('in the middle of a stop breaks it off', async () => {
    const operator = defineOperator({
      name: 'op',
      controllers: [controller(Foo).reconcile(() => new Promise<undefined>(() => {}))],
    });
    await create('foo-1');
    const a = await start('a', operator, {}, { gracePeriodMs: 300_000 });
    const stopped = a.manager.stop().catch((error) => error);
    await time.advance(5000);
    a.connected = false;
    await time.advance(11_000);
    expect(a.ended).toBeInstanceOf(LeaderElectionLostError);
    expect(await stopped).toMatchObject({ message: expect.stringContaining('failed waiting for all runnables') });
  });
});

test('a process that was paused for longer than the lease writes nothing when it goes on', async () => {
  const outcomes: unknown[] = [];
  const operator = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo)
        .writes(Foo)
        .reconcile(async (_foo, ctx) => {
          await new Promise<void>((resolve) => void ctx.clock.setTimeout(resolve, 1500));
          const apply = ctx.apply(Foo, { metadata: { name: 'foo-2' }, spec: { name: 'late' } });
          outcomes.push(await apply.catch((error) => error));
        }),
    ],
  });
  await create('foo-1');
  const a = await start('a', operator);
  const b = await start('b');
  a.clock.pause();
  await time.advance(20_000);
  expect([b.manager.isLeader(), await signer('foo-1')]).toEqual([true, 'b']);
  a.clock.resume();
  await time.advance(0);
  // By the fence, or by the end of leadership, whichever is noticed first.
  expect(outcomes).toHaveLength(1);
  expect([NotLeaderError, LeaderElectionLostError]).toContain((outcomes[0] as Error).constructor);
  await time.advance(3000);
  expect(a.ended).toBeInstanceOf(LeaderElectionLostError);
  await expect(signer('foo-2')).rejects.toThrow('not found');
});

test('without an election a replica works from the start, has no token and asks for no lease', async () => {
  const tokens: (number | undefined)[] = [];
  await create('foo-1');
  const a = await start('a', signing('a', tokens), {}, { leaderElection: false });
  await a.manager.elected;
  expect([a.manager.isLeader(), a.manager.fencingToken, tokens]).toEqual([true, undefined, [undefined]]);
  expect(await signer('foo-1')).toBe('a');
  await expect(holder()).rejects.toThrow('not found');
  expect(await a.manager.metrics()).not.toContain('leader_election');
});

test('a replica that may not use leases is not ready, and says what it lacks', async () => {
  const intern = cluster.as({ name: 'intern', groups: [] });
  const transport: Transport = {
    // Everything but leases as the administrator.
    request: (request) => (request.path.includes('/leases') ? intern : cluster.transport).request(request),
    close: async () => {},
  };
  const a = await start('a', signing('a'), {}, { transport });
  expect(a.manager.ready().ready).toBe(true);
  await time.advance(15_000);
  expect(a.manager.ready()).toMatchObject({
    ready: false,
    reasons: [
      expect.stringContaining('grant get, create and update on leases.coordination.k8s.io in the namespace default'),
    ],
  });
});

test('options that cannot work are refused before anything starts', () => {
  const transport = createClient(cluster.transport).transport;
  expect(() => createManager(signing('a'), { transport, leaderElection: {} })).toThrow('set leaderElection.namespace');
  expect(() =>
    createManager(signing('a'), { transport, leaderElection: { namespace: 'default', leaseDurationMs: 5000 } }),
  ).toThrow('leaderElection.leaseDurationMs (5000) must be more than renewDeadlineMs (10000)');
});
