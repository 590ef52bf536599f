import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { idleClock } from '../../test/support/fixtures.ts';
import { createHotLoopDetector } from './hot-loop.ts';
import { Run, type RunSubject, type RunSurroundings } from './run.ts';

function setUp() {
  const [stopping, killed] = [new AbortController(), new AbortController()];
  const surroundings = {
    stopping: stopping.signal,
    killed: killed.signal,
    hasTimeLimit: true,
    hotLoops: createHotLoopDetector(idleClock()),
  } as unknown as RunSurroundings;
  const subject = { item: { key: 'default/a', causes: [] } } as unknown as RunSubject;
  const listeners = () =>
    [stopping, killed].reduce((sum, { signal }) => sum + getEventListeners(signal, 'abort').length, 0);
  return { run: new Run(surroundings, subject, 0), stopping, killed, listeners };
}

test('a run that asks for no signal leaves those of its manager alone', () => {
  const { run, listeners } = setUp();
  run.end();
  expect(listeners()).toBe(0);
});

test('a run follows its manager until it ends, and leaves nothing behind', () => {
  const { run, stopping, listeners } = setUp();
  const [signal, requests] = [run.signal, run.requestSignal];
  expect(listeners()).toBeGreaterThan(0);
  run.end();
  expect(listeners()).toBe(0);
  stopping.abort();
  expect([signal.aborted, requests.aborted]).toEqual([false, false]);
});

test('what a run has left behind may ask for its signals, and follows nobody', () => {
  const { run, listeners } = setUp();
  run.end();
  expect([run.signal.aborted, run.requestSignal.aborted]).toEqual([false, false]);
  expect(listeners()).toBe(0);
});

test('its signal aborts with the stop of the manager, requests only when no time is left', () => {
  const { run, stopping, killed } = setUp();
  const reason = new Error('the manager is stopping');
  stopping.abort(reason);
  expect(run.signal.reason).toBe(reason);
  expect(run.requestSignal.aborted).toBe(false);
  killed.abort(new Error('killed'));
  expect(run.requestSignal.aborted).toBe(true);
});
