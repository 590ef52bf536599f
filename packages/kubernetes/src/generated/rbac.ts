// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { LabelSelector } from './meta.ts';

export interface AggregationRule {
  readonly clusterRoleSelectors?: readonly LabelSelector[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-v1/ */
export interface ClusterRole {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole';
  readonly metadata: ObjectMeta;
  readonly rules: readonly PolicyRule[] | null;
  readonly aggregationRule?: AggregationRule;
}

/** What a person writes to create a ClusterRole. */
export interface ClusterRoleInput {
  readonly apiVersion?: 'rbac.authorization.k8s.io/v1';
  readonly kind?: 'ClusterRole';
  readonly metadata: ObjectMetaInput;
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: AggregationRule;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-v1/ */
export const ClusterRole: Resource<'rbac.authorization.k8s.io/v1', 'ClusterRole', ClusterRole, ClusterRoleInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
});

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-binding-v1/ */
export interface ClusterRoleBinding {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRoleBinding';
  readonly metadata: ObjectMeta;
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** What a person writes to create a ClusterRoleBinding. */
export interface ClusterRoleBindingInput {
  readonly apiVersion?: 'rbac.authorization.k8s.io/v1';
  readonly kind?: 'ClusterRoleBinding';
  readonly metadata: ObjectMetaInput;
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-binding-v1/ */
export const ClusterRoleBinding: Resource<'rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', ClusterRoleBinding, ClusterRoleBindingInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
});

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/ */
export interface Role {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'Role';
  readonly metadata: ObjectMeta;
  readonly rules: readonly PolicyRule[] | null;
}

/** What a person writes to create a Role. */
export interface RoleInput {
  readonly apiVersion?: 'rbac.authorization.k8s.io/v1';
  readonly kind?: 'Role';
  readonly metadata: ObjectMetaInput;
  readonly rules?: readonly PolicyRule[] | null;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/ */
export const Role: Resource<'rbac.authorization.k8s.io/v1', 'Role', Role, RoleInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  plural: 'roles',
});

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-binding-v1/ */
export interface RoleBinding {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'RoleBinding';
  readonly metadata: ObjectMeta;
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** What a person writes to create a RoleBinding. */
export interface RoleBindingInput {
  readonly apiVersion?: 'rbac.authorization.k8s.io/v1';
  readonly kind?: 'RoleBinding';
  readonly metadata: ObjectMetaInput;
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-binding-v1/ */
export const RoleBinding: Resource<'rbac.authorization.k8s.io/v1', 'RoleBinding', RoleBinding, RoleBindingInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
});

export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}
