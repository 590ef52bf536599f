import { expect, test } from 'vitest';
import { followWithOpwright } from '../bench/watch-faults/opwright-follower.mjs';
import { runSuite } from '../bench/watch-faults/suite.mjs';

/** Three of each kind. */
const FAULTS = 111;

test('caches, listeners and reconciles agree with the server after every fault, and nothing is left behind', async () => {
  const { results, violations } = await runSuite({
    follow: followWithOpwright,
    faults: FAULTS,
    seed: 'ci',
    lanes: 8,
  });
  // Another run with the same seed makes the same faults: node bench/watch-faults/main.mjs --faults 111 --seed ci
  expect(violations).toEqual([]);
  let recovered = 0;
  for (const result of results.values()) {
    expect(result.count).toBeGreaterThan(0);
    recovered += result.recovered;
  }
  expect(recovered).toBe(FAULTS);
}, 60_000);
