import { type Cluster, startCluster } from '@opwright/cluster';
import type { VirtualClock } from '@opwright/machinery';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Candidate,
  type CandidateOptions,
  restingClock,
  startCandidate,
  type Weather,
} from '../../test/support/candidates.ts';
import { Lease } from './lease.ts';

const key = { namespace: 'default', name: 'op' };

let time: VirtualClock;
let cluster: Cluster;
let candidates: Candidate[];

beforeEach(async () => {
  time = restingClock();
  cluster = await startCluster({ profile: 'envtest', clock: time });
  candidates = [];
});

afterEach(async () => {
  for (const candidate of candidates) {
    candidate.clock.resume();
    candidate.weather = 'refused';
    const stopped = candidate.stop();
    await time.advance(20_000);
    await stopped;
    expect(candidate.clock.pending).toBe(0);
  }
  await cluster.stop();
});

function start(identity: string, options: CandidateOptions = {}): Candidate {
  const candidate = startCandidate(cluster.transport, time, identity, options);
  candidates.push(candidate);
  return candidate;
}

const lease = () => cluster.client.get(Lease, key);
const messages = ({ lines }: Candidate) => lines.map(({ message }) => message);

/** Another candidate, which does nothing that is not said here. */
async function write(spec: Lease['spec']): Promise<Lease> {
  const found = await lease().catch(() => undefined);
  if (found) return cluster.client.update(Lease, { ...found, spec });
  return cluster.client.create(Lease, { metadata: key, spec });
}

const held = {
  holderIdentity: 'other',
  leaseDurationSeconds: 15,
  acquireTime: '2020-01-01T00:00:00.000000Z',
  renewTime: '2020-01-01T00:00:00.000000Z',
  leaseTransitions: 4,
};

