import { describe, expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';

describe('seededRandom', () => {
  test('repeats itself for the same seed and differs for others', () => {
    const numbers = (seed: number | string) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(numbers(1)).toEqual(numbers(1));
    expect(new Set([1, 2, 3, 'a', 'b', '', 12, 21].map((seed) => numbers(seed)[0])).size).toBe(8);
  });

  test('spreads evenly over [0, 1)', () => {
    const random = seededRandom('spread');
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const value = random.next();
      expect(value >= 0 && value < 1).toBe(true);
      buckets[Math.floor(value * 10)]!++;
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('makes version 4 UUIDs that differ', () => {
    const random = seededRandom(7);
    const uuids = Array.from({ length: 200 }, () => random.uuid());
    for (const uuid of uuids) {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect(new Set(uuids).size).toBe(200);
  });
});
