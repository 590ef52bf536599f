import type { BackoffRange } from './backoff.ts';
import type { Cause } from './triggers.ts';

/** The priority of what can wait: objects of an initial list, relists. Live changes have 0. */
export const LOW_PRIORITY = -100;

export interface AddOptions {
  /** Higher goes first; default 0. */
  readonly priority?: number;
  /**
   * Not before this many ms; default 0 = now. A timer: what happens meanwhile is delivered at once and leaves it, so that
   * a time once asked for is never lost. A key has one timer, the earliest of those asked for.
   */
  readonly afterMs?: number;
  /**
   * Wait as long as the key's backoff says, and count a failure. A retry, not a timer: what happens meanwhile is delivered
   * at once, and the retry is over with it.
   */
  readonly rateLimited?: boolean;
  /** With `rateLimited`: another range than the queue's. */
  readonly backoff?: BackoffRange | undefined;
  /** Why: delivered with the key. */
  readonly causes?: readonly Cause[];
}

export interface QueueItem {
  readonly key: string;
  readonly priority: number;
  /** Why the key is here, from all that was added since it was delivered last. */
  readonly causes: readonly Cause[];
  /** Since it was due. */
  readonly waitedMs: number;
}

/** A key that waits, for a person to look at. */
export interface QueuedKey {
  readonly key: string;
  readonly priority: number;
  /** Until it is due; negative since then. */
  readonly inMs: number;
  /** Failures in a row. */
  readonly failures: number;
}

/** A key that a worker has. */
export interface InWork {
  readonly key: string;
  /** When it was taken, on the clock's monotonic scale. */
  readonly since: number;
}

/** What metrics want to know; every method is called synchronously. */
export interface QueueObserver {
  added?(): void;
  retried?(): void;
  /** `waitedMs` since the key was due. */
  taken?(waitedMs: number): void;
  finished?(workedMs: number): void;
}

/**
 * The work queue of a controller: a set of keys that are to be reconciled.
 *
 * - A key is in the queue at most once; adding it again keeps the higher priority and the earlier time. Beside that it has
 *   at most one timer, which only {@link WorkQueue.clearTimer} ends early.
 * - A key is never with two workers: what is added while a worker has it waits for `done`.
 * - Higher priority first, first come first served inside a level; waiting raises the priority, so nothing starves.
 * - After `shutDown` nothing is handed out any more and adding has no effect.
 */
export interface WorkQueue {
  add(key: string, options?: AddOptions): void;
  /** The next key, as soon as there is one; undefined once the queue is shut down. The caller must call `done` with it. */
  get(): Promise<QueueItem | undefined>;
  done(item: QueueItem): void;
  /** Resets the backoff of the key; it does not take the key out. */
  forget(key: string): void;
  /** Ends the timer of the key, if it has one. */
  clearTimer(key: string): void;
  failures(key: string): number;
  shutDown(): void;
  /** Keys that are due. */
  readonly length: number;
  /** Retries and timers that wait for their time. */
  readonly waiting: number;
  /** The first `limit` of the keys that wait, those due first and then by time. A key with a timer beside its entry is told twice. */
  keys(limit: number): readonly QueuedKey[];
  /** Due keys by priority. */
  depths(): ReadonlyMap<number, number>;
  /** The keys that workers have. */
  inWork(): readonly InWork[];
}
