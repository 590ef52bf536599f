/** How long a key waits after each failure. */
export interface ItemBackoff {
  /** The delay of the next retry in ms; counts one failure. */
  next(key: string): number;
  /** Failures since the last {@link forget}. */
  failures(key: string): number;
  forget(key: string): void;
}

/**
 * `baseMs * 2^n` per key, n = failures since the last `forget`, at most `maxMs`.
 * Defaults 5 ms and 1000 s: those of controller-runtime.
 */
export function exponentialBackoff({ baseMs = 5, maxMs = 1_000_000 } = {}): ItemBackoff {
  const failures = new Map<string, number>();
  return {
    next(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      // 2^n overflows to Infinity for huge n, which the cap absorbs.
      return Math.min(baseMs * 2 ** count, maxMs);
    },
    failures: (key) => failures.get(key) ?? 0,
    forget(key) {
      failures.delete(key);
    },
  };
}
