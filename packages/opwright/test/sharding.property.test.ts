import { type Cluster, startCluster } from '@opwright/cluster';
import type { VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { anyWeather, restingClock, type Weather } from './support/candidates.ts';
import { createWatchman, Foo, type Member, startMember } from './support/members.ts';

const OBJECTS = 12;
/** Together just within leaseDurationMs / renewDeadlineMs = 1.5. */
const SLOWEST = 0.82;
const FASTEST = 1.22;

let time: VirtualClock;
let cluster: Cluster;
let run = 0;

beforeEach(async () => {
  time = restingClock();
  cluster = await startCluster({ profile: 'envtest', clock: time });
  await cluster.load([Foo.crd()]);
});
afterEach(() => cluster.stop());

interface Step {
  readonly afterMs: number;
  readonly who: number;
  readonly action: { readonly weather: Weather } | 'pause' | 'suspend' | 'resume' | 'join' | 'stop' | 'kill' | 'change';
}

const weather = anyWeather(4000);
const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.integer({ min: 0, max: 9000 }),
  who: fc.nat(3),
  action: fc.oneof(
    { weight: 3, arbitrary: fc.record({ weather }) },
    { weight: 3, arbitrary: fc.constantFrom('pause' as const, 'suspend' as const, 'resume' as const) },
    { weight: 2, arbitrary: fc.constantFrom('join' as const, 'stop' as const, 'kill' as const) },
    { weight: 2, arbitrary: fc.constant('change' as const) },
  ),
});

test('no object is reconciled by two members at once, whatever happens to members, networks and clocks; when all is well again every change has been acted upon', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.double({ min: SLOWEST, max: FASTEST, noNaN: true }), { minLength: 5, maxLength: 5 }),
      fc.array(step, { minLength: 1, maxLength: 14 }),
      async (count, rates, steps) => {
        run += 1;
        const watchman = createWatchman();
        const namespace = 'default';
        const all: Member[] = [];
        let value = 1;
        const start = () => {
          const identity = `${run}-${all.length}`;
          const rate = rates[all.length % rates.length]!;
          const sharding = { leaseName: `op-${run}` };
          all.push(
            startMember(cluster, time, identity, { watchman, rate, sharding, reconcileMs: 700, concurrency: 6 }),
          );
        };
        const alive = () => all.filter(({ ended, weather, clock }) => !ended && !(clock.paused && weather === 'lost'));
        const change = async () => {
          value += 1;
          for (let index = 0; index < OBJECTS; index += 1) {
            const patch = { type: 'merge' as const, patch: { spec: { value } } };
            await cluster.client.patch(Foo, { namespace, name: `foo-${run}-${index}` }, patch);
          }
        };
        const pass = async (ms: number) => {
          for (let left = ms; left > 0; left -= 500) {
            await time.advance(Math.min(left, 500));
            watchman.look();
            expect(watchman.offences).toEqual([]);
          }
        };
        try {
          for (let index = 0; index < OBJECTS; index += 1) {
            await cluster.client.create(Foo, { metadata: { namespace, name: `foo-${run}-${index}` }, spec: { value } });
          }
          for (let index = 0; index < count; index += 1) start();
          await pass(8000);
          for (const { afterMs, who, action } of steps) {
            const running = alive();
            const member = running[who % Math.max(1, running.length)];
            if (action === 'join') start();
            else if (action === 'change') await change();
            else if (!member) start();
            else if (action === 'pause') member.clock.pause();
            else if (action === 'suspend') member.clock.suspend();
            else if (action === 'resume') member.clock.resume();
            else if (action === 'stop') void member.manager.stop().catch(() => {});
            else if (action === 'kill') member.kill();
            else member.weather = action.weather;
            await pass(afterMs);
          }

          await change();
          for (const member of alive()) {
            member.clock.resume();
            member.weather = 'fine';
          }
          start();
          await pass(60_000);
          const { items } = await cluster.client.list(Foo, { namespace });
          const behind = items.filter(({ metadata, status }) => {
            return metadata.name.startsWith(`foo-${run}-`) && status?.value !== value;
          });
          expect(behind.map(({ metadata }) => metadata.name)).toEqual([]);
        } finally {
          // What still runs must not slow the next course down.
          for (const { manager, clock } of all) {
            if (!clock.paused) void manager.stop().catch(() => {});
          }
          await time.advance(45_000);
          for (const member of all) member.kill();
          for (let index = 0; index < OBJECTS; index += 1) {
            await cluster.client.delete(Foo, { namespace, name: `foo-${run}-${index}` });
          }
        }
      },
    ),
    { numRuns: 6, endOnFailure: true },
  );
}, 180_000);
