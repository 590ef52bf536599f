import { deepEqual, goQuote, type JsonObject } from '@opwright/machinery';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import { notFound } from '../../api/errors.ts';
import { readRequest } from '../certificate-request.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, bool, field, items, text } from '../tree.ts';
import { namesConfigMaps, namesSecrets } from './account-references.ts';
import type { Lookup } from './lookup.ts';

/** Why a node may not make a write; undefined where it may. */
type Rule = (node: string, write: Write) => string | undefined;

interface Write {
  readonly attributes: AdmissionAttributes;
  readonly object: JsonObject | undefined;
  readonly lookup: Lookup;
}

/**
 * Kubelets, which are users `system:node:NAME` of the group system:nodes, change their own node and what runs on it, and
 * nothing else (NodeRestriction).
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
export function nodeRestriction(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    mutate(attributes, draft) {
      const { user, operation, kind } = attributes;
      if (operation === 'CONNECT' || !user.groups.includes('system:nodes')) return;
      if (!user.name.startsWith(PREFIX)) return;
      const object = draft && asJson(draft as MutableObject);
      const node = user.name.slice(PREFIX.length);
      const rule = RULES[kind.storage];
      const why =
        node === ''
          ? `could not determine node from user ${goQuote(user.name)}`
          : rule?.(node, { attributes, object, lookup });
      if (why !== undefined) throw refused(attributes, object, why);
    },
  };
}

const PREFIX = 'system:node:';

const RULES: Readonly<Record<string, Rule>> = {
  pods(node, write) {
    const { subresource } = write.attributes;
    const rule = { '': podRule, status: podStatusRule, eviction: evictionRule }[subresource];
    if (rule !== undefined) return rule(node, write);
    return `unexpected pod subresource ${goQuote(subresource)}, only 'status' and 'eviction' are allowed`;
  },
  nodes: nodeRule,
  persistentvolumeclaims: claimRule,
  serviceaccounts: tokenRule,
  'leases.coordination.k8s.io': (node, { attributes, object }) => {
    if (attributes.namespace !== 'kube-node-lease') {
      return 'can only access leases in the "kube-node-lease" system namespace';
    }
    if (nameOf(attributes, object) === node) return;
    return 'can only access node lease with the same name as the requesting node';
  },
  'csinodes.storage.k8s.io': (node, { attributes, object }) => {
    if (nameOf(attributes, object) === node) return;
    return 'can only access CSINode with the same name as the requesting node';
  },
  'certificatesigningrequests.certificates.k8s.io': requestRule,
};

const nameOf = ({ operation, name }: AdmissionAttributes, object: JsonObject | undefined) =>
  operation === 'CREATE' ? text(at(object, 'metadata'), 'name') : name;

function podRule(node: string, { attributes, object, lookup }: Write): string | undefined {
  const { operation, namespace, name } = attributes;
  const who = `node ${goQuote(node)}`;
  if (operation === 'CREATE') return newPodRule(node, object, lookup);
  if (operation !== 'DELETE') {
    return `unexpected operation ${goQuote(operation)}, ${who} can only create and delete mirror pods`;
  }
  return nodeOf(stored(lookup, 'pods', namespace, name)) === node
    ? undefined
    : `${who} can only delete pods with spec.nodeName set to itself`;
}

/** Of what a kubelet runs from files it shows the API server a picture. */
function newPodRule(node: string, pod: JsonObject | undefined, lookup: Lookup): string | undefined {
  const who = `node ${goQuote(node)}`;
  const spec = at(pod, 'spec');
  const mirror = 'kubernetes.io/config.mirror';
  if (field(at(pod, 'metadata', 'annotations'), mirror) === undefined) {
    return `pod does not have ${goQuote(mirror)} annotation, ${who} can only create mirror pods`;
  }
  if (nodeOf(pod) !== node) return `${who} can only create pods with spec.nodeName set to itself`;
  const [owner, ...others] = items(at(pod, 'metadata'), 'ownerReferences');
  if (others.length > 0) return `${who} can only create pods with a single owner reference set to itself`;
  if (text(owner, 'apiVersion') !== 'v1' || text(owner, 'kind') !== 'Node' || text(owner, 'name') !== node) {
    return `${who} can only create pods with an owner reference set to itself`;
  }
  if (!bool(owner, 'controller')) {
    return `${who} can only create pods with a controller owner reference set to itself`;
  }
  if (bool(owner, 'blockOwnerDeletion')) return `${who} must not set blockOwnerDeletion on an owner reference`;
  const [expected, real] = [text(owner, 'uid'), text(at(stored(lookup, 'nodes', '', node), 'metadata'), 'uid')];
  if (expected !== real) return `node ${node} UID mismatch: expected ${expected} got ${real}`;

  const refers = (what: string) => `${who} can not create pods that reference ${what}`;
  if (text(spec, 'serviceAccountName') !== '') return refers('a service account');
  if (namesSecrets(spec)) return refers('secrets');
  if (namesConfigMaps(spec)) return refers('configmaps');
  const volumes = items(spec, 'volumes');
  const sources = volumes.flatMap((volume) => items(at(volume, 'projected'), 'sources'));
  if (sources.some((source) => at(source, 'clusterTrustBundle') !== undefined)) return refers('clustertrustbundles');
  if (volumes.some((volume) => at(volume, 'persistentVolumeClaim') !== undefined)) {
    return refers('persistentvolumeclaims');
  }
  return items(spec, 'resourceClaims').length > 0 ? refers('resourceclaims') : undefined;
}

