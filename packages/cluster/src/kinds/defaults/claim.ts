import type { MutableObject } from '../kind.ts';
import { setDefault } from '../tree.ts';

/** Defaults of a PersistentVolumeClaimSpec, alone or in a template. */
export function setClaimSpecDefaults(spec: MutableObject): void {
  setDefault(spec, 'volumeMode', 'Filesystem');
}
