import type { PolicyRule } from './rules.ts';

/**
 * What a replica needs to be allowed to take part in a leader election, in the namespace of the Lease: a Role, not a
 * ClusterRole. A request to create carries no name that a rule could be limited to.
 */
export function leaderElectionRules(leaseName: string): readonly PolicyRule[] {
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return [
    { ...leases, verbs: ['create'] },
    { ...leases, resourceNames: [leaseName], verbs: ['get', 'update'] },
  ];
}
