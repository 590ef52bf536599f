import { deepEqual, goQuote, type JsonObject } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import { at, items, text } from '../../kinds/tree.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission/admission.ts';
import type { Authorizer } from '../authorize.ts';
import { forbidden, notFound, rawError } from '../errors.ts';
import { missingRules } from './covers.ts';
import { RBAC_GROUP, type RuleResolver, resolutionError } from './rules.ts';

const EVERYTHING: readonly JsonObject[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody gives what they do not have: a role may hold only rules that its writer holds, unless they may `escalate`; and
 * a binding may refer only to roles whose rules its writer holds, unless they may `bind`.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function roleEscalation(resolver: RuleResolver, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'RoleEscalation',
    // Where others have had their say about the object: what they added is granted, too.
    mutate(attributes, object) {
      const { kind, user, operation, old } = attributes;
      if (object === undefined || kind.group !== RBAC_GROUP || (operation !== 'CREATE' && operation !== 'UPDATE'))
        return;
      if (user.groups.includes('system:masters')) return;
      if (old !== undefined && saysTheSameToTheCollector(object, old)) return;
      const check = kind.kind.endsWith('Binding') ? checkBinding : checkRole;
      return check(attributes, object as JsonObject);
    },
  };

  async function checkRole(attributes: AdmissionAttributes, role: JsonObject): Promise<void> {
    const { kind, name, operation, old } = attributes;
    // The name of a new role is not in the request, so that no rule about names allows it.
    if (await may(attributes, 'escalate', kind.plural, operation === 'CREATE' ? '' : name)) return;
    const refused = whyNotGranted(attributes, items(role, 'rules'));
    if (refused !== undefined) throw forbidden(kind, name, refused);
    if (!aggregates(role) && !(old !== undefined && aggregates(old))) return;
    if (whyNotGranted(attributes, EVERYTHING) !== undefined) {
      throw forbidden(kind, name, 'must have cluster-admin privileges to use the aggregationRule');
    }
  }

  async function checkBinding(attributes: AdmissionAttributes, binding: JsonObject): Promise<void> {
    const { kind, name, namespace } = attributes;
    const roleRef = at(binding, 'roleRef');
    const plural = { Role: 'roles', ClusterRole: 'clusterroles' }[text(roleRef, 'kind')];
    if (plural !== undefined && (await may(attributes, 'bind', plural, text(roleRef, 'name')))) return;
    const rules = resolver.rulesOf(roleRef, namespace);
    if (plural === undefined) throw rawError(`unsupported role reference kind: ${goQuote(text(roleRef, 'kind'))}`);
    // What is missing has the name of the role, but the resource of the request.
    if (rules === undefined) throw notFound(kind, text(roleRef, 'name'));
    const refused = whyNotGranted(attributes, rules);
    if (refused !== undefined) throw forbidden(kind, name, refused);
  }

  async function may(
    { user, namespace }: AdmissionAttributes,
    verb: string,
    resource: string,
    name: string,
  ): Promise<boolean> {
    const asked = { user, verb, group: RBAC_GROUP, version: '*', resource, subresource: '', namespace, name };
    return (await authorizer.authorize(asked)).allowed;
  }

  /** Undefined when the user holds all of the rules. */
  function whyNotGranted(
    { kind, user, namespace }: AdmissionAttributes,
    wanted: readonly JsonObject[],
  ): string | undefined {
    const grants = [...resolver.grantsFor(user, namespace)];
    const missing = missingRules(
      grants.flatMap(({ rules = [] }) => rules),
      wanted,
    );
    if (missing.length === 0) return undefined;
    const groups = `[${user.groups.map(goQuote).join(' ')}]`;
    const unresolved = resolutionError(grants, () => kind.plural);
    const who = `user ${goQuote(user.name)} (groups=${groups})`;
    const what = `is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`;
    return `${who} ${what}${unresolved === '' ? '' : `; resolution errors: [${unresolved}]`}`;
  }
}

function aggregates(role: JsonObject): boolean {
  return items(at(role, 'aggregationRule'), 'clusterRoleSelectors').length > 0;
}

/** Whether an update changes no more than the garbage collector has to: owners and finalizers. */
function saysTheSameToTheCollector(object: MutableObject, old: JsonObject): boolean {
  return deepEqual(withoutOwners(object as JsonObject), withoutOwners(old));
}

function withoutOwners(object: JsonObject): JsonObject {
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...metadata } = at(object, 'metadata') ?? {};
  return { ...object, metadata };
}
