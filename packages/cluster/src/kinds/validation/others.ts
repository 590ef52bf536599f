import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  unsupportedValue,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../tree.ts';
import { oneOf } from './checks.ts';
import { immutable } from './immutable.ts';
import { intOrPercentErrors } from './int-or-percent.ts';
import { labelSelectorErrors } from './label-selector.ts';

/* Kinds with few rules. */

const NO_RULES = new RawGoText('[]networking.IngressRule(nil)');

export function validateHorizontalPodAutoscaler(autoscaler: JsonObject): FieldError[] {
  const spec = at(autoscaler, 'spec');
  const [min, max] = [int(spec, 'minReplicas'), int(spec, 'maxReplicas')];
  const errors: FieldError[] = [];
  if (field(spec, 'minReplicas') !== undefined && min < 1) {
    errors.push(invalidValue('spec.minReplicas', min, 'must be greater than or equal to 1'));
  }
  if (max < 1) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than 0'));
  if (max < min) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  for (const key of ['kind', 'name']) {
    if (text(at(spec, 'scaleTargetRef'), key) === '') errors.push(requiredValue(`spec.scaleTargetRef.${key}`));
  }
  return errors;
}

export function validatePodDisruptionBudget(budget: JsonObject): FieldError[] {
  const spec = at(budget, 'spec');
  const errors: FieldError[] = [];
  if (field(spec, 'minAvailable') !== undefined && field(spec, 'maxUnavailable') !== undefined) {
    // Go prints the whole struct here.
    const value = new RawGoText('policy.PodDisruptionBudgetSpec{}');
    errors.push(invalidValue('spec', value, 'minAvailable and maxUnavailable cannot be both set'));
  }
  errors.push(...intOrPercentErrors(spec, 'minAvailable', 'spec'));
  errors.push(...intOrPercentErrors(spec, 'maxUnavailable', 'spec'));
  errors.push(...labelSelectorErrors(at(spec, 'selector'), 'spec.selector'));
  return errors;
}

export function validateNetworkPolicy(policy: JsonObject): FieldError[] {
  return labelSelectorErrors(at(policy, 'spec', 'podSelector'), 'spec.podSelector');
}

export function validateIngress(ingress: JsonObject): FieldError[] {
  const spec = at(ingress, 'spec');
  const rules = items(spec, 'rules');
  const errors: FieldError[] = [];
  if (rules.length === 0 && at(spec, 'defaultBackend') === undefined) {
    errors.push(invalidValue('spec', NO_RULES, 'either `defaultBackend` or `rules` must be specified'));
  }
  for (const [index, rule] of rules.entries()) {
    const host = text(rule, 'host');
    const here = `spec.rules[${index}]`;
    if (host !== '' && !host.startsWith('*')) {
      for (const why of validateDns1123Subdomain(host)) errors.push(invalidValue(`${here}.host`, host, why));
    }
    const http = at(rule, 'http');
    if (http !== undefined && items(http, 'paths').length === 0) errors.push(requiredValue(`${here}.http.paths`));
    for (const [position, path] of items(http, 'paths').entries()) {
      errors.push(...ingressPathErrors(path, `${here}.http.paths[${position}]`));
    }
  }
  return errors;
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function ingressPathErrors(path: JsonObject, here: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = text(path, 'pathType');
  if (type === '') errors.push(requiredValue(`${here}.pathType`, 'pathType must be specified'));
  else if (!pathTypes.includes(type)) errors.push(unsupportedValue(`${here}.pathType`, type, pathTypes));
  else if (type !== 'ImplementationSpecific' && !text(path, 'path').startsWith('/')) {
    errors.push(invalidValue(`${here}.path`, text(path, 'path'), 'must be an absolute path'));
  }
  const service = at(path, 'backend', 'service');
  if (service !== undefined && text(service, 'name') === '') errors.push(requiredValue(`${here}.backend.service.name`));
  return errors;
}

export function validateLease(lease: JsonObject): FieldError[] {
  const spec = at(lease, 'spec');
  const errors: FieldError[] = [];
  const duration = field(spec, 'leaseDurationSeconds');
  if (typeof duration === 'number' && duration <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  }
  const transitions = field(spec, 'leaseTransitions');
  if (typeof transitions === 'number' && transitions < 0) {
    errors.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  }
  return errors;
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

export function validateStorageClass(storageClass: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  if (text(storageClass, 'provisioner') === '') errors.push(requiredValue('provisioner'));
  errors.push(...oneOf(storageClass, 'reclaimPolicy', '', ['Delete', 'Retain']));
  errors.push(...oneOf(storageClass, 'volumeBindingMode', '', ['Immediate', 'WaitForFirstConsumer']));
  return errors;
}

export function validateStorageClassUpdate(storageClass: JsonObject, old: JsonObject): FieldError[] {
  const fixed = [
    ['parameters', 'updates to parameters are forbidden.'],
    ['provisioner', 'updates to provisioner are forbidden.'],
    ['reclaimPolicy', 'updates to reclaimPolicy are forbidden.'],
  ] as const;
  const errors = fixed
    .filter(([key]) => JSON.stringify(field(storageClass, key)) !== JSON.stringify(field(old, key)))
    .map(([key, detail]) => forbiddenValue(key, detail));
  return [...errors, ...immutable(storageClass, old, 'volumeBindingMode', '')];
}

export function validateEndpointSlice(slice: JsonObject): FieldError[] {
  const type = text(slice, 'addressType');
  const supported = ['FQDN', 'IPv4', 'IPv6'];
  if (type === '') return [requiredValue('addressType')];
  const errors = oneOf(slice, 'addressType', '', supported);
  for (const [index, endpoint] of items(slice, 'endpoints').entries()) {
    if (texts(endpoint, 'addresses').length === 0) {
      errors.push(requiredValue(`endpoints[${index}].addresses`, 'must contain at least 1 address'));
    }
  }
  return errors;
}

export function validateEndpointSliceUpdate(slice: JsonObject, old: JsonObject): FieldError[] {
  return immutable(slice, old, 'addressType', '');
}

export function validateAPIService(apiService: JsonObject): FieldError[] {
  const spec = at(apiService, 'spec');
  const name = text(at(apiService, 'metadata'), 'name');
  const expected = `${text(spec, 'version')}.${text(spec, 'group')}`;
  return name === expected
    ? []
    : [invalidValue('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${expected}"`)];
}
