import type { JsonObject } from '@opwright/machinery';
import {
  accessRules,
  leaderElectionRules,
  metricsAuthorizationRules,
  metricsReaderRules,
  namespaceSelectorRules,
  type Operator,
  type PolicyRule,
  scopedAccessRules,
  servesWebhooks,
  shardingRules,
  userRoles,
  webhookCertificateRules,
  webhookConfigurationRules,
} from 'opwright';
import type { ManifestOptions, Metadata } from './operator-manifests.ts';

/** Every role that comes with an operator: for its service account, and for those who use it. */
export function roles(operator: Operator, options: ManifestOptions, metadata: Metadata): JsonObject[] {
  const { name } = metadata;
  const isElsewhere = options.cluster !== undefined;
  const ownCertificates = servesWebhooks(operator) && !options.certManager && !isElsewhere;
  return [
    ...accessTo(operator, options, metadata),
    ...userClusterRoles(operator, metadata),
    ...(options.secureMetrics && !isElsewhere
      ? [clusterRole(`${name}-metrics-reader`, metricsReaderRules(), metadata.labels)]
      : []),
    // The Lease has the operator's name, as the manager has it.
    ...(options.leaderElect
      ? roleFor('leader-election', leaseRules(leaderElectionRules(name), options), metadata)
      : []),
    ...(options.shard ? roleFor('sharding', leaseRules(shardingRules(), options), metadata) : []),
    ...(ownCertificates ? roleFor('webhooks', webhookCertificateRules(operator), metadata) : []),
  ];
}

/** What the operator's service account may do to the objects that its controllers declare. */
function accessTo(operator: Operator, options: ManifestOptions, metadata: Metadata): JsonObject[] {
  const everywhere = [
    ...(options.certManager || options.cluster !== undefined ? [] : webhookConfigurationRules(operator)),
    ...(options.secureMetrics && options.cluster === undefined ? metricsAuthorizationRules() : []),
  ];
  if (!options.namespaces) {
    const followed = options.namespaceSelector === undefined ? [] : namespaceSelectorRules();
    return boundClusterRole([...accessRules(operator, options.cluster), ...everywhere, ...followed], metadata);
  }
  const { cluster, namespaced } = scopedAccessRules(operator, options.cluster);
  const clusterRules = [...cluster, ...everywhere];
  return [
    ...(clusterRules.length > 0 ? boundClusterRole(clusterRules, metadata) : []),
    ...options.namespaces.flatMap((namespace) => role(metadata.name, namespace, namespaced, metadata)),
  ];
}

function boundClusterRole(rules: readonly PolicyRule[], { name, namespace, labels }: Metadata): JsonObject[] {
  return [
    clusterRole(name, rules, labels),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}

/** Roles for the users of the operator's own resources, which become part of Kubernetes' roles for users. */
function userClusterRoles(operator: Operator, { name, labels }: Metadata): JsonObject[] {
  return userRoles(operator).map(({ resource, role, rules }) =>
    clusterRole(`${name}-${resource.plural}-${role}`, rules, {
      ...labels,
      [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true',
    }),
  );
}

function clusterRole(name: string, rules: readonly object[], labels: Metadata['labels']): JsonObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    rules: rules.map((rule) => ({ ...rule })),
  };
}

/** A replica that becomes leader tells so by an event, in the namespace of the Lease. */
function leaseRules(rules: readonly PolicyRule[], { namespaces }: ManifestOptions): readonly PolicyRule[] {
  const events = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };
  return [...rules, ...(namespaces ? [events] : [])];
}

/** What the operator's service account may do in its own namespace, for one purpose. */
function roleFor(purpose: string, rules: readonly PolicyRule[], metadata: Metadata): JsonObject[] {
  return role(`${metadata.name}-${purpose}`, metadata.namespace, rules, metadata);
}

/** A role in `namespace` for the operator's service account. */
function role(name: string, namespace: string, rules: readonly PolicyRule[], account: Metadata): JsonObject[] {
  const metadata = { name, namespace, labels: account.labels };
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: rules.map((rule) => ({ ...rule })),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }],
    },
  ];
}
