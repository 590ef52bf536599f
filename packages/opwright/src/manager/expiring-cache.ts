import type { Clock } from '@opwright/machinery';

/** Answers that hold for a while. */
export interface ExpiringCache<T> {
  /**
   * The answer that is kept, else the one that `ask` gives, kept for as long as `lifeMs` says. Who asks for the same key
   * meanwhile gets the same promise. A failure is not kept.
   */
  get(key: string, ask: () => Promise<T>, lifeMs: (answer: T) => number): Promise<T>;
}

/** @param limit of the answers kept; beyond it the oldest goes */
export function expiringCache<T>(clock: Clock, limit: number): ExpiringCache<T> {
  const kept = new Map<string, { answer: Promise<T>; expiresAt: number }>();
  return {
    get(key, ask, lifeMs) {
      const known = kept.get(key);
      if (known !== undefined && clock.monotonic() < known.expiresAt) return known.answer;
      const entry = { answer: ask(), expiresAt: Number.POSITIVE_INFINITY };
      kept.delete(key);
      kept.set(key, entry);
      if (kept.size > limit) kept.delete(kept.keys().next().value!);
      entry.answer.then(
        (answer) => {
          entry.expiresAt = clock.monotonic() + lifeMs(answer);
        },
        () => {
          if (kept.get(key) === entry) kept.delete(key);
        },
      );
      return entry.answer;
    },
  };
}
