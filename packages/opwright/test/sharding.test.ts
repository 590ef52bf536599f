import { type Cluster, startCluster } from '@opwright/cluster';
import { Lease } from '@opwright/kubernetes/coordination';
import { Event } from '@opwright/kubernetes/events';
import type { VirtualClock } from '@opwright/machinery';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MembershipLostError } from '../src/index.ts';
import { restingClock } from './support/candidates.ts';
import { createWatchman, Foo, type Member, type MemberOptions, startMember, type Watchman } from './support/members.ts';

let time: VirtualClock;
let cluster: Cluster;
let watchman: Watchman;
let members: Member[];

beforeEach(async () => {
  time = restingClock();
  cluster = await startCluster({ profile: 'envtest', clock: time });
  await cluster.load([Foo.crd()]);
  watchman = createWatchman();
  members = [];
});

afterEach(async () => {
  for (const { manager, clock } of members) {
    if (clock.paused) continue;
    const stopped = manager.stop().catch(() => {});
    await time.advance(40_000);
    await stopped;
    expect(clock.pending).toBe(0);
  }
  await cluster.stop();
});

function start(identity: string, options: Partial<MemberOptions> = {}): Member {
  const member = startMember(cluster, time, identity, { watchman, ...options });
  members.push(member);
  return member;
}

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    await time.advance(Math.min(250, left));
    watchman.look();
  }
}

const name = (index: number) => `foo-${String(index).padStart(3, '0')}`;

async function create(count: number, value = 1, from = 0): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    await cluster.client.create(Foo, { metadata: { namespace: 'default', name: name(index) }, spec: { value } });
  }
}

/** How many objects have their value in the status, by who wrote it. */
async function written(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { spec, status } of (await cluster.client.list(Foo)).items) {
    const by = status?.value === spec.value ? (status.by ?? '') : 'nobody';
    counts[by] = (counts[by] ?? 0) + 1;
  }
  return counts;
}

async function setAll(value: number): Promise<void> {
  for (const { metadata } of (await cluster.client.list(Foo)).items) {
    await cluster.client.patch(Foo, metadata, { type: 'merge', patch: { spec: { value } } });
  }
}

const leases = async () =>
  (await cluster.client.list(Lease, { namespace: 'default' })).items.map((l) => l.metadata.name);

test('members share the objects, take over those of a member that stops at once, and those of one that vanishes after its lease', async () => {
  await create(90);
  const a = start('a');
  const b = start('b');
  const c = start('c');
  await pass(15_000);
  const first = await written();
  expect(first.nobody).toBeUndefined();
  await setAll(2);
  await pass(5000);
  const shares = await written();
  expect(Object.keys(shares).sort()).toEqual(['a', 'b', 'c']);
  for (const share of Object.values(shares)) expect(share).toBeGreaterThan(12);

  const stopped = b.manager.stop();
  await pass(3000);
  await stopped;

  c.kill();
  await setAll(3);
  await pass(10_000);
  expect((await written()).nobody).toBeGreaterThan(12);
  await pass(15_000);
  expect(await written()).toEqual({ a: 90 });
  expect(a.manager.ready()).toEqual({ ready: true, reasons: [], degraded: [] });

  const d = start('d');
  await pass(5000);
  await setAll(4);
  await pass(15_000);
  expect(Object.keys(await written()).sort()).toEqual(['a', 'd']);
  expect(watchman.offences).toEqual([]);
  expect(await leases()).toHaveLength(3);
  expect(d.ended).toBeUndefined();
}, 60_000);

test('a member that was paused for longer than its lease writes nothing when it goes on, and ends', async () => {
  await create(60);
  const a = start('a', { reconcileMs: 1500, concurrency: 10 });
  const b = start('b', { reconcileMs: 1500, concurrency: 10 });
  await pass(20_000);
  await setAll(2);
  await pass(500);
  a.clock.pause();
  await pass(60_000);
  expect(await written()).toEqual({ b: 60 });
  a.clock.resume();
  await pass(10_000);
  expect(a.ended).toBeInstanceOf(MembershipLostError);
  expect(await written()).toEqual({ b: 60 });
  expect(b.ended).toBeUndefined();
  expect(watchman.offences).toEqual([]);
});

