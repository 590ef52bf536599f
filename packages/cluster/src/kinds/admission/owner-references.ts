import { deepEqual, type JsonObject, splitApiVersion } from '@opwright/machinery';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import { type Authorizer, type Decision, mayEverything } from '../../api/authorize.ts';
import type { Registry } from '../registry.ts';
import { at, bool, items, text } from '../tree.ts';

/**
 * Nobody gives an object an owner, which is to let it be deleted, who may not delete it; nor an owner that waits for it, who
 * may not set that one's finalizers (OwnerReferencesPermissionEnforcement).
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#ownerreferencespermissionenforcement
 */
export function ownerReferencesPermission(authorizer: Authorizer, registry: Registry): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    validate(attributes, object) {
      const { operation, kind, subresource, old, user } = attributes;
      if ((operation !== 'CREATE' && operation !== 'UPDATE') || object === undefined || mayEverything(user)) return;
      if (kind.storage === 'pods' && subresource === 'status') return;
      const [now, before] = [ownersOf(object), ownersOf(old)];
      if (!deepEqual(now, before)) return check(attributes, object, now, before);
    },
  };

  async function check(
    attributes: AdmissionAttributes,
    object: JsonObject,
    now: readonly JsonObject[],
    before: readonly JsonObject[],
  ): Promise<void> {
    const { operation, kind, user, namespace, name, subresource } = attributes;
    if (operation !== 'CREATE') {
      const { group, version, plural: resource } = kind;
      const asked = { user, verb: 'delete', group, version, resource, subresource, namespace, name };
      const decision = await authorizer.authorize(asked);
      if (!decision.allowed) {
        throw refused(attributes, object, `cannot set an ownerRef on a resource you can't delete: ${reason(decision)}`);
      }
    }
    const blocking = now.filter((owner) => bool(owner, 'blockOwnerDeletion') && !blocksAlready(owner, before));
    const finalizes = { user, verb: 'update', subresource: 'finalizers' };
    const any = { ...finalizes, group: '*', version: '*', resource: '*', namespace: '', name: '*' };
    if (blocking.length === 0 || (await authorizer.authorize(any)).allowed) return;
    for (const owner of blocking) {
      const [apiVersion, called] = [text(owner, 'apiVersion'), text(owner, 'kind')];
      const [group, version] = splitApiVersion(apiVersion);
      const found = registry.findKind(group, version, called);
      if (found === undefined) {
        const why = `cannot find RESTMapping for APIVersion ${apiVersion} Kind ${called}: no matches for kind "${called}" in version "${apiVersion}"`;
        throw refused(attributes, object, `cannot set blockOwnerDeletion in this case because ${why}`);
      }
      const decision = await authorizer.authorize({
        ...finalizes,
        group,
        version,
        resource: found.plural,
        namespace: found.scope === 'Namespaced' ? namespace : '',
        name: text(owner, 'name'),
      });
      if (!decision.allowed) {
        const why = `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason(decision)}`;
        throw refused(attributes, object, why);
      }
    }
  }
}

const ownersOf = (object: JsonObject | undefined) => items(at(object, 'metadata'), 'ownerReferences');

const blocksAlready = (owner: JsonObject, before: readonly JsonObject[]) =>
  before.some((known) => text(known, 'uid') === text(owner, 'uid') && bool(known, 'blockOwnerDeletion'));

/** With the error that there is none of. */
const reason = (decision: Decision) => `${decision.reason}, <nil>`;
