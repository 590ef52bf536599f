import { expect, test } from 'vitest';
import { systemRandom } from './random.ts';

test('numbers lie in [0, 1)', () => {
  for (let i = 0; i < 100; i++) {
    const value = systemRandom.next();
    expect(value >= 0 && value < 1).toBe(true);
  }
});

test('uuids are version 4 and differ', () => {
  const first = systemRandom.uuid();
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(systemRandom.uuid()).not.toBe(first);
});
