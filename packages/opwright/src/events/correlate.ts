import type { Clock } from '@opwright/machinery';

/** What becomes of an event. */
export type Verdict = 'record' | 'combine' | 'discard';

export interface Correlator {
  /**
   * Judges an event that is no repetition. Many that differ in their text only are combined; an object about which too much
   * is said loses what goes beyond.
   *
   * @param about who reports on which object
   * @param kind type and reason of the event
   */
  judge(about: string, kind: string, note: string): Verdict;
}

/* The figures are those of client-go's EventCorrelator. */
const SIMILAR = 10;
const SIMILAR_WITHIN_MS = 10 * 60_000;
const BURST = 25;
const REFILL_MS = 5 * 60_000;
const MAX_KEPT = 4096;

interface Similar {
  readonly notes: Set<string>;
  lastAt: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

export function createCorrelator(clock: Clock): Correlator {
  const similar = new Map<string, Similar>();
  const buckets = new Map<string, Bucket>();

  function isOneOfMany(key: string, note: string): boolean {
    const now = clock.monotonic();
    let found = similar.get(key);
    if (!found || now - found.lastAt > SIMILAR_WITHIN_MS) found = { notes: new Set(), lastAt: now };
    found.lastAt = now;
    if (found.notes.size < SIMILAR) found.notes.add(note);
    keep(similar, key, found);
    return !found.notes.has(note);
  }

  function takeToken(key: string): boolean {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { tokens: BURST, filledAt: now };
    const refilled = Math.floor((now - bucket.filledAt) / REFILL_MS);
    bucket.tokens = Math.min(BURST, bucket.tokens + refilled);
    bucket.filledAt += refilled * REFILL_MS;
    keep(buckets, key, bucket);
    if (bucket.tokens === 0) return false;
    bucket.tokens -= 1;
    return true;
  }

  return {
    judge(about, kind, note) {
      const verdict = isOneOfMany(`${about} ${kind}`, note) ? 'combine' : 'record';
      return takeToken(about) ? verdict : 'discard';
    },
  };
}

/** Sets the entry as the newest; the oldest go. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_KEPT) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
