import { forbiddenValue, type JsonObject, splitApiVersion } from '@opwright/machinery';
import type { Registry } from '../../../kinds/registry.ts';
import { at, text } from '../../../kinds/tree.ts';
import type { Store } from '../../../store/store.ts';
import { type Authorizer, mayEverything } from '../../authorize.ts';
import { invalid } from '../../errors.ts';
import type { UserInfo } from '../../http-types.ts';
import type { AdmissionPlugin } from '../admission.ts';

/** Each with its bindings: a family. */
const POLICIES = ['validatingadmissionpolicies', 'mutatingadmissionpolicies'];
const BINDINGS = ['validatingadmissionpolicybindings', 'mutatingadmissionpolicybindings'];

/** What an authorizer is asked for a policy's parameters: everything, as far as it is not known what they are. */
interface ParamResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/**
 * Nobody reads by a policy what they may not read themselves: its parameters show in what it says. Part of the validation
 * of policies and bindings that make sense otherwise, so it comes before other plugins.
 */
export function paramAccess(store: Store, registry: Registry, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'ParamAccess',
    validate({ kind, user, operation, old, subresource }, object) {
      if (kind.group !== 'admissionregistration.k8s.io' || object === undefined || mayEverything(user)) return;
      if (subresource !== '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
      const [paramKind, paramRef] = [at(object, 'spec', 'paramKind'), at(object, 'spec', 'paramRef')];
      const refuse = (field: string) => (why: string | undefined) => {
        if (why === undefined) return;
        throw invalid(kind, text(at(object, 'metadata'), 'name'), [forbiddenValue(`spec.${field}`, why)]);
      };
      if (paramKind !== undefined && POLICIES.includes(kind.plural)) {
        return whyNotPolicy(user, paramKind, at(old, 'spec', 'paramKind')).then(refuse('paramKind'));
      }
      const family = BINDINGS.indexOf(kind.plural);
      if (paramRef === undefined || family < 0) return;
      return whyNotBinding(user, text(at(object, 'spec'), 'policyName'), paramRef, family).then(refuse('paramRef'));
    },
  };

  async function whyNotPolicy(user: UserInfo, kind: JsonObject, before?: JsonObject): Promise<string | undefined> {
    const [apiVersion, name] = [text(kind, 'apiVersion'), text(kind, 'kind')];
    if (before !== undefined && text(before, 'apiVersion') === apiVersion && text(before, 'kind') === name) return;
    const { resource } = resolve(kind);
    if (await may(user, 'get', resource, '*', '*')) return;
    return `user ${goUser(user)} must have "get" permission on all objects of the referenced paramKind (kind=${name}, apiVersion=${apiVersion})`;
  }

  async function whyNotBinding(
    user: UserInfo,
    policyName: string,
    ref: JsonObject,
    family: number,
  ): Promise<string | undefined> {
    const policy = store.get(`${POLICIES[family]}.admissionregistration.k8s.io`, policyName);
    const paramKind = at(policy, 'spec', 'paramKind');
    const { resource, isKnown } = resolve(paramKind);
    const verb = text(ref, 'name') === '' ? 'list' : 'get';
    if (await may(user, verb, resource, text(ref, 'namespace'), text(ref, 'name'))) return;
    const least = `to determine minimum required permissions and user ${goUser(user)} does not have "${verb}" permission for all groups, versions and resources`;
    if (policy === undefined) return `unable to get policy ${policyName} ${least}`;
    if (!isKnown) {
      return `unable to resolve paramKind &{${text(paramKind, 'apiVersion')} ${text(paramKind, 'kind')}} ${least}`;
    }
    // The text for mutating policies has user and verb in each other's place.
    const [who, what] = family === 0 ? [goUser(user), verb] : [verb, goUser(user)];
    return `user ${who} does not have "${what}" permission on the object referenced by paramRef`;
  }

  /** `isKnown` unless there is a kind that is not served. */
  function resolve(kind: JsonObject | undefined): { readonly resource: ParamResource; readonly isKnown: boolean } {
    if (kind === undefined) return { resource: { group: '*', version: '*', resource: '*' }, isKnown: true };
    const [group, version] = splitApiVersion(text(kind, 'apiVersion'));
    const served = registry.findKind(group, version, text(kind, 'kind'));
    return { resource: { group, version, resource: served?.plural ?? '*' }, isKnown: served !== undefined };
  }

  async function may(user: UserInfo, verb: string, resource: ParamResource, namespace: string, name: string) {
    return (await authorizer.authorize({ user, verb, ...resource, subresource: '', namespace, name })).allowed;
  }
}

/** As Go prints a user: a pointer to name, uid, groups and a map of the rest. */
function goUser({ name, uid = '', groups, extra = {} }: UserInfo): string {
  const rest = Object.keys(extra)
    .sort()
    .map((key) => `${key}:[${extra[key]!.join(' ')}]`);
  return `&{${name} ${uid} [${groups.join(' ')}] map[${rest.join(' ')}]}`;
}
