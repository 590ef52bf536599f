import { seededRandom } from '@opwright/machinery';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  calm,
  createModel,
  type Deviation,
  type Disturbance,
  LEASE,
  model,
} from '../../test/support/sharding-model.ts';

const disturbance: fc.Arbitrary<Disturbance> = fc.record({
  after: fc.integer({ min: 0, max: 12 }),
  who: fc.nat(5),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('pause' as const, 'resume' as const) },
    { weight: 3, arbitrary: fc.constantFrom('cut' as const, 'deaf' as const, 'slow' as const, 'connect' as const) },
    { weight: 3, arbitrary: fc.constantFrom('join' as const, 'leave' as const, 'kill' as const) },
    { weight: 1, arbitrary: fc.constant('delete-roster' as const) },
  ),
});
const course = fc.record({
  members: fc.integer({ min: 1, max: 4 }),
  // Together just within the lease duration / the renew deadline = 1.5.
  rates: fc.array(fc.double({ min: 0.82, max: 1.22, noNaN: true }), { minLength: 8, maxLength: 8 }),
  seed: fc.nat(),
  disturbances: fc.array(disturbance, { minLength: 1, maxLength: 50 }),
});
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

/** Runs the course; throws when two act on one key at once. @returns how long it took until every key was owned again */
function run({ members, rates, seed, disturbances }: Course, deviation?: Deviation): number {
  const group = createModel({ random: seededRandom(seed), rates, deviation });
  for (let index = 0; index < members; index += 1) group.join();
  for (const { after, who, what } of disturbances) {
    group.disturb(what, who);
    group.pass(after);
  }
  return calm(group);
}

/** How many of two hundred courses end badly: the same ones each time. */
function failures(deviation?: Deviation): number {
  return fc.sample(course, { numRuns: 200, seed: 7 }).filter((one) => {
    try {
      return run(one, deviation) > model.bound;
    } catch {
      return true;
    }
  }).length;
}

test('no two members act on one key at once, whatever happens to processes, networks and clocks', () => {
  fc.assert(
    fc.property(course, (one) => void run(one)),
    { numRuns: 200 },
  );
}, 60_000);

test('every key has its owner within the bound after membership has changed, whatever happened to processes, networks and clocks', () => {
  fc.assert(
    fc.property(course, (one) => {
      expect(run(one)).toBeLessThanOrEqual(model.bound);
    }),
    { numRuns: 200 },
  );
}, 60_000);

test('each rule is needed: without it the same courses fail', () => {
  expect(failures()).toBe(0);
  expect(failures('acknowledges before its reconciles have ended')).toBeGreaterThan(5);
  expect(failures('takes keys without acknowledgements')).toBeGreaterThan(20);
  expect(failures('works past its deadline')).toBeGreaterThan(0);
  expect(failures('evicts nobody')).toBeGreaterThan(50);
}, 60_000);

test('the keys of a member that vanishes are owned again soon after its lease has ended', () => {
  const group = createModel({ random: seededRandom(1), rates: [1] });
  for (let index = 0; index < 4; index += 1) group.join();
  calm(group);
  group.disturb('kill', 1);
  expect(calm(group)).toBeLessThanOrEqual(LEASE + 5);
});
