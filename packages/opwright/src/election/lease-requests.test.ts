import { expect, test } from 'vitest';
import { requestLimitMs } from './lease-requests.ts';

test('one request gets half of the renew deadline, and a second at least', () => {
  expect(requestLimitMs(10_000)).toBe(5000);
  expect(requestLimitMs(1200)).toBe(1000);
});
