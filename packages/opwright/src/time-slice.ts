import type { Clock } from '@opwright/machinery';

/** How long a loop may hold the event loop, in ms. */
const SLICE_MS = 8;

/**
 * For loops whose steps may never wait for anything outside: promises alone would keep timers and sockets from their
 * turn. Call the result after each step and await it where it is a promise.
 */
export function timeSlice(clock: Clock): () => Promise<void> | undefined {
  let end = clock.monotonic() + SLICE_MS;
  return () => {
    if (clock.monotonic() < end) return undefined;
    return new Promise((resolve) => {
      clock.setTimeout(() => {
        end = clock.monotonic() + SLICE_MS;
        resolve();
      }, 0);
    });
  };
}
