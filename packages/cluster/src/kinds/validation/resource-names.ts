import {
  compareQuantities,
  type FieldError,
  goQuote,
  invalidValue,
  parseQuantity,
  RawGoText,
  validateQualifiedName,
} from '@opwright/machinery';
import { isExtended, isNative } from '../quota/pod-usage.ts';
import { NEGATIVE } from './checks.ts';

/* Names and amounts of resources: what can be requested, limited and counted. */

function set(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}

const compute = 'cpu memory limits.cpu limits.memory requests.cpu requests.memory';
const ephemeral = 'ephemeral-storage requests.ephemeral-storage limits.ephemeral-storage';
const counted =
  'pods resourcequotas services replicationcontrollers secrets configmaps persistentvolumeclaims services.nodeports services.loadbalancers';
const quotaResources = set(`${compute} ${ephemeral} requests.storage ${counted}`);
const countedResources = set(counted);
const podResources = set(`pods ${compute}`);
const containerResources = set('cpu memory ephemeral-storage');
const hugePages = /^(?:requests\.)?hugepages-/;

/** An amount as Go prints its struct, as far as that is a fact. */
export function goAmount(amount: string | undefined): RawGoText {
  return new RawGoText(`resource.Quantity{s:${goQuote(amount ?? '')}}`);
}

/** A resource that quotas know. */
export function isQuotaResource(name: string): boolean {
  return quotaResources.has(name) || hugePages.test(name);
}

/** A resource of pods that quotas with a scope can limit. */
export function isPodResource(name: string): boolean {
  return podResources.has(name);
}

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** More may be promised than there is. */
export function canBeOvercommitted(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

/** The name of a resource of Kubernetes, or one with a domain. */
export function resourceNameErrors(name: string, path: string): FieldError[] {
  const errors = validateQualifiedName(name).map((why) => invalidValue(path, new RawGoText(name), why));
  if (errors.length > 0 || name.includes('/')) return errors;
  return isQuotaResource(name) || name === 'storage'
    ? []
    : [invalidValue(path, new RawGoText(name), 'must be a standard resource type or fully qualified')];
}

/** The name of a resource that a container can have. */
export function containerResourceNameErrors(name: string, path: string): FieldError[] {
  const errors = resourceNameErrors(name, path);
  const wrong = (why: string) => [...errors, invalidValue(path, new RawGoText(name), why)];
  if (name.split('/').length === 1) {
    if (containerResources.has(name) || isHugePages(name)) return errors;
    return wrong('must be a standard resource for containers');
  }
  return isNative(name) || isExtended(name) ? errors : wrong("doesn't follow extended resource name standard");
}

/** An amount of a resource: not below nothing, and whole where it is counted in pieces. */
export function amountErrors(name: string, amount: string, path: string): FieldError[] {
  const errors = compareQuantities(amount, '0') < 0 ? [invalidValue(path, amount, NEGATIVE)] : [];
  const isCounted = countedResources.has(name) || isExtended(name);
  if (isCounted && parseQuantity(amount).nanos % 1_000_000_000n !== 0n) {
    errors.push(invalidValue(path, goAmount(amount), 'must be an integer'));
  }
  return errors;
}
