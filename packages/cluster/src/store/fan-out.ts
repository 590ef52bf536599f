import type { Clock, Timer } from '@opwright/machinery';
import type { StoreEvent } from './history.ts';
import type { Selection, Store, StoreListener } from './store.ts';

/** Tells watchers of the events of a store as {@link Store.watch} does, and keeps writes fast when there are many. */
export interface FanOut {
  /** Throws {@link CompactedError}. */
  watch(storage: string, from: number, selection: Selection, listener: StoreListener): Subscription;
}

export interface Subscription {
  /** Delivers what has happened and was not delivered yet. */
  catchUp(): void;
  end(): void;
}

/** So many watchers of one storage and namespace are told inside each write, further ones soon after it. */
const DIRECT = 32;
/** So many are told before others get a turn. */
const SLICE = 100;

export function createFanOut(store: Store, clock: Clock): FanOut {
  const groups = new Map<string, { direct: number; readonly late: LateGroup }>();
  return {
    watch(storage, from, selection, listener) {
      const name = `${storage}/${selection.namespace ?? ''}`;
      let group = groups.get(name);
      if (group === undefined) {
        group = { direct: 0, late: createLateGroup(store, clock, storage, selection) };
        groups.set(name, group);
      }
      const { late } = group;
      if (group.direct >= DIRECT) {
        // What is past comes from the store.
        store.watch(storage, from, selection, listener)();
        return late.add(listener);
      }
      const stop = store.watch(storage, from, selection, listener);
      group.direct++;
      return {
        catchUp() {},
        end() {
          stop();
          group.direct--;
          if (group.direct === 0 && late.isEmpty && groups.get(name) === group) groups.delete(name);
        },
      };
    },
  };
}

interface LateWatcher {
  readonly listener: StoreListener;
  /** How many events of the group it has been told of. */
  told: number;
}

interface LateGroup {
  add(listener: StoreListener): Subscription;
  readonly isEmpty: boolean;
}

/** Watchers that share the events that wait for them, and are told of them in turn. */
function createLateGroup(store: Store, clock: Clock, storage: string, selection: Selection): LateGroup {
  const watchers = new Set<LateWatcher>();
  let events: StoreEvent[] = [];
  /** Events that all have been told of, and that are forgotten. */
  let forgotten = 0;
  let turn: Iterator<LateWatcher> | undefined;
  let timer: Timer | undefined;
  let stop: (() => void) | undefined;

  const tell = (watcher: LateWatcher) => {
    while (watcher.told < forgotten + events.length) watcher.listener(events[watcher.told++ - forgotten]!);
  };
  const round = () => {
    timer = undefined;
    turn ??= watchers.values();
    // The last watcher may end while it is told.
    const waiting = turn;
    for (let i = 0; i < SLICE; i++) {
      const next = waiting.next();
      if (next.done) {
        turn = undefined;
        forget();
        break;
      }
      tell(next.value);
    }
    if (turn !== undefined || events.length > 0) schedule();
  };
  const schedule = () => {
    timer ??= clock.setTimeout(round, 0);
  };
  const forget = () => {
    let least = forgotten + events.length;
    for (const { told } of watchers) least = Math.min(least, told);
    events = events.slice(least - forgotten);
    forgotten = least;
  };

  return {
    get isEmpty() {
      return watchers.size === 0;
    },
    add(listener) {
      stop ??= store.watch(storage, store.revision, selection, (event) => {
        events.push(event);
        schedule();
      });
      const watcher: LateWatcher = { listener, told: forgotten + events.length };
      watchers.add(watcher);
      return {
        catchUp: () => tell(watcher),
        end() {
          watchers.delete(watcher);
          if (watchers.size > 0) return;
          stop?.();
          stop = undefined;
          timer?.cancel();
          timer = undefined;
          turn = undefined;
          forget();
        },
      };
    },
  };
}
