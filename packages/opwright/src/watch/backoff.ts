import type { Clock, Random } from '@opwright/machinery';

/** The delays between two attempts of one reflector. */
export interface Backoff {
  /** The next delay in ms. */
  next(): number;
}

/**
 * 800 ms doubling to 30 s, each delay drawn from [d, 2d), back to the start when unused for 2 min: client-go's
 * reflector backoff.
 */
export function reflectorBackoff(clock: Clock, random: Random): Backoff {
  let delay = 0;
  let usedAt = clock.monotonic();
  return {
    next() {
      const now = clock.monotonic();
      if (now - usedAt > 120_000) delay = 0;
      delay = delay === 0 ? 800 : Math.min(delay * 2, 30_000);
      usedAt = now + delay;
      return delay * (1 + random.next());
    },
  };
}
