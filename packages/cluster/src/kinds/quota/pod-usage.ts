import { type JsonObject, parseQuantity, type Quantity, validateQualifiedName } from '@opwright/machinery';
import { at, field, int, items, text } from '../tree.ts';
import { type Amounts, counts, most, readAmounts, sum } from './amounts.ts';

/** What a pod counts for. One that has ended counts only as an object. */
export function podUsage(pod: JsonObject, nowMs: number): Amounts {
  const object = counts({ 'count/pods': 1 });
  if (!isActive(pod, nowMs)) return object;
  const overhead = readAmounts(at(pod, 'spec', 'overhead'));
  const requests = sum(podTotals(pod, 'requests'), overhead);
  const limits = podTotals(pod, 'limits');
  const covered = new Map([...overhead].filter(([name]) => (limits.get(name)?.nanos ?? 0n) !== 0n));
  return sum(object, quotaAmounts(requests, sum(limits, covered)));
}

/** Whether a pod still uses anything. */
export function isActive(pod: JsonObject, nowMs: number): boolean {
  const phase = text(at(pod, 'status'), 'phase');
  if (phase === 'Failed' || phase === 'Succeeded') return false;
  const metadata = at(pod, 'metadata');
  const deleted = field(metadata, 'deletionTimestamp');
  if (typeof deleted !== 'string' || field(metadata, 'deletionGracePeriodSeconds') === undefined) return true;
  return nowMs <= Date.parse(deleted) + int(metadata, 'deletionGracePeriodSeconds') * 1000;
}

/**
 * What the containers of a pod take together: the sum of those that run side by side, or the most that one of those before
 * takes, with the ones beside it that keep running.
 */
export function podTotals(pod: JsonObject, key: 'requests' | 'limits'): Amounts {
  const spec = at(pod, 'spec');
  const of = (container: JsonObject) => readAmounts(at(container, 'resources', key));
  let running: Amounts = new Map();
  for (const container of items(spec, 'containers')) running = sum(running, of(container));
  let sidecars: Amounts = new Map();
  let peak: Amounts = new Map();
  for (const container of items(spec, 'initContainers')) {
    if (text(container, 'restartPolicy') === 'Always') {
      running = sum(running, of(container));
      sidecars = sum(sidecars, of(container));
      peak = most(peak, sidecars);
    } else peak = most(peak, sum(of(container), sidecars));
  }
  return most(running, peak);
}

/** Requests and limits under the names that quotas have for them. */
export function quotaAmounts(requests: Amounts, limits: Amounts): Amounts {
  const result = new Map<string, Quantity>([['pods', parseQuantity('1')]]);
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request !== undefined) result.set(name, request).set(`requests.${name}`, request);
    if (limit !== undefined) result.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (name.startsWith('hugepages-')) result.set(name, request).set(`requests.${name}`, request);
    if (isExtended(name)) result.set(`requests.${name}`, request);
  }
  return result;
}

/** A resource of somebody else: `example.com/gpu`. */
export function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && validateQualifiedName(`requests.${name}`).length === 0;
}

/** A resource of Kubernetes itself. */
export function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}
