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
  /** Where it changed; absent when it is in the cluster of the reconciled object. */
  readonly cluster?: string;
  /** All these changes are writes of this controller, in runs of the same object. */
  readonly own?: boolean;
}

/** The reasons for one run, each once, in the order in which they came; at most {@link MAX_TRIGGERS}. */
export type Triggers = readonly Trigger[];

/** A trigger as the queue carries it. */
export interface Cause extends Trigger {
  /** The version of the object that told of the change. */
  readonly resourceVersion?: string;
}

/** A reconcile sees the whole state anyway: that something else happened too is all that more reasons could say. */
export const MAX_TRIGGERS = 16;

export const NO_CAUSES: readonly Cause[] = Object.freeze([]);
/** The run before failed. */
export const RETRY: readonly Cause[] = Object.freeze([Object.freeze({ type: 'retry' })]);
/** A time that was asked for is over. */
export const TIMER: readonly Cause[] = Object.freeze([Object.freeze({ type: 'timer' })]);

/** `known` and those of `added` that are not in it. */
export function mergeCauses(known: readonly Cause[], added: readonly Cause[]): readonly Cause[] {
  if (known.length === 0) return added;
  let merged = known;
  for (const cause of added) {
    if (merged.length >= MAX_TRIGGERS) break;
    if (!merged.some((other) => other.resourceVersion === cause.resourceVersion && isSame(other, cause))) {
      merged = [...merged, cause];
    }
  }
  return merged;
}

/** What a reconcile is told: versions are gone, and with them all that differs by nothing else. */
export function triggersOf(
  causes: readonly Cause[],
  isOwn: (resourceVersion: string, cluster?: string) => boolean,
): Triggers {
  if (causes.length === 0) return NO_CAUSES;
  const triggers: Trigger[] = [];
  for (const { resourceVersion, ...trigger } of causes) {
    const own = resourceVersion !== undefined && isOwn(resourceVersion, trigger.cluster);
    const known = triggers.findIndex((other) => isSame(other, trigger));
    if (known < 0) triggers.push(own ? { ...trigger, own } : trigger);
    else if (!own) triggers[known] = trigger;
  }
  return Object.freeze(triggers);
}

function isSame(a: Trigger, b: Trigger): boolean {
  return (
    a === b ||
    (a.source === b.source &&
      a.type === b.type &&
      a.cluster === b.cluster &&
      a.object?.name === b.object?.name &&
      a.object?.namespace === b.object?.namespace)
  );
}
