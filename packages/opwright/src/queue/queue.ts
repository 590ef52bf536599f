import type { Clock, Timer } from '@opwright/machinery';
import type { BackoffRange, ItemBackoff } from './backoff.ts';
import { createHeap, type HeapNode } from './heap.ts';
import { type Cause, mergeCauses, NO_CAUSES, TIMER } from './triggers.ts';

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

/** What metrics want to know; every method is called synchronously. */
export interface QueueObserver {
  added?(): void;
  retried?(): void;
  /** `waitedMs` since the key was due. */
  taken?(waitedMs: number): void;
  finished?(workedMs: number): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly backoff: ItemBackoff;
  /**
   * How many ms of waiting are worth one point of priority; default 100, so that a key of {@link LOW_PRIORITY} waits
   * at most 10 s behind newer ones. Infinity = strict priorities.
   */
  readonly agingMs?: number;
  readonly observer?: QueueObserver;
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
  /** The next key, as soon as there is one; undefined once the queue is shut down. The caller must call `done`. */
  get(): Promise<QueueItem | undefined>;
  done(key: string): void;
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
  /** When each key in work was taken, on the clock's monotonic scale. */
  readonly inFlight: ReadonlyMap<string, number>;
}

/** What waits for a time. */
interface Waiting extends HeapNode {
  readonly key: string;
  priority: number;
  /** When it is due (monotonic ms). */
  readyAt: number;
  sequence: number;
}

interface Entry extends Waiting {
  /** Position among due entries: the time of readiness, moved by what the priority is worth. */
  rank: number;
  due: boolean;
  causes: readonly Cause[];
}

