import { joinApiVersion } from '@opwright/machinery';
import type { Behaviours, KindBehaviour } from './behaviour.ts';
import { admissionregistration } from './groups/admissionregistration.ts';
import { apiextensions } from './groups/apiextensions.ts';
import { apps } from './groups/apps.ts';
import { autoscalingV1, autoscalingV2 } from './groups/autoscaling.ts';
import { batch } from './groups/batch.ts';
import { core } from './groups/core.ts';
import { events } from './groups/events.ts';
import { discovery, networking } from './groups/networking.ts';
import { apiregistration, certificates, coordination, flowcontrol, node, scheduling } from './groups/others.ts';
import { policy } from './groups/policy.ts';
import { rbac } from './groups/rbac.ts';
import { storage } from './groups/storage.ts';

/** By group, or by group-version where the versions differ. */
const groups: ReadonlyMap<string, Behaviours> = new Map([
  ['', core],
  ['apps', apps],
  ['batch', batch],
  ['events.k8s.io', events],
  ['autoscaling/v1', autoscalingV1],
  ['autoscaling/v2', autoscalingV2],
  ['networking.k8s.io', networking],
  ['discovery.k8s.io', discovery],
  ['policy', policy],
  ['rbac.authorization.k8s.io', rbac],
  ['storage.k8s.io', storage],
  ['admissionregistration.k8s.io', admissionregistration],
  ['apiextensions.k8s.io', apiextensions],
  ['apiregistration.k8s.io', apiregistration],
  ['certificates.k8s.io', certificates],
  ['coordination.k8s.io', coordination],
  ['flowcontrol.apiserver.k8s.io', flowcontrol],
  ['node.k8s.io', node],
  ['scheduling.k8s.io', scheduling],
]);

/** What a built-in kind adds to the general rules; nothing for kinds that are not stored. */
export function behaviourOf(group: string, version: string, kind: string): KindBehaviour {
  const behaviours = groups.get(joinApiVersion(group, version)) ?? groups.get(group);
  return behaviours?.[kind] ?? {};
}
