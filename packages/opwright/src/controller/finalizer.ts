import { isConflict, isNotFound, type KubeObject } from '@opwright/machinery';
import type { ControllerDefinition } from './builder.ts';
import type { ErasedReconcile } from './erased.ts';
import { currentObject, type StatusTarget } from './status.ts';

/** One thing that has to happen before an object may go. */
export interface Finalizer {
  readonly name: string;
  readonly finalize: ErasedReconcile;
}

/**
 * The finalizers of a controller, in the order of their definition. Names are different for every operator and controller,
 * or one would remove the other's.
 */
export function finalizersOf(
  operator: string,
  { name, resource, finalizers = [] }: ControllerDefinition,
): readonly Finalizer[] {
  return finalizers.map(({ finalize, finalizer }) => ({
    name: finalizer ?? `${resource.group || 'opwright.dev'}/${operator}-${name}`,
    finalize,
  }));
}

/** Adds those that are missing, in one write. Undefined when the object is gone or being deleted: then it must not be touched. */
export function addFinalizers(
  object: KubeObject,
  finalizers: readonly Finalizer[],
  target: StatusTarget,
): Promise<KubeObject | undefined> {
  const names = finalizers.map(({ name }) => name);
  return changeFinalizers(object, target, (current) => {
    if (current.metadata.deletionTimestamp) return undefined;
    return [...new Set([...(current.metadata.finalizers ?? []), ...names])];
  });
}

/** Removes the finalizer and leaves those of others. Undefined when the object is gone. */
export function removeFinalizer(
  object: KubeObject,
  finalizer: string,
  target: StatusTarget,
): Promise<KubeObject | undefined> {
  return changeFinalizers(object, target, (current) =>
    (current.metadata.finalizers ?? []).filter((name) => name !== finalizer),
  );
}

/** The version is part of each patch: a list that somebody else has changed meanwhile is never overwritten. */
async function changeFinalizers(
  object: KubeObject,
  target: StatusTarget,
  change: (current: KubeObject) => readonly string[] | undefined,
): Promise<KubeObject | undefined> {
  const { client, resource, options } = target;
  let current: KubeObject | undefined = object;
  for (let conflicts = 0; current; ) {
    const finalizers = change(current);
    if (!finalizers) return undefined;
    const before = current.metadata.finalizers ?? [];
    if (finalizers.length === before.length) return current;
    const { resourceVersion } = current.metadata;
    try {
      const written: KubeObject = await client.patch(
        resource,
        current.metadata,
        { type: 'merge', patch: { metadata: { resourceVersion, finalizers } } },
        options,
      );
      return target.wrote(written);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!isConflict(error) || ++conflicts > 5) throw error;
      current = await currentObject(target, object);
    }
  }
  return undefined;
}