function podStatusRule(node: string, { attributes, object }: Write): string | undefined {
  const { operation, old } = attributes;
  if (operation !== 'UPDATE') return `unexpected operation ${goQuote(operation)}`;
  const who = `node ${goQuote(node)}`;
  if (nodeOf(old) !== node) return `${who} can only update pod status for pods with spec.nodeName set to itself`;
  if (!deepEqual(labels(object), labels(old))) return `${who} cannot update labels through pod status`;
  const claims = (pod: JsonObject | undefined) =>
    items(at(pod, 'status'), 'resourceClaimStatuses').map((claim) => [claim.name, claim.resourceClaimName ?? null]);
  return deepEqual(claims(object), claims(old)) ? undefined : `${who} cannot update resource claim statues`;
}

function evictionRule(node: string, { attributes, object, lookup }: Write): string | undefined {
  const { operation, namespace, name } = attributes;
  if (operation !== 'CREATE') return `unexpected operation ${operation}`;
  const called = name || text(at(object, 'metadata'), 'name');
  if (called === '') return 'could not determine pod from request data';
  return nodeOf(stored(lookup, 'pods', namespace, called)) === node
    ? undefined
    : `node ${node} can only evict pods with spec.nodeName set to itself`;
}

function claimRule(node: string, { attributes, object }: Write): string | undefined {
  const { operation, subresource, old } = attributes;
  if (subresource !== 'status') return 'may only update PVC status';
  if (operation !== 'UPDATE') return `unexpected operation ${goQuote(operation)}`;
  const rest = (claim: JsonObject | undefined) => {
    const { resourceVersion: _r, managedFields: _m, ...metadata } = at(claim, 'metadata') ?? {};
    const { capacity: _c, conditions: _o, ...status } = at(claim, 'status') ?? {};
    const { allocatedResources: _a, allocatedResourceStatuses: _s, ...others } = status;
    return { ...claim, metadata, status: others };
  };
  if (deepEqual(rest(object), rest(old))) return;
  return `node ${goQuote(node)} is not allowed to update fields other than status.quantity and status.conditions: `;
}

