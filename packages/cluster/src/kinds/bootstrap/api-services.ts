import { formatTime, type JsonObject } from '@opwright/machinery';

/** How groups, and versions within their group, are ranked: the least for groups, and for versions. Built-in groups alone. */
const PRIORITIES: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700,
  'apiextensions.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
};
const VERSIONS: Readonly<Record<string, number>> = {
  'v1.': 1,
  'v2.autoscaling': 30,
  'v1.flowcontrol.apiserver.k8s.io': 21,
  'v1alpha1.admissionregistration.k8s.io': 9,
};

/** Labels what the API server registers itself: at its start, or while definitions are there. */
export const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** That the API server serves a version of a group itself. */
export function localApiService(group: string, version: string, isCustom: boolean, nowMs: number): JsonObject {
  const name = `${version}.${group}`;
  const condition = { type: 'Available', status: 'True', lastTransitionTime: formatTime(nowMs) };
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { [AUTOMANAGED]: isCustom ? 'true' : 'onstart' } },
    spec: {
      ...(group !== '' && { group }),
      version,
      groupPriorityMinimum: isCustom ? 1000 : (PRIORITIES[group] ?? 1000),
      versionPriority: isCustom ? 100 : (VERSIONS[name] ?? 15),
    },
    status: {
      conditions: [{ ...condition, reason: 'Local', message: 'Local APIServices are always available' }],
    },
  };
}
