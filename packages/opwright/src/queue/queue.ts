import type { Clock } from '@opwright/machinery';
import type { ItemBackoff } from './backoff.ts';
import { createDueKeys, type DueNode } from './due-keys.ts';
import { createSchedule, type Scheduled } from './schedule.ts';
import { type Cause, mergeCauses, NO_CAUSES, TIMER } from './triggers.ts';
import type { AddOptions, QueueItem, QueueObserver, WorkQueue } from './work-queue.ts';

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

/** A timer of a key. */
interface Alarm extends Scheduled {
  readonly key: string;
  priority: number;
}

/** A key that is due, or waits to be tried again. */
interface Entry extends Alarm, DueNode {
  due: boolean;
  causes: readonly Cause[];
}

const NOW: AddOptions = Object.freeze({});

export function createQueue({ clock, backoff, agingMs = 100, observer = {} }: QueueOptions): WorkQueue {
  const entries = new Map<string, Entry>();
  const alarms = new Map<string, Alarm>();
  const inFlight = new Map<string, number>();
  const due = createDueKeys<Entry>(agingMs);
  const schedule = createSchedule<Entry | Alarm>(clock, onTime, handOut);
  const waiters: ((item: QueueItem | undefined) => void)[] = [];
  const depths = new Map<number, number>();
  let dueCount = 0;
  let sequence = 0;
  let closed = false;

  function countDepth(priority: number, by: number): void {
    dueCount += by;
    const depth = (depths.get(priority) ?? 0) + by;
    // Zero stays: a metric that has shown the level must be able to show that it is empty.
    depths.set(priority, depth);
  }

  function rankOf(since: number, priority: number): number {
    return Number.isFinite(agingMs) ? since - priority * agingMs : 0;
  }

  function makeDue(entry: Entry, now: number): void {
    entry.due = true;
    entry.readyAt = Math.min(entry.readyAt, now);
    entry.rank = rankOf(entry.readyAt, entry.priority);
    entry.sequence = sequence++;
    countDepth(entry.priority, 1);
    // The entry of a key in work stays outside until `done`.
    if (!inFlight.has(entry.key)) due.push(entry);
  }

  function raise(entry: Entry, priority: number, now: number): void {
    if (priority <= entry.priority) return;
    if (entry.due) {
      due.remove(entry);
      countDepth(entry.priority, -1);
      countDepth(priority, 1);
      // The end of the higher level, but not behind the place that waiting has earned.
      entry.rank = Math.min(entry.rank, rankOf(now, priority));
      entry.sequence = sequence++;
    }
    entry.priority = priority;
    if (entry.due && !inFlight.has(entry.key)) due.push(entry);
  }

  /** Takes the first key that is due. */
  function take(): QueueItem | undefined {
    const entry = due.shift();
    if (!entry) return undefined;
    const { key, priority, causes } = entry;
    const now = clock.monotonic();
    entries.delete(key);
    countDepth(priority, -1);
    inFlight.set(key, now);
    const waitedMs = now - entry.readyAt;
    observer.taken?.(waitedMs);
    return { key, priority, causes, waitedMs };
  }

  function handOut(): void {
    while (waiters.length > 0) {
      const item = take();
      if (!item) return;
      waiters.shift()!(item);
    }
  }

  function onTime(node: Entry | Alarm, now: number): void {
    if ('causes' in node) {
      makeDue(node, now);
      return;
    }
    alarms.delete(node.key);
    deliver(node.key, node.priority, 0, TIMER, node.readyAt);
  }

  function setAlarm(key: string, priority: number, readyAt: number): void {
    const known = alarms.get(key);
    if (!known) {
      const alarm: Alarm = { key, priority, readyAt, sequence: sequence++, heapIndex: -1 };
      alarms.set(key, alarm);
      schedule.add(alarm);
      return;
    }
    known.priority = Math.max(known.priority, priority);
    if (readyAt < known.readyAt) reschedule(known, readyAt);
  }

  function reschedule(node: Entry | Alarm, readyAt: number): void {
    schedule.remove(node);
    node.readyAt = readyAt;
    schedule.add(node);
  }

  /** Puts the key in, due in `delay` ms; `now` may lie back as far as the time at which a timer was due. */
  function deliver(key: string, priority: number, delay: number, causes: readonly Cause[], now: number): void {
    const entry = entries.get(key);
    if (!entry) {
      const fresh: Entry = {
        key,
        priority,
        causes,
        readyAt: now + delay,
        rank: 0,
        sequence: sequence++,
        due: false,
        heapIndex: -1,
        level: undefined,
        previous: undefined,
        next: undefined,
      };
      entries.set(key, fresh);
      observer.added?.();
      if (delay === 0) makeDue(fresh, now);
      else schedule.add(fresh);
      return;
    }
    entry.causes = mergeCauses(entry.causes, causes);
    raise(entry, priority, now);
    if (entry.due) return;
    if (delay === 0) {
      schedule.remove(entry);
      entry.readyAt = now;
      makeDue(entry, now);
    } else if (now + delay < entry.readyAt) {
      reschedule(entry, now + delay);
    }
  }

  return {
    add(key, { priority = 0, afterMs = 0, rateLimited = false, backoff: range, causes = NO_CAUSES } = NOW) {
      if (closed) return;
      const now = clock.monotonic();
      if (rateLimited) {
        observer.retried?.();
        deliver(key, priority, backoff.next(key, range), causes, now);
      } else if (afterMs > 0) {
        setAlarm(key, priority, now + afterMs);
      } else {
        deliver(key, priority, 0, causes, now);
      }
      handOut();
    },
    get() {
      // While somebody waits, nothing is due.
      const item = closed ? undefined : take();
      if (item || closed) return Promise.resolve(item);
      return new Promise((resolve) => {
        waiters.push(resolve);
      });
    },
    done(key) {
      const since = inFlight.get(key);
      if (since === undefined) return;
      inFlight.delete(key);
      observer.finished?.(clock.monotonic() - since);
      const entry = entries.get(key);
      if (!entry?.due) return;
      due.push(entry);
      handOut();
    },
    forget: (key) => backoff.forget(key),
    clearTimer(key) {
      const alarm = alarms.get(key);
      if (!alarm) return;
      alarms.delete(key);
      schedule.remove(alarm);
    },
    failures: (key) => backoff.failures(key),
    shutDown() {
      if (closed) return;
      closed = true;
      while (due.shift());
      schedule.clear();
      alarms.clear();
      entries.clear();
      for (const priority of depths.keys()) depths.set(priority, 0);
      dueCount = 0;
      for (const resolve of waiters.splice(0)) resolve(undefined);
    },
    get length() {
      return dueCount;
    },
    get waiting() {
      return schedule.size;
    },
    keys(limit) {
      const now = clock.monotonic();
      return [...entries.values(), ...alarms.values()]
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
