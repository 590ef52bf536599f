import type { PolicyRule } from './rules.ts';

/**
 * What a replica needs to be allowed to share the keys with others, in the namespace of the Leases: a Role, not a
 * ClusterRole. The names of the Leases of members are not known beforehand.
 */
export function shardingRules(): readonly PolicyRule[] {
  return [
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'],
    },
  ];
}
