import { isConflict, isNotFound, type KubeObject } from '@opwright/machinery';
import type { ControllerDefinition } from './builder.ts';
import { currentObject, type StatusTarget } from './status.ts';

/** The finalizer of a controller: different for every operator and controller, or one would remove the other's. */
export function finalizerName(operator: string, { name, resource, finalizeOptions }: ControllerDefinition): string {
  return finalizeOptions?.finalizer ?? `${resource.group || 'opwright.dev'}/${operator}-${name}`;
}

/** Adds the finalizer. Undefined when the object is gone or being deleted: then it must not be touched. */
export function addFinalizer(
  object: KubeObject,
  finalizer: string,
  target: StatusTarget,
): Promise<KubeObject | undefined> {
  return changeFinalizers(object, target, (current) => {
    if (current.metadata.deletionTimestamp) return undefined;
    const finalizers = current.metadata.finalizers ?? [];
    return finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer];
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
  const { client, resource, fieldManager, signal } = target;
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
        { fieldManager, signal },
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
