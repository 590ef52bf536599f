import { type Cluster, startCluster } from '@opwright/cluster';
import { seededRandom, type VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  anyWeather,
  type Candidate,
  restingClock,
  startCandidate,
  type Weather,
} from '../../test/support/candidates.ts';
import { JITTER } from './options.ts';

const LEASE_MS = 15_000;
const RETRY_MS = 2000;
const REQUEST_MS = 5000;
/** Together just within leaseDurationMs / renewDeadlineMs = 1.5. */
const SLOWEST = 0.82;
const FASTEST = 1.22;
const LATEST_MS = 8000;

let time: VirtualClock;
let cluster: Cluster;
let run = 0;

beforeEach(async () => {
  time = restingClock();
  cluster = await startCluster({ profile: 'envtest', clock: time });
});
afterEach(() => cluster.stop());

interface Step {
  readonly afterMs: number;
  readonly who: number;
  readonly action:
    | { readonly weather: Weather }
    | 'pause'
    | 'suspend'
    | 'resume'
    | 'stop'
    | 'kill'
    | { readonly jumpMs: number };
}

const weather = anyWeather(LATEST_MS);
const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.integer({ min: 0, max: 9000 }),
  who: fc.nat(3),
  action: fc.oneof(
    { weight: 6, arbitrary: fc.record({ weather }) },
    { weight: 4, arbitrary: fc.constantFrom('pause' as const, 'suspend' as const, 'resume' as const) },
    { weight: 1, arbitrary: fc.constantFrom('stop' as const, 'kill' as const) },
    { weight: 2, arbitrary: fc.record({ jumpMs: fc.integer({ min: -20_000, max: 20_000 }) }) },
  ),
});
const machine = fc.record({
  rate: fc.double({ min: SLOWEST, max: FASTEST, noNaN: true }),
  offset: fc.integer({ min: -3_600_000, max: 3_600_000 }),
  // A suspended machine is recognized by its wall clock: that one must not be set back at the same time.
  suspends: fc.boolean(),
});

test('there are never two leaders, and none writes past its fence, whatever happens to processes, networks and clocks; each has a token of its own, and when all is well again one appears in time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(machine, { minLength: 2, maxLength: 4 }),
      fc.array(step, { minLength: 1, maxLength: 40 }),
      async (machines, steps) => {
        run += 1;
        const leaseName = `lease-${run}`;
        const tokens: number[] = [];
        const writes: { readonly token: number; readonly by: Candidate }[] = [];
        const all: Candidate[] = [];
        const start = (index: number): Candidate => {
          const { rate, offset } = machines[index]!;
          const identity = `${run}-${index}-${all.length}`;
          const onElected = ({ elector }: Candidate) => void tokens.push(elector.fencingToken ?? -1);
          const candidate = startCandidate(cluster.transport, time, identity, {
            leaseName,
            rate,
            offset,
            onElected,
            onWrite: (by) => void writes.push({ token: by.elector.fencingToken ?? -1, by }),
          });
          all.push(candidate);
          return candidate;
        };
        const replicas = machines.map((_, index) => start(index));
        const leaders = () => all.filter(({ elector }) => elector.isLeader());
        const pass = async (ms: number) => {
          for (let left = ms; left > 0; left -= 250) {
            await time.advance(Math.min(left, 250));
            expect(leaders().length).toBeLessThanOrEqual(1);
            // Whoever has ended is started again, as a Deployment would.
            replicas.forEach(({ state }, index) => {
              if (state === 'lost' || state === 'stopped') replicas[index] = start(index);
            });
          }
        };

        try {
          for (const { afterMs, who, action } of steps) {
            const index = who % replicas.length;
            const replica = replicas[index]!;
            const { suspends } = machines[index]!;
            if (action === 'pause') replica.clock.pause();
            else if (action === 'suspend') {
              if (suspends) replica.clock.suspend();
            } else if (action === 'resume') replica.clock.resume();
            else if (action === 'stop') void replica.stop();
            else if (action === 'kill') {
              replica.clock.pause();
              replica.weather = 'lost';
              replicas[index] = start(index);
            } else if ('weather' in action) replica.weather = action.weather;
            else if (!suspends) replica.clock.jump(action.jumpMs);
            await pass(afterMs);
          }

          for (const replica of replicas) {
            replica.weather = 'fine';
            replica.clock.resume();
          }
          const bound = LATEST_MS + (LEASE_MS + 2 * RETRY_MS * JITTER + REQUEST_MS) / SLOWEST;
          await pass(bound);
          expect(leaders()).toHaveLength(1);
          await pass(30_000);
          expect(leaders()).toHaveLength(1);

          // In the order in which they were sent: once a leader has written, no former one does any more.
          writes.slice(1).forEach(({ token, by }, index) => {
            const before = writes[index]!;
            expect(token > before.token || (token === before.token && by === before.by)).toBe(true);
          });
          expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
          for (const candidate of all) {
            candidate.weather = 'fine';
            candidate.clock.resume();
            void candidate.stop();
          }
          // What has lost writes on for a while.
          await time.advance(45_000);
          await Promise.all(all.map(({ ended }) => ended));
          expect(all.map(({ clock }) => clock.pending)).toEqual(all.map(() => 0));
        } finally {
          // What a failure has left running must not slow down the search for a smaller one.
          for (const { clock } of all) clock.pause();
        }
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

test('a leader that vanishes is replaced within the lease duration and one longest pause', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 10_000, max: 40_000 }),
      fc.nat(),
      async (count, vanishesAt, seed) => {
        run += 1;
        const leaseName = `lease-${run}`;
        const random = seededRandom(seed);
        const all = Array.from({ length: count }, (_, index) =>
          startCandidate(cluster.transport, time, `${run}-${index}`, { leaseName, random }),
        );
        await time.advance(vanishesAt);
        const leader = all.find(({ elector }) => elector.isLeader())!;
        leader.clock.pause();
        const left = all.filter((candidate) => candidate !== leader);
        const bound = LEASE_MS + 2 * RETRY_MS * JITTER;
        expect(await time.runUntil(() => left.some(({ elector }) => elector.isLeader()), bound)).toBe(true);
        leader.clock.resume();
        const stopped = all.map((candidate) => candidate.stop());
        await time.advance(20_000);
        await Promise.all(stopped);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
