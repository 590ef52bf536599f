import type { ObjectKey } from '@opwright/machinery';

/** One reason for a reconcile. */
export interface Trigger {
  /** The kind of the object that changed, or the name of the source; `retry` and `timer` have none. */
  readonly source?: string;
  /**
   * `initial`: it was there when the source was read first. `retry`: the run before failed. `timer`: a `retryAfter` or an
   * `every` is over. `event`: a source outside of the cluster. `available`: an optional kind has come or gone.
   */
  readonly type: 'initial' | 'create' | 'update' | 'delete' | 'retry' | 'timer' | 'event' | 'available';
  /** What changed; absent when it is the reconciled object itself. */
  readonly object?: ObjectKey;
  /** The change is a write of this controller, in a run of the same object. */
  readonly own?: boolean;
}

/** The reasons for one run, each once, in the order in which they came; at most {@link MAX_TRIGGERS}. */
export type Triggers = readonly Trigger[];

/** A reconcile sees the whole state anyway: that something else happened too is all that more reasons could say. */
export const MAX_TRIGGERS = 16;

export const NO_TRIGGERS: Triggers = Object.freeze([]);

/** `known` and those of `added` that are not in it. */
export function mergeTriggers(known: Triggers, added: Triggers): Triggers {
  if (known.length === 0) return added;
  let merged = known;
  for (const trigger of added) {
    if (merged.length >= MAX_TRIGGERS) break;
    if (!merged.some((other) => isSame(other, trigger))) merged = [...merged, trigger];
  }
  return merged;
}

function isSame(a: Trigger, b: Trigger): boolean {
  return (
    a === b ||
    (a.source === b.source &&
      a.type === b.type &&
      a.own === b.own &&
      a.object?.name === b.object?.name &&
      a.object?.namespace === b.object?.namespace)
  );
}
