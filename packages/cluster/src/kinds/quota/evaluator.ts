import { type JsonObject, parseQuantity, quantityAsInteger, quantityOf } from '@opwright/machinery';
import type { ServedKind } from '../kind.ts';
import { at, field, items, text } from '../tree.ts';
import { type Amounts, counts, names, readAmounts } from './amounts.ts';
import { isNative, podUsage, quotaAmounts } from './pod-usage.ts';
import { hasScopes, podInScopes } from './scopes.ts';

/** How quotas see the objects of one resource. */
export interface QuotaEvaluator {
  /** An update can use more. */
  readonly onUpdate: boolean;
  /** Whether a quota for `resource` is about these objects. */
  counts(resource: string): boolean;
  usage(object: JsonObject, nowMs: number): Amounts;
  /** Whether the quota's scopes let it count an object. */
  inScopes(quota: JsonObject, object: JsonObject): boolean;
  /** What an object has to say that it does not, given the resources that a quota limits; '' for nothing. */
  missing(object: JsonObject, resources: readonly string[]): string;
}

/** What is not stored, and events, which nobody has ever counted. */
const IGNORED =
  /^(?:bindings|componentstatuses|events|events\.events\.k8s\.io|.*\.authentication\.k8s\.io|.*\.authorization\.k8s\.io)$/;

/** Undefined for what no quota counts. */
export function evaluatorFor({ groupResource, scope }: ServedKind): QuotaEvaluator | undefined {
  if (scope === 'Cluster' || IGNORED.test(groupResource)) return undefined;
  return special[groupResource] ?? counting(groupResource);
}

/** Objects that are only counted. Some have had a name of their own for that before others could be counted. */
function counting(groupResource: string): QuotaEvaluator {
  let evaluator = countingEvaluators.get(groupResource);
  if (evaluator === undefined) {
    const known = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'].includes(groupResource);
    const resources = [`count/${groupResource}`, ...(known ? [groupResource] : [])];
    const usage = counts(Object.fromEntries(resources.map((name) => [name, 1])));
    evaluator = { ...simple, counts: (resource) => usage.has(resource), usage: () => usage };
    countingEvaluators.set(groupResource, evaluator);
  }
  return evaluator;
}

const countingEvaluators = new Map<string, QuotaEvaluator>();

const simple = {
  onUpdate: false,
  inScopes: (quota: JsonObject) => !hasScopes(quota),
  missing: () => '',
};

const podResources: ReadonlySet<string> = new Set(
  ['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
);

/** Of these a quota demands that every container says how much it wants. */
const demanded = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

const pods: QuotaEvaluator = {
  onUpdate: false,
  counts: (resource) =>
    resource === 'pods' ||
    resource === 'count/pods' ||
    podResources.has(resource) ||
    /^(?:requests\.)?hugepages-/.test(resource) ||
    (!isNative(resource) && resource.startsWith('requests.')),
  usage: podUsage,
  inScopes: podInScopes,
  missing(pod, resources) {
    const wanted = demanded.filter((name) => resources.includes(name)).sort();
    const spec = at(pod, 'spec');
    const containers = [...items(spec, 'containers'), ...items(spec, 'initContainers')];
    const lacking = wanted.flatMap((name) => {
      const without = containers.filter((container) => {
        const resources = at(container, 'resources');
        return !quotaAmounts(readAmounts(at(resources, 'requests')), readAmounts(at(resources, 'limits'))).has(name);
      });
      if (without.length === 0) return [];
      return [`${name} for: ${[...new Set(without.map((container) => text(container, 'name')))].sort().join(',')}`];
    });
    return lacking.length === 0 ? '' : `must specify ${lacking.join('; ')}`;
  },
};

const services: QuotaEvaluator = {
  ...simple,
  onUpdate: true,
  counts: (resource) =>
    ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'].includes(resource),
  usage(service) {
    const spec = at(service, 'spec');
    const ports = items(spec, 'ports');
    const type = text(spec, 'type');
    const explicit = field(spec, 'allocateLoadBalancerNodePorts') === false;
    const allocated = explicit ? ports.filter((port) => field(port, 'nodePort') !== undefined) : ports;
    const nodePorts = type === 'NodePort' ? ports.length : type === 'LoadBalancer' ? allocated.length : 0;
    return counts({
      'count/services': 1,
      services: 1,
      'services.loadbalancers': type === 'LoadBalancer' ? 1 : 0,
      'services.nodeports': nodePorts,
    });
  },
};

const ofClass = '.storageclass.storage.k8s.io/';

const claims: QuotaEvaluator = {
  ...simple,
  onUpdate: true,
  counts: (resource) =>
    ['count/persistentvolumeclaims', 'persistentvolumeclaims', 'requests.storage'].includes(resource) ||
    ['persistentvolumeclaims', 'requests.storage'].some((name) => resource.endsWith(`${ofClass}${name}`)),
  usage(claim) {
    const result = new Map(counts({ persistentvolumeclaims: 1, 'count/persistentvolumeclaims': 1 }));
    const spec = at(claim, 'spec');
    const annotation = text(at(claim, 'metadata', 'annotations'), 'volume.beta.kubernetes.io/storage-class');
    const storageClass = annotation || text(spec, 'storageClassName');
    const add = (name: string, amount: ReturnType<typeof quantityOf>) => {
      result.set(name, amount);
      if (storageClass !== '') result.set(`${storageClass}${ofClass}${name}`, amount);
    };
    add('persistentvolumeclaims', quantityOf(1));
    const requested = field(at(spec, 'resources', 'requests'), 'storage');
    if (requested !== undefined) {
      const amount = parseQuantity(String(requested));
      const whole = quantityAsInteger(amount);
      const isWhole = amount.nanos % 1_000_000_000n === 0n;
      add('requests.storage', isWhole ? amount : quantityOf(whole, amount.format));
    }
    return result;
  },
};

const special: Readonly<Record<string, QuotaEvaluator>> = { pods, services, persistentvolumeclaims: claims };

/** The resources of a quota that are about an evaluator's objects. */
export function countedBy(evaluator: QuotaEvaluator, hard: Amounts): readonly string[] {
  return names(hard).filter((resource) => evaluator.counts(resource));
}
