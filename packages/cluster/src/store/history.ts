import type { StoredObject } from './object.ts';

/** One change of one object. `object` holds the revision as its resourceVersion, also for DELETED. */
export interface StoreEvent {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly storage: string;
  readonly key: string;
  readonly object: StoredObject;
  /** The state before; absent for ADDED. */
  readonly previous?: StoredObject;
}

/** The changes of one storage in order. Old ones are forgotten, by request or beyond a limit. */
export interface History {
  append(event: StoreEvent): void;
  /** The events after a revision, oldest first. The revision must not be older than `compacted`. */
  after(revision: number): readonly StoreEvent[];
  /** Everything up to this revision is forgotten. */
  readonly compacted: number;
  compact(revision: number): void;
}

/**
 * @param limit events that are kept at least; up to twice as many are, so that forgetting costs nothing per write
 * @param onForget is told of the events that are forgotten, oldest first, when `compacted` has changed
 */
export function createHistory(limit: number, onForget: (events: readonly StoreEvent[]) => void = () => {}): History {
  let events: StoreEvent[] = [];
  let compacted = 0;

  const firstAfter = (revision: number): number => {
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (events[middle]!.revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  const forget = (revision: number, count: number): void => {
    const forgotten = events.slice(0, count);
    compacted = revision;
    events = events.slice(count);
    onForget(forgotten);
  };

  return {
    get compacted() {
      return compacted;
    },
    append(event) {
      events.push(event);
      if (events.length >= 2 * limit) {
        forget(events[events.length - limit - 1]!.revision, events.length - limit);
      }
    },
    after: (revision) => events.slice(firstAfter(revision)),
    compact(revision) {
      if (revision > compacted) forget(revision, firstAfter(revision));
    },
  };
}