export function createQueue({ clock, backoff, agingMs = 100, observer = {} }: QueueOptions): WorkQueue {
  const entries = new Map<string, Entry>();
  const timers = new Map<string, Waiting>();
  const inFlight = new Map<string, number>();
  // Linear aging keeps the order of any two entries constant, so that a static rank in one heap is enough.
  const strict = !Number.isFinite(agingMs);
  const due = createHeap<Entry>((a, b) => {
    if (strict && a.priority !== b.priority) return a.priority > b.priority;
    return a.rank !== b.rank ? a.rank < b.rank : a.sequence < b.sequence;
  });
  const sooner = (a: Waiting, b: Waiting) =>
    a.readyAt !== b.readyAt ? a.readyAt < b.readyAt : a.sequence < b.sequence;
  const waiting = createHeap<Entry>(sooner);
  const timerHeap = createHeap<Waiting>(sooner);
  const waiters: ((item: QueueItem | undefined) => void)[] = [];
  const depths = new Map<number, number>();
  let dueCount = 0;
  let sequence = 0;
  let timer: Timer | undefined;
  let timerAt = 0;
  let closed = false;

  function countDepth(priority: number, by: number): void {
    dueCount += by;
    const depth = (depths.get(priority) ?? 0) + by;
    // Zero stays: a metric that has shown the level must be able to show that it is empty.
    depths.set(priority, depth);
  }

  function makeDue(entry: Entry, now: number): void {
    waiting.remove(entry);
    entry.due = true;
    entry.readyAt = Math.min(entry.readyAt, now);
    entry.rank = rankOf(entry.readyAt, entry.priority);
    entry.sequence = sequence++;
    countDepth(entry.priority, 1);
    // The entry of a key in work stays outside the heap until `done`.
    if (!inFlight.has(entry.key)) due.push(entry);
  }

  function rankOf(since: number, priority: number): number {
    return strict ? 0 : since - priority * agingMs;
  }

  function raise(entry: Entry, priority: number, now: number): void {
    if (priority <= entry.priority) return;
    if (entry.due) {
      const held = entry.heapIndex < 0;
      due.remove(entry);
      countDepth(entry.priority, -1);
      countDepth(priority, 1);
      entry.priority = priority;
      // The end of the higher level, but not behind the place that waiting has earned.
      entry.rank = Math.min(entry.rank, rankOf(now, priority));
      entry.sequence = sequence++;
      if (!held) due.push(entry);
    } else {
      entry.priority = priority;
    }
  }

  function handOut(): void {
    while (waiters.length > 0) {
      const entry = due.pop();
      if (!entry) return;
      const now = clock.monotonic();
      entries.delete(entry.key);
      countDepth(entry.priority, -1);
      inFlight.set(entry.key, now);
      const waitedMs = now - entry.readyAt;
      observer.taken?.(waitedMs);
      waiters.shift()!({ key: entry.key, priority: entry.priority, causes: entry.causes, waitedMs });
    }
  }

  function nextAt(): number | undefined {
    const retryAt = waiting.peek()?.readyAt;
    const timerAt = timerHeap.peek()?.readyAt;
    return retryAt === undefined || timerAt === undefined ? (retryAt ?? timerAt) : Math.min(retryAt, timerAt);
  }

  function arm(): void {
    const next = nextAt();
    if (next === undefined) {
      timer?.cancel();
      timer = undefined;
      return;
    }
    if (timer && timerAt <= next) return;
    timer?.cancel();
    timerAt = next;
    timer = clock.setTimeout(onTimer, Math.max(0, next - clock.monotonic()));
  }

  function onTimer(): void {
    timer = undefined;
    const now = clock.monotonic();
    for (;;) {
      const retry = waiting.peek();
      const alarm = timerHeap.peek();
      const first = retry && alarm ? (sooner(retry, alarm) ? retry : alarm) : (retry ?? alarm);
      if (!first || first.readyAt > now) break;
      if (first === retry) {
        makeDue(retry, now);
      } else {
        clearTimer(first.key);
        deliver(first.key, first.priority, 0, TIMER, first.readyAt);
      }
    }
    arm();
    handOut();
  }

  function clearTimer(key: string): void {
    const alarm = timers.get(key);
    if (!alarm) return;
    timers.delete(key);
    timerHeap.remove(alarm);
  }

  function setTimer(key: string, priority: number, readyAt: number): void {
    const known = timers.get(key);
    if (!known) {
      const alarm: Waiting = { key, priority, readyAt, sequence: sequence++, heapIndex: -1 };
      timers.set(key, alarm);
      timerHeap.push(alarm);
      return;
    }
    known.priority = Math.max(known.priority, priority);
    if (readyAt >= known.readyAt) return;
    timerHeap.remove(known);
    known.readyAt = readyAt;
    timerHeap.push(known);
  }

  /** Puts the key in, due in `delay` ms; `now` may lie back as far as the time at which a timer was due. */
  function deliver(key: string, priority: number, delay: number, causes: readonly Cause[], now: number): void {
    const entry = entries.get(key);
    if (!entry) {
      const fresh: Entry = {
        key,
        priority,
        readyAt: now + delay,
        rank: 0,
        sequence: sequence++,
        due: false,
        causes,
        heapIndex: -1,
      };
      entries.set(key, fresh);
      observer.added?.();
      if (delay === 0) makeDue(fresh, now);
      else waiting.push(fresh);
      return;
    }
    entry.causes = mergeCauses(entry.causes, causes);
    raise(entry, priority, now);
    if (entry.due) return;
    if (delay === 0) {
      entry.readyAt = now;
      makeDue(entry, now);
    } else if (now + delay < entry.readyAt) {
      waiting.remove(entry);
      entry.readyAt = now + delay;
      waiting.push(entry);
    }
  }

  return {
    add(key, { priority = 0, afterMs = 0, rateLimited = false, backoff: range, causes = NO_CAUSES } = {}) {
      if (closed) return;
      const now = clock.monotonic();
      if (rateLimited) {
        observer.retried?.();
        deliver(key, priority, backoff.next(key, range), causes, now);
      } else if (afterMs > 0) {
        setTimer(key, priority, now + afterMs);
      } else {
        deliver(key, priority, 0, causes, now);
      }
      arm();
      handOut();
    },
    get() {
      if (closed) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiters.push(resolve);
        handOut();
      });
    },
    done(key) {
      const since = inFlight.get(key);
      if (since === undefined) return;
      inFlight.delete(key);
      observer.finished?.(clock.monotonic() - since);
      const entry = entries.get(key);
      if (entry?.due) {
        due.push(entry);
        handOut();
      }
    },
    forget: (key) => backoff.forget(key),
    clearTimer(key) {
      clearTimer(key);
      arm();
    },
    failures: (key) => backoff.failures(key),
    shutDown() {
      if (closed) return;
      closed = true;
      timer?.cancel();
      timer = undefined;
      while (due.pop());
      while (waiting.pop());
      while (timerHeap.pop());
      timers.clear();
      entries.clear();
      for (const priority of depths.keys()) depths.set(priority, 0);
      dueCount = 0;
      for (const resolve of waiters.splice(0)) resolve(undefined);
    },
    get length() {
      return dueCount;
    },
    get waiting() {
      return waiting.size + timerHeap.size;
    },
    keys(limit) {
      const now = clock.monotonic();
      return [...entries.values(), ...timers.values()]
        .sort((a, b) => a.readyAt - b.readyAt)
        .slice(0, limit)
        .map(({ key, priority, readyAt }) => ({
          key,
          priority,
          inMs: Math.round(readyAt - now),
          failures: backoff.failures(key),
        }));
    },
    depths: () => depths,
    inFlight,
  };
}
