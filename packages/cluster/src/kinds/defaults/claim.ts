import type { MutableObject } from '../kind.ts';

/** Defaults of a PersistentVolumeClaimSpec, alone or in a template. */
export function setClaimSpecDefaults(spec: MutableObject): void {
  spec.volumeMode ??= 'Filesystem';
}
