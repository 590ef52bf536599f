import type { KubeObject } from '@opwright/machinery';

/** Changes an object before it is cached; returns the same object when there is nothing to change. Never mutates it. */
export type Transform = (object: KubeObject) => KubeObject;

/**
 * Drops what nobody reads: managed fields, which are up to half of an object's size. The entries of `keptManagers`
 * stay, because `ctx.apply` finds in them what it applied last.
 */
export function stripManagedFields(keptManagers: ReadonlySet<string> = new Set()): Transform {
  return (object) => {
    const { managedFields } = object.metadata;
    if (!managedFields) return object;
    const kept = managedFields.filter((entry) => entry.operation === 'Apply' && keptManagers.has(entry.manager ?? ''));
    if (kept.length === managedFields.length) return object;
    // Not a spread of the object itself: such a copy, once frozen, holds a hidden class of its own, 200 bytes.
    const { apiVersion, kind, metadata: found, ...rest } = object;
    const { managedFields: _, ...metadata } = found;
    if (kept.length > 0) Object.assign(metadata, { managedFields: kept });
    return { apiVersion, kind, metadata, ...rest };
  };
}
