import { describe, expect, test } from 'vitest';
import { countIndexes } from './batch/indexes.ts';
import { amountOf } from './int-or-percent.ts';

describe('indexes of a job', () => {
  test.each([
    ['', 0],
    ['1,3-5,7', 5],
    ['0-9', 10],
  ])('%s are counted', (text, count) => {
    expect(countIndexes(text, 10)).toBe(count);
  });

  test.each(['5,3', '1-2-3', 'x', '10', '3-1'])('%s is refused', (text) => {
    expect(countIndexes(text, 10)).toBeTypeOf('string');
  });
});

test.each([
  ['25%', 25],
  [3, 3],
  ['x', 0],
])('the amount in %s is %d', (value, amount) => {
  expect(amountOf(value)).toBe(amount);
});