describe('a candidate', () => {
  test('creates the lease that nobody has, as Kubernetes writes it', async () => {
    const a = start('a');
    await time.advance(10);
    expect(a.state).toBe('leading');
    expect((await lease()).spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.002000Z',
      renewTime: '2026-01-01T00:00:00.002000Z',
      leaseTransitions: 0,
    });
    expect(a.elector.fencingToken).toBe(0);
    expect(messages(a)).toEqual(['Attempting to acquire leader lease', 'Successfully acquired lease']);
  });

  test('waits for as long as the record says from the moment it saw it, whatever the times in it', async () => {
    for (const renewTime of ['1999-01-01T00:00:00.000000Z', '2099-01-01T00:00:00.000000Z']) {
      await write({ ...held, leaseDurationSeconds: 30, renewTime });
      const a = start('a');
      await time.advance(29_990);
      expect(a.state).toBe('waiting');
      await time.advance(20);
      expect(a.state).toBe('leading');
      expect((await lease()).spec?.leaseTransitions).toBe(5);
      const stopped = a.stop();
      await time.advance(10);
      await stopped;
    }
  });

  test('waits anew after each sign of life of the leader', async () => {
    await write(held);
    const a = start('a');
    await time.advance(14_000);
    await write({ ...held, renewTime: '2020-01-01T00:00:00.000001Z' });
    await time.advance(14_000);
    expect(a.state).toBe('waiting');
    await time.advance(6000);
    expect(a.state).toBe('leading');
  });

  test('is not held up by somebody who labels the lease', async () => {
    await write(held);
    const a = start('a');
    for (let i = 0; i < 15; i++) {
      await time.advance(1000);
      const labels = { turn: String(i) };
      await cluster.client.patch(Lease, key, { type: 'merge', patch: { metadata: { labels } } });
    }
    await time.advance(4500);
    expect(a.state).toBe('leading');
    expect((await lease()).metadata.labels).toEqual({ turn: '14' });
  });

  test('tries again after two seconds and up to 2.4 more', async () => {
    await write(held);
    const gaps = new Set<number>();
    let last: number | undefined;
    start('a', {
      weather: () => {
        if (last !== undefined) gaps.add(time.monotonic() - last);
        last = time.monotonic();
        return 'refused';
      },
    });
    await time.advance(120_000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...gaps)).toBeLessThan(4400);
    expect(gaps.size).toBeGreaterThan(20);
  });

  test('takes a released lease at its next attempt', async () => {
    const a = start('a');
    await time.advance(10);
    const b = start('b');
    await time.advance(10_000);
    expect([a.state, b.state]).toEqual(['leading', 'waiting']);
    await Promise.all([a.stop(), time.advance(10)]);
    expect(a.clock.pending).toBe(0);
    expect((await lease()).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 });
    await time.advance(4400);
    expect([b.state, b.elector.fencingToken]).toEqual(['leading', 1]);
  });

  test('that finds a record of its name by another run waits as for anybody else', async () => {
    await write({ ...held, holderIdentity: 'a' });
    const a = start('a');
    await time.advance(14_990);
    expect(a.state).toBe('waiting');
    await time.advance(30);
    expect([a.state, a.elector.fencingToken]).toEqual(['leading', 5]);
  });

  test('recognizes its own attempt whose answer was lost', async () => {
    const weather: Weather[] = ['fine', 'unanswered'];
    const a = start('a', { weather: () => weather.shift() ?? 'fine' });
    await time.advance(5100);
    expect([a.state, (await lease()).spec?.holderIdentity]).toEqual(['waiting', 'a']);
    expect(a.elector.isLeader()).toBe(false);
    await time.advance(4400);
    expect([a.state, a.elector.fencingToken]).toEqual(['leading', 0]);
  });

  test('that stops in the middle of an attempt leaves no lease behind', async () => {
    const weather: Weather[] = ['fine', 'unanswered'];
    const a = start('a', { weather: () => weather.shift() ?? 'fine' });
    await time.advance(100);
    await Promise.all([a.stop(), time.advance(100)]);
    expect((await lease()).spec?.holderIdentity).toBe('');
  });

  test('respects a leader whose lease somebody has deleted', async () => {
    const a = start('a');
    await time.advance(10);
    const b = start('b');
    await time.advance(3000);
    for (let i = 0; i < 10; i++) {
      await cluster.client.delete(Lease, key);
      await time.advance(3000);
      expect([a.state, b.state]).toEqual(['leading', 'waiting']);
    }
    a.clock.pause();
    await cluster.client.delete(Lease, key);
    await time.advance(20_000);
    // The number of acquisitions is remembered by whoever saw it.
    expect([b.state, b.elector.fencingToken]).toEqual(['leading', 1]);
  });

  test('says what is missing, once a minute, and is not well meanwhile', async () => {
    const intern = cluster.as({ name: 'intern' });
    const a = startCandidate(intern, time, 'a');
    candidates.push(a);
    await time.advance(9000);
    expect(a.elector.problem).toBeUndefined();
    await time.advance(50_000);
    expect(a.elector.problem).toMatch(
      /^lease default\/op: leases\.coordination\.k8s\.io "op" is forbidden: .*; grant get, create and update on leases\.coordination\.k8s\.io in the namespace default/,
    );
    expect(messages(a).filter((message) => message === 'Request for the lease failed')).toHaveLength(1);
    await time.advance(60_000);
    expect(messages(a).filter((message) => message === 'Request for the lease failed')).toHaveLength(2);

    const elsewhere = start('b', { namespace: 'nowhere' });
    await time.advance(20_000);
    expect(elsewhere.elector.problem).toMatch(/namespaces "nowhere" not found; create the namespace/);
  });
});

