import type { AnyResource, KubeObject, ObjectKey } from '@opwright/machinery';
import { controllerOf, deepEqual, keyString, splitApiVersion } from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
import type { DeltaHandler } from '../cache/listener.ts';
import type { Delta } from '../cache/store.ts';
import type { LogFields, Logger } from '../manager/logger.ts';
import type { Cause } from '../queue/triggers.ts';
import { LOW_PRIORITY, type WorkQueue } from '../queue/work-queue.ts';
import type { SourceDefinition } from './builder.ts';
import type { ErasedChange, ErasedPredicates, ErasedReadContext } from './erased.ts';
import type { MapResult } from './types.ts';

/** Whether a change is to be acted upon. */
export function passes(delta: Delta, predicates: ErasedPredicates, log: Logger): boolean {
  const { onlyWhen, whenChanged, generationChanged } = predicates;
  try {
    if (onlyWhen && !statesOf(delta).some((object) => onlyWhen(object))) return false;
    if (delta.type !== 'update' || (!generationChanged && !whenChanged)) return true;
    if (isLifecycleChange(delta.old, delta.object)) return true;
    if (generationChanged && isOtherGeneration(delta.old, delta.object)) return true;
    return whenChanged !== undefined && !deepEqual(whenChanged(delta.old), whenChanged(delta.object));
  } catch (error) {
    // One reconcile too many does no harm, a lost event does.
    log.error('Predicate failed, its event passes', { watched: delta.object.metadata.name, error });
    return true;
  }
}

/** Deletion and finalizers decide what a controller may and must do; neither changes the generation reliably. */
function isLifecycleChange({ metadata: before }: KubeObject, { metadata: after }: KubeObject): boolean {
  return before.deletionTimestamp !== after.deletionTimestamp || before.finalizers?.join() !== after.finalizers?.join();
}

/** A kind without generations tells nothing by it: all its changes count. */
function isOtherGeneration({ metadata: before }: KubeObject, { metadata: after }: KubeObject): boolean {
  return !after.generation || before.generation !== after.generation;
}

/** The new state first; a change concerns whatever the old state was about, too. */
function statesOf(delta: Delta): readonly KubeObject[] {
  return delta.type === 'update' ? [delta.object, delta.old] : [delta.object];
}

/** Enters the key of an object that a change concerns. */
export type Enqueue = (key: string, delta: Delta) => void;

/**
 * Enters keys with the reason, and with less priority what may wait for what happens now: objects that exist at the start.
 *
 * @param cluster where the kind is, when that is not the cluster of the reconciled objects
 */
export function enqueueTo(
  queue: WorkQueue,
  { kind }: AnyResource,
  isPrimary: boolean,
  cluster: string | undefined,
): Enqueue {
  // Of the many objects that are there at the start, none needs a cause of its own.
  const initial: readonly Cause[] = Object.freeze([Object.freeze({ source: kind, type: 'initial' })]);
  return (key, delta) => {
    const { name, namespace, resourceVersion } = delta.object.metadata;
    const isInitial = delta.type === 'add' && delta.initial;
    if (isInitial && isPrimary) return queue.add(key, { priority: LOW_PRIORITY, causes: initial });
    const type = isInitial ? 'initial' : delta.type === 'add' ? 'create' : delta.type;
    const object: ObjectKey = { name, ...(namespace && { namespace }) };
    const cause: Cause = {
      source: kind,
      type,
      ...(!isPrimary && { object }),
      ...(cluster !== undefined && { cluster }),
      ...(!isInitial && { resourceVersion }),
    };
    queue.add(key, { priority: isInitial ? LOW_PRIORITY : 0, causes: [cause] });
  };
}

/** Enqueues the changed object itself. */
export function enqueueObject(enqueue: Enqueue, predicates: ErasedPredicates, log: Logger): DeltaHandler {
  return (delta) => {
    if (passes(delta, predicates, log)) enqueue(keyString(delta.object.metadata), delta);
  };
}

/** Enqueues the controller of the changed object, if it is of the kind of `owners`. */
export function enqueueOwner(
  enqueue: Enqueue,
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
      if (!cached || cached.metadata.uid === owner.uid) enqueue(keyString(key), delta);
    }
  };
}

/** A mapping that fails is tried again, because its event will not come again. */
const MAP_ATTEMPTS = 5;

/** Enqueues what the map function of a `watches` names. */
export function enqueueMapped(
  enqueue: Enqueue,
  primary: AnyResource,
  { map, options, resource }: SourceDefinition,
  ctx: ErasedReadContext,
  pause: (ms: number) => Promise<void>,
): DeltaHandler {
  async function keysFor(object: KubeObject, change: ErasedChange): Promise<string[]> {
    return keysOf(primary, await map?.(object, ctx, change));
  }

  return async (delta) => {
    const change = changeOf(delta);
    const { name, namespace } = delta.object.metadata;
    const fields = { watchedKind: resource.kind, watchedName: name, watchedNamespace: namespace };
    await mapWithRetries(ctx, pause, fields, async () => {
      if (!passes(delta, options, ctx.log)) return;
      const keys = new Set<string>();
      for (const object of statesOf(delta)) for (const key of await keysFor(object, change)) keys.add(key);
      for (const key of keys) enqueue(key, delta);
    });
  };
}

/** Calls `map` until it succeeds, or has failed too often. Never rejects. */
export async function mapWithRetries(
  ctx: ErasedReadContext,
  pause: (ms: number) => Promise<void>,
  fields: LogFields,
  map: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; !ctx.signal.aborted; attempt += 1) {
    try {
      return await map();
    } catch (error) {
      if (attempt >= MAP_ATTEMPTS) {
        ctx.log.error('Watch mapping failed, its event is lost', { ...fields, attempt, error });
        return;
      }
      ctx.log.error('Watch mapping failed, trying again', { ...fields, attempt, error });
      await pause(10 * 4 ** attempt);
    }
  }
}

/** A change as map functions see it. */
function changeOf(delta: Delta): ErasedChange {
  if (delta.type === 'update') return { type: 'update', old: delta.old, new: delta.object };
  if (delta.type === 'delete') return { type: 'delete', old: delta.object };
  return { type: 'create', new: delta.object };
}

/** The keys that a map function has named. @throws Error when one is no key of the kind */
export function keysOf(primary: AnyResource, result: MapResult): string[] {
  if (result === undefined || result === null) return [];
  const targets = Array.isArray(result)
    ? (result as readonly (KubeObject | ObjectKey)[])
    : [result as KubeObject | ObjectKey];
  return targets.map((target) => keyString(checkedKey(primary, 'metadata' in target ? target.metadata : target)));
}

function checkedKey(primary: AnyResource, key: ObjectKey): ObjectKey {
  if (primary.scope === 'Cluster') return { name: key.name };
  if (!key.namespace)
    throw new Error(`a watch returned the key of ${primary.kind} "${key.name}" without its namespace`);
  return key;
}
