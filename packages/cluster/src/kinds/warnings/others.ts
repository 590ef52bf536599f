import { goQuote, type JsonObject } from '@opwright/machinery';
import { at, field, int, items, text } from '../tree.ts';
import { labelSelectorWarnings, labelWarnings, nodeSelectorTermWarnings } from './node-labels.ts';
import { hostnameWarnings, volumeWarnings } from './pod.ts';

/** Kinds whose names become those of pods. */
export function workloadWarnings(object: JsonObject, old: JsonObject | undefined): string[] {
  return old === undefined ? hostnameWarnings(object) : [];
}

export function jobWarnings(job: JsonObject, old: JsonObject | undefined): string[] {
  return [...workloadWarnings(job, old), ...jobSpecWarnings(at(job, 'spec'), 'spec', isChanged(job, old))];
}

export function cronJobWarnings(cronJob: JsonObject, old: JsonObject | undefined): string[] {
  const spec = at(cronJob, 'spec');
  const path = 'spec.jobTemplate.spec';
  const hasZone = old !== undefined && text(spec, 'schedule').includes('TZ');
  const page = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/';
  return [
    ...workloadWarnings(cronJob, old),
    ...jobSpecWarnings(at(spec, 'jobTemplate', 'spec'), path, isChanged(cronJob, old)),
    ...(hasZone
      ? [`cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see ${page} for more details`]
      : []),
  ];
}

function isChanged(object: JsonObject, old: JsonObject | undefined): boolean {
  return field(at(object, 'metadata'), 'generation') !== field(at(old, 'metadata'), 'generation');
}

function jobSpecWarnings(spec: JsonObject | undefined, path: string, isChanged: boolean): string[] {
  const isIndexed = text(spec, 'completionMode') === 'Indexed';
  const isHuge = int(spec, 'completions') > 100_000 && int(spec, 'parallelism') > 10_000;
  if (!isChanged || !isIndexed || !isHuge) return [];
  return [
    `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
  ];
}

export function ingressWarnings(ingress: JsonObject, old: JsonObject | undefined): string[] {
  const annotation = 'kubernetes.io/ingress.class';
  const isSet = field(at(ingress, 'metadata', 'annotations'), annotation) !== undefined;
  if (old !== undefined || !isSet || field(at(ingress, 'spec'), 'ingressClassName') !== undefined) return [];
  return [`annotation ${goQuote(annotation)} is deprecated, please use 'spec.ingressClassName' instead`];
}

export function endpointSliceWarnings(slice: JsonObject, old: JsonObject | undefined): string[] {
  const isOfNames = old === undefined && text(slice, 'addressType') === 'FQDN';
  return isOfNames ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
}

export function nodeWarnings(node: JsonObject): string[] {
  const spec = at(node, 'spec');
  return [
    ...(at(spec, 'configSource') === undefined ? [] : ['spec.configSource: the feature is removed']),
    ...(text(spec, 'externalID') === ''
      ? []
      : ['spec.externalID: this field is deprecated, and is unused by Kubernetes']),
  ];
}

export function runtimeClassWarnings(runtimeClass: JsonObject): string[] {
  const selector = at(runtimeClass, 'scheduling', 'nodeSelector') ?? {};
  return Object.keys(selector).flatMap((label) => labelWarnings(label, 'scheduling.nodeSelector'));
}

export function storageClassWarnings(storageClass: JsonObject): string[] {
  return items(storageClass, 'allowedTopologies').flatMap((topology, index) =>
    items(topology, 'matchLabelExpressions').flatMap((expression, position) => {
      const path = `allowedTopologies[${index}].matchLabelExpressions[${position}].key`;
      return labelWarnings(text(expression, 'key'), path);
    }),
  );
}

export function storageCapacityWarnings(capacity: JsonObject): string[] {
  return labelSelectorWarnings(at(capacity, 'nodeTopology'), 'nodeTopology');
}

const deadClassAnnotations = [
  ['volume.beta.kubernetes.io/storage-class', 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const;

export function persistentVolumeWarnings(volume: JsonObject): string[] {
  const spec = at(volume, 'spec');
  const isRecycled = text(spec, 'persistentVolumeReclaimPolicy') === 'Recycle';
  const advice = 'Instead, the recommended approach is to use dynamic provisioning.';
  return [
    ...deadClassAnnotations
      .filter(([key]) => field(at(volume, 'metadata', 'annotations'), key) !== undefined)
      .map(([key, why]) => `metadata.annotations[${key}]: ${why}`),
    ...(isRecycled ? [`spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. ${advice}`] : []),
    ...items(at(spec, 'nodeAffinity', 'required'), 'nodeSelectorTerms').flatMap((term, index) =>
      nodeSelectorTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`),
    ),
    // Two kinds that pods are warned about, too, are not spoken of here.
    ...volumeWarnings(spec, 'spec', ['flocker', 'quobyte']),
  ];
}

const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

export function serviceAccountWarnings(account: JsonObject, old: JsonObject | undefined): string[] {
  const isSet = (of: JsonObject | undefined) => field(at(of, 'metadata', 'annotations'), MOUNTABLE) !== undefined;
  if (!isSet(account) || isSet(old)) return [];
  const advice = 'prefer separate namespaces to isolate access to mounted secrets';
  return [`metadata.annotations[${MOUNTABLE}]: deprecated in v1.32+; ${advice}`];
}
