import { createHash } from 'node:crypto';
import type { ServedKind } from '../../kinds/kind.ts';

/**
 * Tells clients that the version in which a resource is stored has changed; undefined for what is not stored. A hash of
 * group, version and kind of that version.
 */
export function storageVersionHash(kind: ServedKind, all: readonly ServedKind[]): string | undefined {
  if (!kind.verbs.includes('create') || !kind.verbs.includes('list')) return undefined;
  const stored =
    kind.fromStorage === undefined
      ? kind
      : (all.find((other) => other.storage === kind.storage && other.fromStorage === undefined) ?? kind);
  const text = `${stored.group}/${storedVersion(stored)}/${stored.kind}`;
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
}

/** A real API server says that it stores definitions in their first version. */
function storedVersion(kind: ServedKind): string {
  return kind.group === 'apiextensions.k8s.io' ? 'v1beta1' : kind.version;
}
