import { expect, test } from 'vitest';
import { Lifetime } from './lifetime.ts';

const over = new Error('over');

test('its signal aborts at the end, whether it was asked for before or after', () => {
  const [early, late] = [new Lifetime(over), new Lifetime(over)];
  const { signal } = early;
  expect(signal.aborted).toBe(false);
  early.end();
  late.end();
  expect(signal.reason).toBe(over);
  expect(early.signal).toBe(signal);
  expect(late.signal.reason).toBe(over);
});

test('it ends with each of its sources, also one that aborts before the signal is asked for', () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const first = new Lifetime(over, one.signal, two.signal).signal;
  const second = new Lifetime(over, undefined, two.signal);
  two.abort();
  expect(first.reason).toBe(over);
  expect(second.signal.reason).toBe(over);
});
