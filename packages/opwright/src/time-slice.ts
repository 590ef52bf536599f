import type { Clock } from '@opwright/machinery';

/** How long a loop may hold the event loop, in ms. */
const SLICE_MS = 8;

/** Keeps a loop from holding the event loop. */
export interface TimeSlice {
  /** A promise to await when the time is used up, else undefined. Call it after each step. */
  pause(): Promise<void> | undefined;
  /** Begins anew: the loop has just waited for something else. */
  restart(): void;
}

/**
 * For loops whose steps may never wait for anything outside: promises alone would keep timers and sockets from their
 * turn.
 */
export function timeSlice(clock: Clock): TimeSlice {
  let end = clock.monotonic() + SLICE_MS;
  const restart = () => {
    end = clock.monotonic() + SLICE_MS;
  };
  return {
    restart,
    pause() {
      if (clock.monotonic() < end) return undefined;
      return new Promise((resolve) => {
        clock.setTimeout(() => {
          restart();
          resolve();
        }, 0);
      });
    },
  };
}
