import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  unsupportedValue,
} from '@opwright/machinery';
import { at, bool, field, int, text } from '../tree.ts';
import { nonNegative, presentOneOf, qualifiedNameErrors, requiredOneOf } from './checks.ts';
import { immutable } from './immutable.ts';
import { atMostAllErrors, intOrPercentErrors } from './int-or-percent.ts';
import { labelSelectorErrors } from './label-selector.ts';

/* Kinds with few rules. */

export function validatePodDisruptionBudget(budget: JsonObject): FieldError[] {
  const spec = at(budget, 'spec');
  const errors: FieldError[] = [];
  if (field(spec, 'minAvailable') !== undefined && field(spec, 'maxUnavailable') !== undefined) {
    // Go prints the whole struct here.
    const value = new RawGoText('policy.PodDisruptionBudgetSpec{}');
    errors.push(invalidValue('spec', value, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const key of ['minAvailable', 'maxUnavailable']) {
    errors.push(...intOrPercentErrors(spec, key, 'spec'), ...atMostAllErrors(spec, key, 'spec'));
  }
  return [
    ...errors,
    ...labelSelectorErrors(at(spec, 'selector'), 'spec.selector'),
    ...presentOneOf(spec, 'unhealthyPodEvictionPolicy', 'spec', ['AlwaysAllow', 'IfHealthyBudget']),
  ];
}

export function validateLease(lease: JsonObject): FieldError[] {
  const spec = at(lease, 'spec');
  const [duration, strategy] = [field(spec, 'leaseDurationSeconds'), field(spec, 'strategy')];
  const errors: FieldError[] = [];
  if (duration !== undefined && int(spec, 'leaseDurationSeconds') <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  }
  errors.push(...nonNegative(spec, 'leaseTransitions', 'spec'));
  if (strategy !== undefined) errors.push(...strategyErrors(String(strategy)));
  if (text(spec, 'preferredHolder') !== '' && (strategy ?? '') === '') {
    errors.push(forbiddenValue('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  }
  return errors;
}

/** A name of Kubernetes', or anybody's below a domain. */
function strategyErrors(strategy: string): FieldError[] {
  const path = 'spec.strategy';
  if (strategy.includes('/')) return qualifiedNameErrors(strategy, path);
  const known = ['OldestEmulationVersion'];
  return known.includes(strategy) ? [] : [unsupportedValue(path, strategy, known)];
}

const highestUserPriority = 1_000_000_000;
const systemPriorities: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

/** Of a new one. */
export function validatePriorityClass(priorityClass: JsonObject, old: JsonObject | undefined): FieldError[] {
  if (old !== undefined) return [];
  const value = int(priorityClass, 'value');
  const isTooHigh = value > highestUserPriority && !text(at(priorityClass, 'metadata'), 'name').startsWith('system-');
  const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
  return [
    ...reservedNameErrors(priorityClass),
    ...(isTooHigh ? [forbiddenValue('value', detail)] : []),
    ...(field(priorityClass, 'preemptionPolicy') === undefined
      ? []
      : requiredOneOf(priorityClass, 'preemptionPolicy', '', ['PreemptLowerPriority', 'Never'])),
  ];
}

function reservedNameErrors(priorityClass: JsonObject): FieldError[] {
  const name = text(at(priorityClass, 'metadata'), 'name');
  if (!name.startsWith('system-')) return [];
  const wanted = systemPriorities.get(name);
  const why = () => {
    if (wanted === undefined) return `${name} is not a known system priority class`;
    if (wanted !== int(priorityClass, 'value')) return `value of ${name} PriorityClass must be ${wanted}`;
    return bool(priorityClass, 'globalDefault') ? `globalDefault of ${name} PriorityClass must be false` : undefined;
  };
  const error = why();
  if (error === undefined) return [];
  const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${error}`;
  return [forbiddenValue('metadata.name', detail)];
}

export function validatePriorityClassUpdate(priorityClass: JsonObject, old: JsonObject): FieldError[] {
  const isSame = int(priorityClass, 'value') === int(old, 'value');
  return [
    ...(isSame ? [] : [forbiddenValue('value', 'may not be changed in an update.')]),
    ...immutable(priorityClass, old, 'preemptionPolicy', ''),
  ];
}
