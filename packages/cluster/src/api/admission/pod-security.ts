import type { JsonObject } from '@opwright/machinery';
import type { PodLike } from '../../kinds/pod-security/check.ts';
import {
  compareLevels,
  details,
  isSamePolicy,
  isSameStandard,
  type PodSecurityDefaults,
  type PodSecurityPolicy,
  PRIVILEGED,
  policyByDefault,
  policyOf,
  policyText,
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

/** What the plugin may be told (a PodSecurityConfiguration). */
export interface PodSecurityConfiguration {
  readonly defaults?: PodSecurityDefaults;
  /** What is held to nothing. */
  readonly exemptions?: {
    readonly usernames?: readonly string[];
    readonly namespaces?: readonly string[];
    readonly runtimeClasses?: readonly string[];
  };
}

/** What a check goes by. */
interface Context {
  readonly store: Store;
  readonly defaults: PodSecurityPolicy;
  readonly exemptions: NonNullable<PodSecurityConfiguration['exemptions']>;
}

/**
 * Holds pods to the Pod Security Standard that their namespace names by its labels.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 * @throws Error naming what is wrong with the configuration
 */
export function podSecurityAdmission(
  store: Store,
  { defaults, exemptions = {} }: PodSecurityConfiguration = {},
): AdmissionPlugin {
  const context: Context = { store, defaults: policyByDefault(defaults), exemptions };
  return {
    name: 'PodSecurity',
    validate(attributes, object) {
      const { operation, kind, subresource } = attributes;
      if ((operation !== 'CREATE' && operation !== 'UPDATE') || object === undefined) return;
      if (kind.storage === 'namespaces') {
        if (subresource === '') validateNamespace(attributes, object, context);
      } else if (kind.storage === 'pods') validatePod(attributes, object, context);
      else if (subresource === '') warnOfTemplate(attributes, object, context);
    },
  };
}

function validateNamespace(attributes: AdmissionAttributes, object: JsonObject, context: Context): void {
  const { kind, name, operation, old, warn } = attributes;
  const { defaults, exemptions } = context;
  const labels = at(object, 'metadata', 'labels');
  const policy = policyOf(labels, defaults);
  const before = operation === 'UPDATE' ? policyOf(at(old, 'metadata', 'labels'), defaults) : undefined;
  const isExempt = exemptions.namespaces?.includes(text(at(object, 'metadata'), 'name')) === true;
  const { errors, enforce } = policy;
  if (errors.length > 0 && JSON.stringify(errors) !== JSON.stringify(before?.errors ?? [])) {
    throw invalid(kind, name, errors);
  }
  if (before !== undefined) {
    if (isSameStandard(enforce, before.enforce) || enforce.level === 'privileged') return;
    if (enforce.version === before.enforce.version && compareLevels(enforce.level, before.enforce.level) <= 0) return;
  }
  if (isExempt) {
    if (isSamePolicy(policy, PRIVILEGED) || isSamePolicy(policy, defaults)) return;
    const ignored = `the policy (${policyText(policy, labels)}) will be ignored`;
    warn(`namespace "${text(at(object, 'metadata'), 'name')}" is exempt from Pod Security, and ${ignored}`);
  } else if (before !== undefined) {
    for (const warning of existingViolations(context, name, enforce)) warn(warning);
  }
}

/** Of pods that are there already; they stay. */
function existingViolations(context: Context, namespace: string, standard: Standard): readonly string[] {
  const all = context.store.list('pods', { namespace }).items;
  const pods = firstOfEach(all.filter((pod) => !isExemptClass(context, podLike(pod))));
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

/** Namespaces and users may be held to nothing. */
function isExemptRequest({ exemptions }: Context, { namespace, user }: AdmissionAttributes): boolean {
  return exemptions.namespaces?.includes(namespace) === true || exemptions.usernames?.includes(user.name) === true;
}

/** And so may pods of a runtime class. */
function isExemptClass({ exemptions }: Context, { spec }: PodLike): boolean {
  return exemptions.runtimeClasses?.includes(text(spec, 'runtimeClassName')) === true;
}

function policyOfNamespace({ store, defaults }: Context, namespace: string): PodSecurityPolicy {
  return policyOf(at(store.get('namespaces', namespace), 'metadata', 'labels'), defaults);
}

function validatePod(attributes: AdmissionAttributes, object: JsonObject, context: Context): void {
  const { namespace, operation, subresource, old, warn } = attributes;
  if (!podSubresources.has(subresource) || isExemptRequest(context, attributes)) return;
  const { enforce, warn: warned } = policyOfNamespace(context, namespace);
  if (enforce.level === 'privileged' && warned.level === 'privileged') return;
  if (operation === 'UPDATE' && old !== undefined && !changesContainers(object, old)) return;
  const pod = podLike(object);
  if (isExemptClass(context, pod)) return;
  const forbidden = violations(enforce, pod);
  if (forbidden.length > 0) {
    throw refused(attributes, object, `violates PodSecurity "${standardName(enforce)}": ${details(forbidden)}`);
  }
  warnOf(warned, pod, warn);
}

function warnOfTemplate(attributes: AdmissionAttributes, object: JsonObject, context: Context): void {
  const path = TEMPLATES[attributes.kind.groupResource];
  if (path === undefined || isExemptRequest(context, attributes)) return;
  const { warn } = policyOfNamespace(context, attributes.namespace);
  const template = at(object, ...path);
  if (warn.level === 'privileged' || template === undefined) return;
  const pod = podLike(template);
  if (!isExemptClass(context, pod)) warnOf(warn, pod, attributes.warn);
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
