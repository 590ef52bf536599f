import type { MutableObject, ServedKind } from '../kinds/kind.ts';
import type { StoredObject } from '../store/object.ts';
import type { DeleteOptions } from './delete-options.ts';
import { deletionTime, shortenedDeletionTime } from './metadata.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/**
 * The finalizers of an object that is to be deleted: those that it has, and the one that tells the garbage collector
 * what becomes of the dependents. Explicit options win over finalizers that are there, those over the kind's default.
 */
export function garbageFinalizers(
  kind: ServedKind,
  finalizers: readonly string[],
  options: DeleteOptions,
): readonly string[] {
  const wanted = propagation(kind, finalizers, options);
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  const added = wanted === 'Orphan' ? [ORPHAN] : wanted === 'Foreground' ? [FOREGROUND] : [];
  const result = [...others, ...added];
  const same = result.length === finalizers.length && result.every((finalizer) => finalizers.includes(finalizer));
  return same ? finalizers : result;
}

function propagation(
  kind: ServedKind,
  finalizers: readonly string[],
  { orphanDependents, propagationPolicy }: DeleteOptions,
): 'Background' | 'Foreground' | 'Orphan' {
  if (orphanDependents !== undefined) return orphanDependents ? 'Orphan' : 'Background';
  if (propagationPolicy !== undefined) return propagationPolicy;
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  if (finalizers.includes(FOREGROUND)) return 'Foreground';
  return kind.defaultPropagation;
}

/** What a delete request comes to: a state to write first, if any, and whether the object is then removed. */
export interface DeletionPlan {
  readonly marked?: MutableObject;
  readonly remove: boolean;
}

/** Nothing to do: the deletion is under way. */
const PENDING: DeletionPlan = { remove: false };

/** Decides about a delete request (rest.BeforeDelete and the registry's Delete of the API server library). */
export function planDeletion(
  kind: ServedKind,
  object: StoredObject,
  options: DeleteOptions,
  nowMs: number,
): DeletionPlan {
  const { deletionTimestamp, deletionGracePeriodSeconds: running = 0, finalizers: before = [] } = object.metadata;
  const finalizers = garbageFinalizers(kind, before, options);

  const kindState: MutableObject = { ...object };
  if (kind.beginDeletion?.(kindState, nowMs) === true) {
    if (deletionTimestamp !== undefined) return PENDING;
    const { finalizers: own = before, ...metadata } = kindState.metadata as StoredObject['metadata'];
    const held = garbageFinalizers(kind, own, options);
    kindState.metadata = {
      ...metadata,
      ...(held.length > 0 && { finalizers: [...held] }),
      deletionTimestamp: deletionTime(nowMs, 0),
    };
    return { marked: kindState, remove: false };
  }

  const natural = kind.gracePeriodSeconds?.(object);
  if (natural !== undefined && deletionTimestamp === undefined) {
    const seconds = natural === 0 ? 0 : (options.gracePeriodSeconds ?? natural);
    const times = { deletionTimestamp: deletionTime(nowMs, seconds), deletionGracePeriodSeconds: seconds };
    return { marked: mark({ ...object }, object, finalizers, times), remove: finalizers.length === 0 && seconds === 0 };
  }
  if (natural !== undefined && deletionTimestamp !== undefined && running > 0) {
    // A deletion under way can only be made faster.
    const seconds = options.gracePeriodSeconds;
    if (seconds === undefined || seconds >= running) return PENDING;
    const times = {
      deletionTimestamp: shortenedDeletionTime(deletionTimestamp, running, seconds),
      deletionGracePeriodSeconds: seconds,
    };
    return { marked: mark({ ...object }, object, finalizers, times), remove: finalizers.length === 0 && seconds === 0 };
  }

  if (finalizers.length === 0) return { remove: true };
  if (deletionTimestamp !== undefined && finalizers === before) return PENDING;
  const times = { deletionTimestamp: deletionTimestamp ?? deletionTime(nowMs, 0), deletionGracePeriodSeconds: 0 };
  return { marked: mark({ ...object }, object, finalizers, times), remove: false };
}

/** The object marked for deletion; the first mark counts as a change of the desired state. */
function mark(state: MutableObject, old: StoredObject, finalizers: readonly string[], times: object): MutableObject {
  const { deletionTimestamp, generation = 0 } = old.metadata;
  const metadata: MutableObject = { ...old.metadata, ...times, finalizers: [...finalizers] };
  if (finalizers.length === 0) delete metadata.finalizers;
  if (deletionTimestamp === undefined && generation > 0) metadata.generation = generation + 1;
  return { ...state, metadata };
}
