import type { Random } from '@opwright/machinery';
import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import { limitRangerAdmission } from './limit-ranger.ts';
import type { Lookup } from './lookup.ts';
import { taintNodesAdmission } from './nodes.ts';
import { defaultTolerationAdmission, priorityAdmission } from './pod-defaults.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { defaultStorageClassAdmission, storageProtectionAdmission } from './storage.ts';

export type { Lookup } from './lookup.ts';

/** The admission plugins that change or limit built-in objects, in Kubernetes' order. */
export function builtinAdmission(lookup: Lookup, random: Random): readonly AdmissionPlugin[] {
  return [limitRangerAdmission(lookup), serviceAccountAdmission(lookup, random), ...withoutNeeds(lookup)];
}

/** Without the one that needs objects that controllers make: service accounts. */
export function envtestAdmission(lookup: Lookup): readonly AdmissionPlugin[] {
  return [limitRangerAdmission(lookup), ...withoutNeeds(lookup)];
}

function withoutNeeds(lookup: Lookup): readonly AdmissionPlugin[] {
  return [
    taintNodesAdmission,
    priorityAdmission(lookup),
    defaultTolerationAdmission,
    defaultStorageClassAdmission(lookup),
    storageProtectionAdmission,
  ];
}
