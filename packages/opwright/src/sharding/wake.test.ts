import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { createWake } from './wake.ts';

test('a wait ends after its time, when called, when the signal aborts, and at once when it was called before', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const wake = createWake();
  let ended = 0;
  const wait = () =>
    wake.wait(clock, 1000, stop.signal).then(() => {
      ended += 1;
    });
  void wait();
  await clock.advance(999);
  expect(ended).toBe(0);
  await clock.advance(1);
  expect(ended).toBe(1);
  void wait();
  wake.call();
  await clock.advance(0);
  expect(ended).toBe(2);
  wake.call();
  await wait();
  void wait();
  await clock.advance(0);
  expect(ended).toBe(3);
  stop.abort();
  await clock.advance(0);
  expect([ended, clock.pending]).toEqual([4, 0]);
});
