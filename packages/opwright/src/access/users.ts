import type { AnyResource } from '@opwright/machinery';
import { customResources, type Operator } from '../operator.ts';
import type { PolicyRule } from './rules.ts';

/** What a ClusterRole allows the users of a resource. */
export interface UserRole {
  readonly resource: AnyResource;
  /** The role of Kubernetes that it is to become part of. */
  readonly role: 'admin' | 'edit' | 'view';
  readonly rules: readonly PolicyRule[];
}

const VIEW = ['get', 'list', 'watch'];
const VERBS: Record<UserRole['role'], readonly string[]> = {
  admin: ['*'],
  edit: [...VIEW, 'create', 'delete', 'deletecollection', 'patch', 'update'],
  view: VIEW,
};

/**
 * What the users of an operator's own resources may do: who may view, edit or administer a namespace may do so with the
 * objects of these resources too. Nobody but the operator writes a status.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
 */
export function userRoles(operator: Operator): readonly UserRole[] {
  return customResources(operator).flatMap((resource) => {
    const { group, plural, subresources } = resource;
    const status = subresources.includes('status')
      ? [{ apiGroups: [group], resources: [`${plural}/status`], verbs: ['get'] }]
      : [];
    return (['admin', 'edit', 'view'] as const).map((role) => ({
      resource,
      role,
      rules: [{ apiGroups: [group], resources: [plural], verbs: VERBS[role] }, ...status],
    }));
  });
}
