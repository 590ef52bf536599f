import { type JsonObject, type Random, randomSuffix } from '@opwright/machinery';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import { rawError } from '../../api/errors.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, bool, each, ensure, field, items, text } from '../tree.ts';
import { mirrorPodRefusal, unmountableEphemerally, unmountableSecret } from './account-references.ts';
import type { Lookup } from './lookup.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Seconds; a kubelet renews the token before. The odd number lets it be told from an explicit hour. */
const tokenSeconds = 3607;

/** Every pod runs as a service account, with its token mounted (ServiceAccount). */
export function serviceAccountAdmission(lookup: Lookup, random: Random): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    mutate(attributes, pod) {
      if (!isCreated(attributes) || pod === undefined) return;
      if (isMirror(asJson(pod))) return refuseReferences(attributes, asJson(pod), undefined);
      const spec = ensure(pod, 'spec');
      const name = text(asJson(spec), 'serviceAccountName') || 'default';
      spec.serviceAccountName = name;
      spec.serviceAccount = name;
      const account = accountOf(lookup, attributes, asJson(pod));
      if (mounts(asJson(spec), account)) mountToken(spec, `kube-api-access-${randomSuffix(random, 5)}`);
      const secrets = items(account, 'imagePullSecrets');
      if (items(asJson(spec), 'imagePullSecrets').length === 0 && secrets.length > 0)
        spec.imagePullSecrets = [...secrets];
      refuseReferences(attributes, asJson(pod), account);
    },
    validate(attributes, pod) {
      if (pod === undefined) return;
      if (isDebugged(attributes)) return refuseEphemerals(pod, accountOf(lookup, attributes, pod));
      if (!isCreated(attributes)) return;
      refuseReferences(attributes, pod, isMirror(pod) ? undefined : accountOf(lookup, attributes, pod));
    },
  };
}

const isCreated = ({ operation, kind, subresource }: AdmissionAttributes) =>
  operation === 'CREATE' && kind.storage === 'pods' && subresource === '';

/** Containers are added to a pod that runs. */
const isDebugged = ({ operation, kind, subresource }: AdmissionAttributes) =>
  operation === 'UPDATE' && kind.storage === 'pods' && subresource === 'ephemeralcontainers';

/** Mirror pods have no account: their kubelet runs them from a file. */
const isMirror = (pod: JsonObject) =>
  field(at(pod, 'metadata', 'annotations'), 'kubernetes.io/config.mirror') !== undefined;

function accountOf(lookup: Lookup, attributes: AdmissionAttributes, pod: JsonObject): JsonObject {
  const { namespace } = attributes;
  const name = text(at(pod, 'spec'), 'serviceAccountName');
  if (name === '') {
    const of = `${namespace}/${text(at(pod, 'metadata'), 'name')}`;
    throw refused(attributes, pod, `no service account specified for pod ${of}`);
  }
  const account = lookup.get('serviceaccounts', namespace, name);
  if (account !== undefined) return account;
  const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
  throw refused(attributes, pod, why);
}

/** What a pod without an account, or with one that lists its secrets, may not name. */
function refuseReferences(attributes: AdmissionAttributes, pod: JsonObject, account: JsonObject | undefined): void {
  const spec = at(pod, 'spec');
  const why = account === undefined ? mirrorPodRefusal(spec) : unmountableSecret(spec, account);
  if (why !== undefined) throw refused(attributes, pod, why);
}

/** kube-apiserver makes no proper refusal of this one. @throws StatusError 500 */
function refuseEphemerals(pod: JsonObject, account: JsonObject): void {
  const why = unmountableEphemerally(at(pod, 'spec'), account);
  if (why !== undefined) throw rawError(why);
}

/** The pod's word goes before the account's. */
function mounts(spec: JsonObject, account: JsonObject): boolean {
  const own = field(spec, 'automountServiceAccountToken');
  if (own !== undefined) return own === true;
  return field(account, 'automountServiceAccountToken') === undefined || bool(account, 'automountServiceAccountToken');
}

function mountToken(spec: MutableObject, volume: string): void {
  let mounted = false;
  for (const container of [...each(spec, 'initContainers'), ...each(spec, 'containers')]) {
    const present = each(container, 'volumeMounts');
    if (present.some((mount) => mount.mountPath === mountPath)) continue;
    container.volumeMounts = [...present, { name: volume, readOnly: true, mountPath }];
    mounted = true;
  }
  if (mounted) spec.volumes = [...each(spec, 'volumes'), { name: volume, projected: tokenVolume() }];
}

function tokenVolume(): MutableObject {
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 0o644,
  };
}
