import type { Clock } from '@opwright/machinery';
import type { ItemBackoff } from './backoff.ts';
import { createDueKeys, type DueNode } from './due-keys.ts';
import { createSchedule, type Scheduled } from './schedule.ts';
import { type Cause, mergeCauses, NO_CAUSES, TIMER } from './triggers.ts';
import type { AddOptions, InWork, QueueItem, QueueObserver, WorkQueue } from './work-queue.ts';

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

/** A key that waits to be tried again, is due, or is with a worker; the entry leaves with `done`. */
interface Entry extends Alarm, DueNode {
  state: 'waiting' | 'due' | 'in work' | 'done';
  causes: readonly Cause[];
  /** What was added while a worker has the key: the entry that takes the place of this one, then. */
  again: Entry | undefined;
}

/** What is handed out, with what `done` has to find. */
interface TakenItem extends QueueItem {
  readonly entry: Entry;
}

const NOW: AddOptions = Object.freeze({});

export function createQueue({ clock, backoff, agingMs = 100, observer = {} }: QueueOptions): WorkQueue {
  const entries = new Map<string, Entry>();
  const alarms = new Map<string, Alarm>();
  /** The entries that workers have: a handful, in any order. */
  const inWork: Entry[] = [];
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

  /** The entry of a key in work stays outside until `done`. */
  function isHeld(entry: Entry): boolean {
    return entries.get(entry.key) !== entry;
  }

  function rankOf(since: number, priority: number): number {
    return Number.isFinite(agingMs) ? since - priority * agingMs : 0;
  }

  function makeDue(entry: Entry, now: number, held: boolean): void {
    entry.state = 'due';
    if (now < entry.readyAt) entry.readyAt = now;
    entry.rank = rankOf(entry.readyAt, entry.priority);
    entry.sequence = sequence++;
    countDepth(entry.priority, 1);
    if (!held) due.push(entry);
  }

  function raise(entry: Entry, priority: number, now: number): void {
    if (entry.state !== 'due') {
      entry.priority = priority;
      return;
    }
    const held = isHeld(entry);
    if (!held) due.remove(entry);
    countDepth(entry.priority, -1);
    countDepth(priority, 1);
    entry.priority = priority;
    // The end of the higher level, but not behind the place that waiting has earned.
    entry.rank = Math.min(entry.rank, rankOf(now, priority));
    entry.sequence = sequence++;
    if (!held) due.push(entry);
  }

  /** Takes the first key that is due. */
  function take(): QueueItem | undefined {
    const entry = due.shift();
    if (!entry) return undefined;
    const { key, priority, causes } = entry;
    const now = clock.monotonic();
    const waitedMs = now - entry.readyAt;
    countDepth(priority, -1);
    entry.state = 'in work';
    entry.readyAt = now;
    entry.heapIndex = inWork.push(entry) - 1;
    observer.taken?.(waitedMs);
    const item: TakenItem = { key, priority, causes, waitedMs, entry };
    return item;
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
      makeDue(node, now, isHeld(node));
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
    const known = entries.get(key);
    const held = known?.state === 'in work';
    const entry = held ? known.again : known;
    if (!entry) {
      const fresh: Entry = {
        key,
        priority,
        causes,
        readyAt: now + delay,
        // Until it is due: a number of the same kind, so that V8 has one form of entries.
        rank: now,
        sequence: sequence++,
        state: 'waiting',
        heapIndex: -1,
        previous: undefined,
        next: undefined,
        again: undefined,
      };
      if (held) known.again = fresh;
      else entries.set(key, fresh);
      observer.added?.();
      if (delay === 0) makeDue(fresh, now, held);
      else schedule.add(fresh);
      return;
    }
    entry.causes = mergeCauses(entry.causes, causes);
    if (priority > entry.priority) raise(entry, priority, now);
    if (entry.state === 'due') return;
    if (delay === 0) {
      schedule.remove(entry);
      entry.readyAt = now;
      makeDue(entry, now, held);
    } else if (now + delay < entry.readyAt) {
      reschedule(entry, now + delay);
    }
  }

  /** Those that wait or are due. */
  function* queued(): Iterable<Alarm> {
    for (const entry of entries.values()) {
      if (entry.state !== 'in work') yield entry;
      else if (entry.again) yield entry.again;
    }
    yield* alarms.values();
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
    done(item) {
      const { entry } = item as TakenItem;
      if (entry.state !== 'in work') return;
      const last = inWork.pop()!;
      if (last !== entry) {
        inWork[entry.heapIndex] = last;
        last.heapIndex = entry.heapIndex;
      }
      observer.finished?.(clock.monotonic() - entry.readyAt);
      entry.state = 'done';
      const { key, again } = entry;
      if (!again) {
        entries.delete(key);
        return;
      }
      entries.set(key, again);
      if (again.state !== 'due') return;
      due.push(again);
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
      for (const entry of inWork) entry.again = undefined;
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
      return [...queued()]
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
    inWork: () => inWork.map(({ key, readyAt }): InWork => ({ key, since: readyAt })),
  };
}