describe('a leader', () => {
  test('renews every two seconds with one conditional write, and no read', async () => {
    const requests: string[] = [];
    const inner = cluster.transport;
    const counted = {
      ...inner,
      request: (request: Parameters<typeof inner.request>[0]) => {
        requests.push(request.method);
        return inner.request(request);
      },
    };
    const a = startCandidate(counted, time, 'a');
    candidates.push(a);
    await time.advance(60_100);
    expect(requests.slice(0, 2)).toEqual(['GET', 'POST']);
    expect(new Set(requests.slice(2))).toEqual(new Set(['PUT']));
    expect(requests.length).toBe(2 + 30);
    const { spec } = await lease();
    expect(spec?.acquireTime).toBe('2026-01-01T00:00:00.002000Z');
    expect(spec?.renewTime).toBe('2026-01-01T00:01:00.002000Z');
    expect(a.elector.isLeader()).toBe(true);
  });

  test('survives a call that hangs, and one whose answer is lost', async () => {
    for (const bad of ['lost', 'unanswered'] as const) {
      let calls = 0;
      const a = start(bad, { leaseName: bad, weather: () => (calls++ === 4 ? bad : 'fine') });
      await time.advance(60_000);
      expect([a.state, calls > 20]).toEqual(['leading', true]);
    }
  });

  test('that cannot renew is none any more ten seconds after its last success was sent, and does not release', async () => {
    for (const bad of ['refused', 'lost'] as const) {
      const a = start(bad, { leaseName: bad });
      await time.advance(4010);
      a.weather = bad;
      await time.advance(9980);
      expect([a.state, a.elector.isLeader()]).toEqual(['leading', true]);
      await time.advance(20);
      expect([a.state, a.elector.isLeader(), a.elector.fencingToken]).toEqual(['lost', false, undefined]);
      expect(a.lost).toMatch(
        /^leader election lost: (lease default\/refused: connection refused|lease default\/lost: no answer within 5 s)$/,
      );
      a.weather = 'fine';
      await time.advance(60_000);
      expect((await cluster.client.get(Lease, { ...key, name: bad })).spec?.holderIdentity).toBe(bad);
      expect(a.clock.pending).toBe(0);
    }
  });

  test('that finds another in its place stops at once', async () => {
    const a = start('a');
    await time.advance(10);
    await write(held);
    await time.advance(2000);
    expect(a.lost).toBe('leader election lost: the lease is held by other');
    await Promise.all([a.stop(), time.advance(100)]);
    expect((await lease()).spec).toEqual(held);
  });

  test('is none after a pause until it has renewed, and loses if another has taken over', async () => {
    const a = start('a');
    await time.advance(10);
    for (const halt of ['pause', 'suspend'] as const) {
      a.clock[halt]();
      await time.advance(12_000);
      a.clock.resume();
      // Before anything else of the process runs.
      expect(a.elector.isLeader()).toBe(false);
      await time.advance(2100);
      if (a.state === 'lost') break;
      expect(a.elector.isLeader()).toBe(true);
    }
    const b = start('b');
    await time.advance(16_000);
    const leader = a.state === 'leading' ? a : b;
    leader.clock.suspend();
    const c = start('c');
    await time.advance(30_000);
    leader.clock.resume();
    expect(leader.elector.isLeader()).toBe(false);
    await time.advance(2100);
    expect(leader.state).toBe('lost');
    expect([b, c].filter(({ elector }) => elector.isLeader())).toHaveLength(1);
  });

  test('counts from the moment at which a renewal was sent, however late its answer came', async () => {
    const a = start('a');
    await time.advance(1000);
    a.weather = { thereMs: 1, backMs: 4000 };
    // Sent at 2.002 s, answered at 6.003 s.
    await time.advance(5000);
    a.weather = 'refused';
    await time.advance(5990);
    expect([a.state, a.elector.isLeader()]).toEqual(['leading', true]);
    await time.advance(20);
    expect([a.state, a.elector.isLeader()]).toEqual(['lost', false]);
  });

  test('is none after a pause during which the wall clock was set back', async () => {
    const a = start('a');
    await time.advance(10);
    a.clock.pause();
    a.clock.jump(-60_000);
    await time.advance(9000);
    expect(a.elector.isLeader()).toBe(true);
    await time.advance(1000);
    expect(a.elector.isLeader()).toBe(false);
  });

  test('does not mind a wall clock that is set', async () => {
    const a = start('a');
    const b = start('b');
    await time.advance(10);
    const leader = a.state === 'leading' ? a : b;
    for (const ms of [3_600_000, -7_200_000, 2000, -2000, -2000]) {
      leader.clock.jump(ms);
      (leader === a ? b : a).clock.jump(-ms);
      await time.advance(20_000);
      expect([leader.state, leader.elector.isLeader()]).toEqual(['leading', true]);
    }
    // Each renewal would be written at the time of the one before.
    for (let i = 0; i < 20; i++) {
      leader.clock.jump(-2000);
      await time.advance(2000);
    }
    expect([leader.state, leader.elector.isLeader()]).toEqual(['leading', true]);
  });
});

describe('a release', () => {
  test('leaves alone what has become somebody else’s', async () => {
    const a = start('a');
    await time.advance(10);
    const stopped = a.stop();
    await write(held);
    await Promise.all([stopped, time.advance(100)]);
    expect((await lease()).spec).toEqual(held);
  });

  test('is tried until the renew deadline, then the lease is left to end by itself', async () => {
    const a = start('a');
    await time.advance(10);
    a.weather = 'lost';
    let ended = false;
    const stopped = a.stop().then(() => {
      ended = true;
    });
    await time.advance(9990);
    expect(ended).toBe(false);
    await time.advance(20);
    await stopped;
    expect(a.lines.at(-1)).toMatchObject({ level: 'warn', message: 'The lease was not released, it ends by itself' });
  });

  test('can be left out', async () => {
    const a = start('a', { releaseOnStop: false });
    await time.advance(10);
    await a.stop();
    expect((await lease()).spec?.holderIdentity).toBe('a');
    expect(a.clock.pending).toBe(0);
  });
});