function nodeRule(node: string, { attributes, object }: Write): string | undefined {
  const { operation, old, name } = attributes;
  const who = `node ${goQuote(node)}`;
  if (name !== node) return `${who} is not allowed to modify node ${goQuote(name)}`;
  if (operation === 'DELETE') return;
  const [config, before] = [at(object, 'spec', 'configSource'), at(old, 'spec', 'configSource')];
  const changed = forbiddenLabels(labels(object), labels(old)).join(', ');
  if (operation === 'CREATE') {
    if (config !== undefined) return `${who} is not allowed to create pods with a non-nil configSource`;
    return changed === '' ? undefined : `${who} is not allowed to set the following labels: ${changed}`;
  }
  if (config !== undefined && !deepEqual(config, before ?? null)) {
    return `${who} is not allowed to update configSource to a new non-nil configSource`;
  }
  const same = (section: string, key: string) =>
    deepEqual(items(at(object, section), key), items(at(old, section), key));
  if (!same('spec', 'taints')) return `${who} is not allowed to modify taints`;
  if (!same('metadata', 'ownerReferences')) return `${who} is not allowed to modify ownerReferences`;
  return changed === '' ? undefined : `is not allowed to modify labels: ${changed}`;
}

/** Labels that steer pods to nodes are not for the node to change. */
function forbiddenLabels(now: JsonObject, before: JsonObject): string[] {
  const changed = [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((key) => now[key] !== before[key]);
  return changed.filter((key) => isWithin(key, RESTRICTED) || (isWithin(key, OFFICIAL) && !isKubelets(key))).sort();
}

const RESTRICTED = ['node-restriction.kubernetes.io'];
const OFFICIAL = ['kubernetes.io', 'k8s.io'];
const OF_KUBELETS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
/** What a kubelet reports of its machine. */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

const isKubelets = (key: string) => KUBELET_LABELS.has(key) || isWithin(key, OF_KUBELETS);

function isWithin(key: string, domains: readonly string[]): boolean {
  const slash = key.indexOf('/');
  const domain = slash < 0 ? '' : key.slice(0, slash);
  return domains.some((wanted) => domain === wanted || domain.endsWith(`.${wanted}`));
}

function tokenRule(node: string, { attributes, object, lookup }: Write): string | undefined {
  const { operation, subresource, namespace } = attributes;
  if (operation !== 'CREATE' || subresource !== 'token') return;
  const ref = at(object, 'spec', 'boundObjectRef');
  if (text(ref, 'apiVersion') !== 'v1' || text(ref, 'kind') !== 'Pod' || text(ref, 'name') === '') {
    return 'node requested token not bound to a pod';
  }
  const uid = text(ref, 'uid');
  if (uid === '') return 'node requested token with a pod binding without a uid';
  const pod = stored(lookup, 'pods', namespace, text(ref, 'name'));
  if (text(at(pod, 'metadata'), 'uid') !== uid) {
    return `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  return nodeOf(pod) === node ? undefined : 'node requested token bound to a pod scheduled on a different node';
}

function requestRule(node: string, { attributes, object }: Write): string | undefined {
  const spec = at(object, 'spec');
  const signers = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet'];
  if (attributes.operation !== 'CREATE' || !signers.includes(text(spec, 'signerName'))) return;
  const request = readRequest(text(spec, 'request'));
  if ('problem' in request) return `unable to parse csr: ${request.problem}`;
  const wanted = `${PREFIX}${node}`;
  return request.commonName === wanted ? undefined : `can only create a node CSR with CN=${wanted}`;
}

const nodeOf = (pod: JsonObject | undefined) => text(at(pod, 'spec'), 'nodeName');

const labels = (object: JsonObject | undefined) => at(object, 'metadata', 'labels') ?? {};

/** Listers call what is missing by the singular. */
function stored(lookup: Lookup, storage: 'pods' | 'nodes', namespace: string, name: string): JsonObject {
  const object = lookup.get(storage, namespace, name);
  if (object === undefined) throw notFound({ group: '', plural: storage.slice(0, -1) }, name);
  return object;
}
