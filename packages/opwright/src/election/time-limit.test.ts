import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { withTimeLimit } from './time-limit.ts';

const never = new AbortController().signal;

test('an answer in time passes, and no timer is left', async () => {
  const clock = new VirtualClock();
  await expect(withTimeLimit(clock, 1000, never, async () => 'answer')).resolves.toBe('answer');
  const refused = withTimeLimit(clock, 1000, never, () => Promise.reject(new Error('refused')));
  await expect(refused).rejects.toThrow('refused');
  expect(clock.pending).toBe(0);
});

test('a call that does not heed its signal is given up all the same', async () => {
  const clock = new VirtualClock();
  let aborted = false;
  const call = withTimeLimit(clock, 1500, never, (signal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    return new Promise(() => {});
  });
  const outcome = expect(call).rejects.toThrow('no answer within 1.5 s');
  await clock.advance(1499);
  expect(aborted).toBe(false);
  await clock.advance(1);
  await outcome;
  expect(aborted).toBe(true);
  expect(clock.pending).toBe(0);
});

test('an abort from outside ends it at once, also one that came before', async () => {
  const clock = new VirtualClock();
  const outside = new AbortController();
  const call = withTimeLimit(clock, 1000, outside.signal, () => new Promise(() => {}));
  outside.abort(new Error('stop'));
  await expect(call).rejects.toThrow('stop');
  let called = false;
  const late = withTimeLimit(clock, 1000, outside.signal, async () => {
    called = true;
  });
  await expect(late).rejects.toThrow('stop');
  expect([called, clock.pending]).toEqual([false, 0]);
});
