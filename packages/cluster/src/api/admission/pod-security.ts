import type { JsonObject } from '@opwright/machinery';
import type { PodLike } from '../../kinds/pod-security/check.ts';
import {
  compareLevels,
  details,
  isSameStandard,
  policyOf,
  type Standard,
  standardName,
  violations,
} from '../../kinds/pod-security/policy.ts';
import { at, items, text } from '../../kinds/tree.ts';
import type { StoredObject } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import { invalid } from '../errors.ts';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from './admission.ts';

/** Where kinds that make pods have the template of them. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  podtemplates: ['template'],
  replicationcontrollers: ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** Of a namespace that becomes stricter. */
const MAX_CHECKED_PODS = 3000;

/**
 * Holds pods to the Pod Security Standard that their namespace names by its labels.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function podSecurityAdmission(store: Store): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    validate(attributes, object) {
      const { operation, kind, subresource } = attributes;
      if ((operation !== 'CREATE' && operation !== 'UPDATE') || object === undefined) return;
      if (kind.storage === 'namespaces') {
        if (subresource === '') validateNamespace(attributes, object, store);
      } else if (kind.storage === 'pods') validatePod(attributes, object, store);
      else if (subresource === '') warnOfTemplate(attributes, object, store);
    },
  };
}

function validateNamespace(attributes: AdmissionAttributes, object: JsonObject, store: Store): void {
  const { kind, name, operation, old, warn } = attributes;
  const policy = policyOf(at(object, 'metadata', 'labels'));
  const before = operation === 'UPDATE' ? policyOf(at(old, 'metadata', 'labels')) : undefined;
  const { errors, enforce } = policy;
  if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(before?.errors ?? [])) {
    throw invalid(kind, name, errors);
  }
  if (before === undefined || isSameStandard(enforce, before.enforce) || enforce.level === 'privileged') return;
  const isRelaxed =
    enforce.version === before.enforce.version && compareLevels(enforce.level, before.enforce.level) <= 0;
  if (!isRelaxed) for (const warning of existingViolations(store, name, enforce)) warn(warning);
}

/** Of pods that are there already; they stay. */
function existingViolations(store: Store, namespace: string, standard: Standard): readonly string[] {
  const pods = firstOfEach(store.list('pods', { namespace }).items);
  const checked = pods.slice(0, MAX_CHECKED_PODS);
  const byReason = new Map<string, string[]>();
  for (const pod of checked) {
    const found = violations(standard, podLike(pod));
    if (found.length === 0) continue;
    const reasons = found.map(({ reason }) => reason).join(', ');
    byReason.set(reasons, [...(byReason.get(reasons) ?? []), pod.metadata.name]);
  }
  const warnings = [...byReason].map(([reasons, names]) => {
    const others = names.length - 1;
    const more = others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
    return `${names.sort()[0]}${more}: ${reasons}`;
  });
  const count = `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`;
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${standardName(standard)}"`;
  return [...(checked.length < pods.length ? [count] : []), ...(warnings.length > 0 ? [head] : []), ...warnings.sort()];
}

/** Pods with the same owner are much the same: those after the first come last. */
function firstOfEach(pods: readonly StoredObject[]): readonly StoredObject[] {
  const owners = new Set<string>();
  const others: StoredObject[] = [];
  const first = pods.filter((pod) => {
    const owner = (pod.metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
    const uid = text(owner, 'uid');
    const isFirst = owner === undefined || !owners.has(uid);
    owners.add(uid);
    if (!isFirst) others.push(pod);
    return isFirst;
  });
  return [...first, ...others];
}

const podSubresources: ReadonlySet<string> = new Set(['', 'ephemeralcontainers', 'resize']);

function validatePod(attributes: AdmissionAttributes, object: JsonObject, store: Store): void {
  const { namespace, operation, subresource, old, warn } = attributes;
  if (!podSubresources.has(subresource)) return;
  const { enforce, warn: warned } = policyOf(at(store.get('namespaces', namespace), 'metadata', 'labels'));
  if (enforce.level === 'privileged' && warned.level === 'privileged') return;
  if (operation === 'UPDATE' && old !== undefined && !changesContainers(object, old)) return;
  const pod = podLike(object);
  const forbidden = violations(enforce, pod);
  if (forbidden.length > 0) {
    throw refused(attributes, object, `violates PodSecurity "${standardName(enforce)}": ${details(forbidden)}`);
  }
  warnOf(warned, pod, warn);
}

function warnOfTemplate(attributes: AdmissionAttributes, object: JsonObject, store: Store): void {
  const path = TEMPLATES[attributes.kind.groupResource];
  if (path === undefined) return;
  const { warn } = policyOf(at(store.get('namespaces', attributes.namespace), 'metadata', 'labels'));
  const template = at(object, ...path);
  if (warn.level !== 'privileged' && template !== undefined) warnOf(warn, podLike(template), attributes.warn);
}

function warnOf(standard: Standard, pod: PodLike, warn: (text: string) => void): void {
  const found = violations(standard, pod);
  if (found.length > 0) warn(`would violate PodSecurity "${standardName(standard)}": ${details(found)}`);
}

function podLike(pod: JsonObject): PodLike {
  return { metadata: at(pod, 'metadata'), spec: at(pod, 'spec') ?? {} };
}

/** Whether an update of a pod brings containers or images that it did not have. */
function changesContainers(pod: JsonObject, old: JsonObject): boolean {
  const [spec, before] = [at(pod, 'spec'), at(old, 'spec')];
  const images = (of: JsonObject | undefined, key: string) =>
    items(of, key).map((container) => text(container, 'image'));
  const isSame = (key: string) => JSON.stringify(images(spec, key)) === JSON.stringify(images(before, key));
  if (!isSame('containers') || !isSame('initContainers')) return true;
  const known = new Map(
    items(before, 'ephemeralContainers').map((container) => [text(container, 'name'), text(container, 'image')]),
  );
  return items(spec, 'ephemeralContainers').some(
    (container) => known.get(text(container, 'name')) !== text(container, 'image'),
  );
}
