/**
 * The only source of time in Opwright. Implementations: `systemClock` (client) and `VirtualClock` (here).
 * Nothing else may read a clock or start a timer.
 */
export interface Clock {
  /** Wall-clock time in ms since the epoch. */
  now(): number;
  /** A reading in ms that never goes back; only differences mean something. */
  monotonic(): number;
  /** Calls `callback` once, `delayMs` from now (0 = as soon as possible). */
  setTimeout(callback: () => void, delayMs: number): Timer;
}

/** A started timer. */
export interface Timer {
  /** Stops the timer; no effect when it has fired or was cancelled. */
  cancel(): void;
}

/**
 * Resolves after `delayMs`, or as soon as `signal` aborts (it never rejects: the caller looks at the signal).
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignalLike): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.setTimeout(finish, delayMs);
    signal?.addEventListener('abort', finish);
  });
}

/** The part of `AbortSignal` that machinery needs; it knows no platform types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
