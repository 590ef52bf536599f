import type { AnyResource, KubeObject, ObjectKey } from '@opwright/machinery';
import { controllerOf, keyString, splitApiVersion } from '@opwright/machinery';
import type { KindCache } from '../cache/cache.ts';
import type { DeltaHandler } from '../cache/listener.ts';
import type { Delta } from '../cache/store.ts';
import type { Logger } from '../manager/logger.ts';
import { LOW_PRIORITY, type WorkQueue } from '../queue/queue.ts';
import type { SourceDefinition } from './builder.ts';
import type { ErasedPredicates, ErasedReadContext } from './erased.ts';

/** Whether a change is to be acted upon. */
export function passes(delta: Delta, { generationChanged, onlyWhen }: ErasedPredicates, log: Logger): boolean {
  try {
    if (onlyWhen && !statesOf(delta).some((object) => onlyWhen(object))) return false;
  } catch (error) {
    // One reconcile too many does no harm, a lost event does.
    log.error('Predicate failed, its event passes', { watched: delta.object.metadata.name, error });
  }
  if (!generationChanged || delta.type !== 'update') return true;
  const before = delta.old.metadata;
  const after = delta.object.metadata;
  return (
    !after.generation ||
    before.generation !== after.generation ||
    before.deletionTimestamp !== after.deletionTimestamp ||
    before.finalizers?.join() !== after.finalizers?.join()
  );
}

/** The new state first; a change concerns whatever the old state was about, too. */
function statesOf(delta: Delta): readonly KubeObject[] {
  return delta.type === 'update' ? [delta.object, delta.old] : [delta.object];
}

/** What exists at the start may wait for what happens now. */
function priorityOf(delta: Delta): number {
  return delta.type === 'add' && delta.initial ? LOW_PRIORITY : 0;
}

/** Enqueues the changed object itself. */
export function enqueueObject(queue: WorkQueue, predicates: ErasedPredicates, log: Logger): DeltaHandler {
  return (delta) => {
    if (passes(delta, predicates, log)) queue.add(keyString(delta.object.metadata), { priority: priorityOf(delta) });
  };
}

/** Enqueues the controller of the changed object, if it is of the kind of `owners`. */
export function enqueueOwner(
  queue: WorkQueue,
  owners: KindCache,
  predicates: ErasedPredicates,
  log: Logger,
): DeltaHandler {
  const { group, kind, scope } = owners.resource;
  return (delta) => {
    if (!passes(delta, predicates, log)) return;
    for (const object of statesOf(delta)) {
      const owner = controllerOf(object);
      if (!owner || owner.kind !== kind || splitApiVersion(owner.apiVersion)[0] !== group) continue;
      const key: ObjectKey = {
        name: owner.name,
        ...(scope === 'Namespaced' && object.metadata.namespace && { namespace: object.metadata.namespace }),
      };
      // Another object may have the name of an owner that is gone.
      const cached = owners.get(key);
      if (!cached || cached.metadata.uid === owner.uid) queue.add(keyString(key), { priority: priorityOf(delta) });
    }
  };
}

/** A mapping that fails is tried again, because its event will not come again. */
const MAP_ATTEMPTS = 5;

/** Enqueues what the map function of a `watches` names. */
export function enqueueMapped(
  queue: WorkQueue,
  primary: AnyResource,
  { map, options, resource }: SourceDefinition,
  ctx: ErasedReadContext,
  pause: (ms: number) => Promise<void>,
): DeltaHandler {
  async function keysFor(object: KubeObject): Promise<string[]> {
    const result = await map?.(object, ctx);
    if (result === undefined || result === null) return [];
    const targets = Array.isArray(result)
      ? (result as readonly (KubeObject | ObjectKey)[])
      : [result as KubeObject | ObjectKey];
    return targets.map((target) => keyString(checkedKey(primary, 'metadata' in target ? target.metadata : target)));
  }

  return async (delta) => {
    const priority = priorityOf(delta);
    for (let attempt = 1; !ctx.signal.aborted; attempt += 1) {
      try {
        if (!passes(delta, options, ctx.log)) return;
        const keys = new Set<string>();
        for (const object of statesOf(delta)) for (const key of await keysFor(object)) keys.add(key);
        for (const key of keys) queue.add(key, { priority });
        return;
      } catch (error) {
        const { name, namespace } = delta.object.metadata;
        const fields = { watchedKind: resource.kind, watchedName: name, watchedNamespace: namespace, attempt, error };
        if (attempt >= MAP_ATTEMPTS) {
          ctx.log.error('Watch mapping failed, its event is lost', fields);
          return;
        }
        ctx.log.error('Watch mapping failed, trying again', fields);
        await pause(10 * 4 ** attempt);
      }
    }
  };
}

function checkedKey(primary: AnyResource, key: ObjectKey): ObjectKey {
  if (primary.scope === 'Cluster') return { name: key.name };
  if (!key.namespace)
    throw new Error(`a watch returned the key of ${primary.kind} "${key.name}" without its namespace`);
  return key;
}
