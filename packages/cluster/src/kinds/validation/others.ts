import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  unsupportedValue,
} from '@opwright/machinery';
import { at, field, int, text } from '../tree.ts';
import { nonNegative, presentOneOf, qualifiedNameErrors } from './checks.ts';
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

export function validatePriorityClass(priorityClass: JsonObject): FieldError[] {
  const name = text(at(priorityClass, 'metadata'), 'name');
  const system = name === 'system-cluster-critical' || name === 'system-node-critical';
  if (!system && name.startsWith('system-')) {
    const detail = "priority class names with 'system-' prefix are reserved for system use only";
    return [forbiddenValue('metadata.name', detail)];
  }
  if (!system && int(priorityClass, 'value') > highestUserPriority) {
    return [forbiddenValue('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`)];
  }
  return [];
}

export function validatePriorityClassUpdate(priorityClass: JsonObject, old: JsonObject): FieldError[] {
  const changed = ['value', 'preemptionPolicy'].filter((key) => field(priorityClass, key) !== field(old, key));
  return changed.map((key) =>
    key === 'value' ? forbiddenValue('value', 'may not be changed in an update.') : immutablePolicy(priorityClass),
  );
}

function immutablePolicy(priorityClass: JsonObject): FieldError {
  return invalidValue('preemptionPolicy', text(priorityClass, 'preemptionPolicy'), 'field is immutable');
}

export function validateAPIService(apiService: JsonObject): FieldError[] {
  const spec = at(apiService, 'spec');
  const name = text(at(apiService, 'metadata'), 'name');
  const expected = `${text(spec, 'version')}.${text(spec, 'group')}`;
  return name === expected
    ? []
    : [invalidValue('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${expected}"`)];
}
