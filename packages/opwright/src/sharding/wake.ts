import type { Clock } from '@opwright/machinery';

/** Lets a loop sleep until something happens. */
export interface Wake {
  /** Ends the present waits, or the next one when there is none: no call is missed. */
  call(): void;
  /** Resolves after `ms`, when called, or when the signal aborts. For one loop only. */
  wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  let called = false;
  let resume: (() => void) | undefined;
  return {
    call() {
      called = true;
      resume?.();
    },
    wait(clock, ms, signal) {
      return new Promise((resolve) => {
        const end = () => {
          called = false;
          resume = undefined;
          timer.cancel();
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = clock.setTimeout(end, ms);
        if (called || signal.aborted) return end();
        resume = end;
        signal.addEventListener('abort', end);
      });
    },
  };
}