test('a hand-over waits until the reconciles of the objects that move have ended, and says for whom', async () => {
  await create(40);
  const a = start('a', { reconcileMs: 30_000, concurrency: 40 });
  await pass(5000);
  const b = start('b', { reconcileMs: 50 });
  await pass(20_000);
  expect(await written()).toEqual({ nobody: 40 });
  expect([a.manager.fencingToken, b.manager.fencingToken]).toEqual([1, undefined]);
  expect(a.logger.lines).toContainEqual({
    level: 'warn',
    message: 'Waiting for reconciles to end before their keys are handed over',
    fields: expect.objectContaining({
      roster: 2,
      keys: expect.arrayContaining([expect.stringMatching(/^default\/foo-/)]),
    }),
  });
  expect(b.logger.lines).toContainEqual({
    level: 'warn',
    message: 'Waiting for members to hand over keys',
    fields: expect.objectContaining({ roster: 2, waitingFor: ['a'] }),
  });
  expect(await b.manager.metrics()).toMatch(/opwright_shard_waiting_seconds\{name="op"\} 1\d\./);
  await pass(15_000);
  expect((await written()).b).toBeGreaterThan(5);
  expect([a.manager.fencingToken, b.manager.fencingToken]).toEqual([2, 2]);
  const metrics = await b.manager.metrics();
  expect(metrics).toContain('opwright_shard_waiting_seconds{name="op"} 0');
  expect(metrics).toContain('opwright_shard_hand_overs_total{name="op"} 1');
  const owned = [await a.manager.metrics(), metrics].map((text) =>
    Number(/owned_keys\{controller="foo"\} (\d+)/.exec(text)?.[1]),
  );
  expect(owned[0]! + owned[1]!).toBe(40);
  expect(watchman.offences).toEqual([]);
});

test('a member whose Lease somebody deletes ends with an error and deletes nothing', async () => {
  const a = start('a');
  const b = start('b');
  await pass(3000);
  const { items } = await cluster.client.list(Lease, { namespace: 'default' });
  const lease = items.find(({ spec }) => spec.holderIdentity === 'a')!;
  await cluster.client.delete(Lease, { namespace: 'default', name: lease.metadata.name });
  await pass(3000);
  expect(a.ended).toBeInstanceOf(MembershipLostError);
  expect(a.ended).toMatchObject({ message: expect.stringContaining('membership lost: its Lease') });
  expect([b.ended, (await leases()).length]).toEqual([undefined, 2]);
});

test('members tell who came, left and was evicted; a replica that may not use leases is not ready and says what it lacks', async () => {
  const a = start('a');
  const b = start('b');
  await pass(3000);
  b.kill();
  await pass(20_000);
  const events = await cluster.client.list(Event, { namespace: 'default' });
  expect(events.items.map(({ note, reason }) => `${reason}: ${note}`).sort()).toEqual([
    'Sharding: a has evicted b, which did not renew its lease',
    'Sharding: a joined',
    'Sharding: b joined',
  ]);
  expect(a.logger.messages('warn')).toContain('Evicted a member that has not renewed its lease');

  const intern = cluster.as({ name: 'intern', groups: [] });
  const c = start('c', {
    manager: {
      transport: {
        request: (request) => (request.path.includes('/leases') ? intern : cluster.transport).request(request),
        close: async () => {},
      },
    },
  });
  await pass(1000);
  expect(c.manager.ready().ready).toBe(false);
  await pass(15_000);
  expect(c.manager.ready().reasons).toEqual([
    expect.stringContaining(
      'grant get, list, watch, create, update and delete on leases.coordination.k8s.io in the namespace default',
    ),
  ]);
});

test('options that cannot work are refused before anything starts', () => {
  const replica = (manager: MemberOptions['manager']) => () => startMember(cluster, time, 'a', { watchman, manager });
  expect(replica({ leaderElection: { namespace: 'default' } })).toThrow(
    'leaderElection and sharding exclude each other',
  );
  expect(replica({ sharding: {} })).toThrow('set sharding.namespace');
  expect(replica({ sharding: { namespace: 'default', leaseName: 'x'.repeat(64) } })).toThrow('sharding.leaseName');
});
