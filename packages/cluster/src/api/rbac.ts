import type { JsonObject, JsonValue } from '@opwright/machinery';
import type { Registry } from '../kinds/registry.ts';
import { storeKey } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import type { AccessAttributes, Authorizer, Decision } from './authorize.ts';
import type { UserInfo } from './http-types.ts';

const GROUP = 'rbac.authorization.k8s.io';
const NOTHING: readonly JsonObject[] = [];

/**
 * Role-based access control over the stored roles and bindings: an access is allowed when a rule of any role bound to
 * the user matches it.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function rbacAuthorizer(store: Store, registry: Registry): Authorizer {
  const storageOf = (plural: string) => registry.findResource(GROUP, plural)?.storage ?? `${plural}.${GROUP}`;

  const bindings = function* (namespace: string): Generator<{ binding: JsonObject; kind: string }> {
    for (const binding of store.list(storageOf('clusterrolebindings')).items)
      yield { binding, kind: 'ClusterRoleBinding' };
    if (namespace === '') return;
    for (const binding of store.list(storageOf('rolebindings'), { namespace }).items)
      yield { binding, kind: 'RoleBinding' };
  };

  const rulesOf = (roleRef: JsonObject, namespace: string): readonly JsonObject[] | undefined => {
    const name = String(roleRef.name);
    const role =
      roleRef.kind === 'Role'
        ? store.get(storageOf('roles'), storeKey(namespace, name))
        : store.get(storageOf('clusterroles'), name);
    return role === undefined ? undefined : objects(role.rules);
  };

  return {
    authorize(attributes): Decision {
      const namespace = 'path' in attributes ? '' : attributes.namespace;
      const dangling: string[] = [];
      for (const { binding, kind } of bindings(namespace)) {
        const subject = objects(binding.subjects).find((candidate) => isSubject(candidate, attributes.user, namespace));
        if (subject === undefined) continue;
        const roleRef = binding.roleRef as JsonObject;
        const rules = rulesOf(roleRef, namespace);
        if (rules === undefined) {
          dangling.push(`${roleRef.kind === 'Role' ? 'role' : 'clusterrole'}.${GROUP} "${roleRef.name}" not found`);
        } else if (rules.some((rule) => ruleAllows(rule, attributes))) {
          return { allowed: true, reason: reasonOf(kind, binding, roleRef, subject) };
        }
      }
      const why = dangling.length > 1 ? `[${dangling.join(', ')}]` : dangling[0];
      return { allowed: false, reason: why === undefined ? '' : `RBAC: ${why}` };
    },
  };
}

/** Whether one rule of a role matches an access. */
export function ruleAllows(rule: JsonObject, attributes: AccessAttributes): boolean {
  if (!matches(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes) {
    return strings(rule.nonResourceURLs).some(
      (url) =>
        url === '*' || url === attributes.path || (url.endsWith('*') && attributes.path.startsWith(url.slice(0, -1))),
    );
  }
  if (!matches(rule.apiGroups, attributes.group) || !matchesResource(rule, attributes)) return false;
  const names = strings(rule.resourceNames);
  return names.length === 0 || names.includes(attributes.name);
}

function matchesResource(
  rule: JsonObject,
  { resource, subresource }: { resource: string; subresource: string },
): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return strings(rule.resources).some(
    (wanted) => wanted === '*' || wanted === combined || (subresource !== '' && wanted === `*/${subresource}`),
  );
}

function isSubject(subject: JsonObject, user: UserInfo, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(String(subject.name));
    case 'ServiceAccount': {
      const namespace =
        typeof subject.namespace === 'string' && subject.namespace !== '' ? subject.namespace : bindingNamespace;
      return namespace !== '' && user.name === `system:serviceaccount:${namespace}:${subject.name}`;
    }
    default:
      return false;
  }
}

function reasonOf(kind: string, binding: JsonObject, roleRef: JsonObject, subject: JsonObject): string {
  const metadata = binding.metadata as JsonObject;
  const name = kind === 'RoleBinding' ? `${metadata.name}/${metadata.namespace}` : String(metadata.name);
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace}` : String(subject.name);
  return `RBAC: allowed by ${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
}

function matches(list: JsonValue | undefined, value: string): boolean {
  const wanted = strings(list);
  return wanted.includes('*') || wanted.includes(value);
}

function strings(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : NOTHING;
}
