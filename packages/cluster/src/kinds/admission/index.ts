import type { Random } from '@opwright/machinery';
import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import type { Lookup } from './lookup.ts';
import { taintNodesAdmission } from './nodes.ts';
import { defaultTolerationAdmission, priorityAdmission } from './pod-defaults.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { defaultStorageClassAdmission, storageProtectionAdmission } from './storage.ts';

export type { Lookup } from './lookup.ts';

/**
 * The admission plugins that change built-in objects, in Kubernetes' order. The `envtest` profile leaves out the first:
 * without controllers nobody makes service accounts.
 */
export function builtinAdmission(lookup: Lookup, random: Random): readonly AdmissionPlugin[] {
  return [
    serviceAccountAdmission(lookup, random),
    taintNodesAdmission,
    priorityAdmission(lookup),
    defaultTolerationAdmission,
    defaultStorageClassAdmission(lookup),
    storageProtectionAdmission,
  ];
}

/** Without those that need objects that controllers make. */
export function envtestAdmission(lookup: Lookup): readonly AdmissionPlugin[] {
  return [
    taintNodesAdmission,
    priorityAdmission(lookup),
    defaultTolerationAdmission,
    defaultStorageClassAdmission(lookup),
    storageProtectionAdmission,
  ];
}
