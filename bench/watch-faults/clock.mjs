// The client's clock: runs faster than the machine's, can be made to jump, and knows what timers are pending.
import { performance } from 'node:perf_hooks';

const TICK_MS = 2;
/**
 * What a tick may count of the machine's time. Client, proxy and server share a process: when it gets no processor, time
 * must stand still for all of them, or the client would take a starved server for a dead one.
 */
const LONGEST_TICK_MS = 10;

/** @param scale how many of the client's milliseconds pass in one of the machine's */
export function createClientClock(scale) {
  const wallAtStart = Date.now();
  const pending = new Set();
  let wallOffset = 0;
  let passed = 0;
  let tickedAt = performance.now();

  const sinceTick = () => Math.min(performance.now() - tickedAt, LONGEST_TICK_MS) * scale;
  const monotonic = () => passed + sinceTick();

  function tick() {
    passed += sinceTick();
    tickedAt = performance.now();
    const due = [...pending].filter((timer) => timer.due <= passed).sort((a, b) => a.due - b.due);
    // One that fires may cancel another.
    for (const timer of due) if (pending.delete(timer)) timer.callback();
  }

  const ticker = setInterval(tick, TICK_MS);

  return {
    now: () => wallAtStart + monotonic() + wallOffset,
    monotonic,
    setTimeout(callback, delayMs) {
      const timer = { callback, due: monotonic() + Math.max(0, delayMs) };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    /** Timers that have neither fired nor been cancelled. */
    get pending() {
      return pending.size;
    },
    /** Somebody sets the wall clock: no timer notices. */
    jumpWall(ms) {
      wallOffset += ms;
    },
    /** The machine was asleep: everything that was due meanwhile fires now. */
    skip(ms) {
      passed += ms;
    },
    stop: () => clearInterval(ticker),
  };
}
