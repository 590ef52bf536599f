import { goQuote, type JsonObject } from '@opwright/machinery';
import type { Registry } from '../../kinds/registry.ts';
import { at, items, text } from '../../kinds/tree.ts';
import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import type { UserInfo } from '../http-types.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** The rules of the stored roles, and who has them. */
export interface RuleResolver {
  /**
   * What a user may do in a namespace (`''`: at the cluster scope), binding by binding: the cluster-wide ones first, each
   * sort by name.
   */
  grantsFor(user: UserInfo, namespace: string): Iterable<Grant>;
  /** The rules of the role that a binding refers to; undefined when there is no such role. */
  rulesOf(roleRef: JsonObject | undefined, namespace: string): readonly JsonObject[] | undefined;
}

/** A binding that concerns a user. */
export interface Grant {
  /** Absent when the role of the binding does not exist. */
  readonly rules?: readonly JsonObject[];
  readonly roleRef: JsonObject;
  /** `RoleBinding "b/ns" of Role "r" to User "u"`. */
  readonly source: () => string;
}

export function ruleResolver(store: Store, registry: Registry): RuleResolver {
  const storageOf = (plural: string) => registry.findResource(RBAC_GROUP, plural)?.storage ?? `${plural}.${RBAC_GROUP}`;

  const rulesOf: RuleResolver['rulesOf'] = (roleRef, namespace) => {
    const name = text(roleRef, 'name');
    const role =
      text(roleRef, 'kind') === 'Role'
        ? store.get(storageOf('roles'), storeKey(namespace, name))
        : store.get(storageOf('clusterroles'), name);
    return role === undefined ? undefined : items(role, 'rules');
  };

  function* grantsFrom(bindings: readonly StoredObject[], user: UserInfo, namespace: string): Generator<Grant> {
    for (const binding of bindings) {
      const subject = items(binding, 'subjects').find((candidate) => isSubject(candidate, user, namespace));
      if (subject === undefined) continue;
      const roleRef = at(binding, 'roleRef') ?? {};
      const rules = rulesOf(roleRef, namespace);
      yield { ...(rules && { rules }), roleRef, source: () => sourceOf(binding, roleRef, subject, namespace) };
    }
  }

  return {
    rulesOf,
    *grantsFor(user, namespace) {
      yield* grantsFrom(store.list(storageOf('clusterrolebindings')).items, user, '');
      if (namespace === '') return;
      yield* grantsFrom(store.list(storageOf('rolebindings'), { namespace }).items, user, namespace);
    },
  };
}

/**
 * What is missing behind bindings: `[role.rbac.authorization.k8s.io "x" not found, …]`, or '' for nothing.
 * @param resourceOf how the asker calls the resource of a missing role
 */
export function resolutionError(grants: readonly Grant[], resourceOf: (roleRef: JsonObject) => string): string {
  const texts = new Set(
    grants.flatMap(({ rules, roleRef }) => (rules === undefined ? [missingRole(roleRef, resourceOf(roleRef))] : [])),
  );
  return texts.size > 1 ? `[${[...texts].join(', ')}]` : ([...texts][0] ?? '');
}

const missingRole = (roleRef: JsonObject, resource: string): string =>
  `${resource}.${RBAC_GROUP} ${goQuote(text(roleRef, 'name'))} not found`;

function isSubject(subject: JsonObject, user: UserInfo, bindingNamespace: string): boolean {
  const name = text(subject, 'name');
  switch (subject.kind) {
    case 'User':
      return name === user.name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount': {
      const namespace = text(subject, 'namespace') || bindingNamespace;
      return namespace !== '' && user.name === `system:serviceaccount:${namespace}:${name}`;
    }
    default:
      return false;
  }
}

function sourceOf(binding: StoredObject, roleRef: JsonObject, subject: JsonObject, bindingNamespace: string): string {
  const { name, namespace } = binding.metadata;
  const what = namespace === undefined ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  const account = `${text(subject, 'name')}/${text(subject, 'namespace') || bindingNamespace}`;
  const who = subject.kind === 'ServiceAccount' ? account : text(subject, 'name');
  return `${what} of ${text(roleRef, 'kind')} "${text(roleRef, 'name')}" to ${text(subject, 'kind')} "${who}"`;
}
