import type { Random } from '@opwright/machinery';

/** The range of an exponential backoff. */
export interface BackoffRange {
  /** The longest delay after the first failure. */
  readonly baseMs: number;
  /** No delay is longer. */
  readonly maxMs: number;
  /** Added to every delay; default 0. */
  readonly atLeastMs?: number;
}

/** How long a key waits after each failure. */
export interface ItemBackoff {
  /** The delay of the next retry in ms; counts one failure. `range`: that of this failure, instead of the queue's. */
  next(key: string, range?: BackoffRange): number;
  /** Failures since the last {@link forget}. */
  failures(key: string): number;
  forget(key: string): void;
}

/** The range of controller-runtime. */
export const DEFAULT_BACKOFF: BackoffRange = { baseMs: 5, maxMs: 1_000_000 };

/**
 * A delay drawn from (0, d], d = `baseMs * 2^n` and at most `maxMs`, n = failures of the key since the last `forget`. The
 * whole range is drawn from ("full jitter"): keys that failed together do not come back together.
 */
export function exponentialBackoff(random: Random, defaultRange: BackoffRange = DEFAULT_BACKOFF): ItemBackoff {
  const failures = new Map<string, number>();
  return {
    next(key, { baseMs, maxMs, atLeastMs = 0 } = defaultRange) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      // 2^n overflows to Infinity for huge n, which the cap absorbs.
      return atLeastMs + Math.min(baseMs * 2 ** count, maxMs) * (1 - random.next());
    },
    failures: (key) => failures.get(key) ?? 0,
    forget(key) {
      failures.delete(key);
    },
  };
}
