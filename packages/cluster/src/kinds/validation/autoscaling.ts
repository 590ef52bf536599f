import {
  compareQuantities,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
  validatePathSegment,
} from '@opwright/machinery';
import { at, field, int, items, text } from '../tree.ts';
import { NOT_POSITIVE, nonNegative, presentOneOf, requiredName, textErrors } from './checks.ts';
import { goStruct } from './go-values.ts';
import { containerResourceNameErrors } from './resource-names.ts';

/** Of the form of autoscaling/v2, which is that of the store. */
export function validateHorizontalPodAutoscaler(autoscaler: JsonObject, old?: JsonObject): FieldError[] {
  const spec = at(autoscaler, 'spec');
  const [min, max] = [int(spec, 'minReplicas'), int(spec, 'maxReplicas')];
  const hasMin = field(spec, 'minReplicas') !== undefined;
  const lowest = field(at(old, 'spec'), 'minReplicas') === 0 ? 0 : 1;
  const errors: FieldError[] = [];
  if (hasMin && min < lowest) {
    errors.push(invalidValue('spec.minReplicas', min, `must be greater than or equal to ${lowest}`));
  }
  if (max < 1) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than 0'));
  if (hasMin && max < min) {
    errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  }
  const metrics = items(spec, 'metrics');
  errors.push(
    ...referenceErrors(at(spec, 'scaleTargetRef'), 'spec.scaleTargetRef'),
    ...metrics.flatMap((metric, index) => metricErrors(metric, `spec.metrics[${index}]`)),
  );
  if (hasMin && min === 0 && !metrics.some((metric) => ['Object', 'External'].includes(text(metric, 'type')))) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbiddenValue('spec.metrics', why));
  }
  const behavior = at(spec, 'behavior');
  for (const key of ['scaleUp', 'scaleDown']) {
    const rules = at(behavior, key);
    if (rules !== undefined) errors.push(...scalingErrors(rules, `spec.behavior.${key}`));
  }
  return errors;
}

function referenceErrors(reference: JsonObject | undefined, path: string): FieldError[] {
  return ['kind', 'name'].flatMap((key) => requiredName(reference, key, path, validatePathSegment));
}

const LONGEST_WINDOW = 3600;
const LONGEST_PERIOD = 1800;

function scalingErrors(rules: JsonObject, path: string): FieldError[] {
  const policies = items(rules, 'policies');
  return [
    ...withinLimit(
      rules,
      'stabilizationWindowSeconds',
      path,
      0,
      LONGEST_WINDOW,
      'must be greater than or equal to zero',
    ),
    ...presentOneOf(rules, 'selectPolicy', path, ['Disabled', 'Max', 'Min']),
    ...(policies.length === 0 ? [requiredValue(`${path}.policies`, 'must specify at least one Policy')] : []),
    ...policies.flatMap((policy, index) => scalingPolicyErrors(policy, `${path}.policies[${index}]`)),
  ];
}

function scalingPolicyErrors(policy: JsonObject, path: string): FieldError[] {
  const [type, value] = [text(policy, 'type'), int(policy, 'value')];
  const types = ['Percent', 'Pods'];
  return [
    ...(types.includes(type) ? [] : [unsupportedValue(`${path}.type`, type, types)]),
    ...(value > 0 ? [] : [invalidValue(`${path}.value`, value, NOT_POSITIVE)]),
    ...withinLimit(policy, 'periodSeconds', path, 1, LONGEST_PERIOD, NOT_POSITIVE),
  ];
}

function withinLimit(
  object: JsonObject,
  key: string,
  path: string,
  least: number,
  most: number,
  tooLittle: string,
): FieldError[] {
  const value = int(object, key);
  const why = value < least ? tooLittle : value > most ? `must be less than or equal to ${most}` : undefined;
  return why === undefined ? [] : [invalidValue(`${path}.${key}`, value, why)];
}

type SourceCheck = (source: JsonObject, path: string) => FieldError[];

const RAW_OR_UTILIZATION = 'a target raw value or a target utilization';

/** In the order in which Kubernetes looks for them. */
const sources: Readonly<Record<string, SourceCheck>> = {
  object: (source, path) => [
    ...referenceErrors(at(source, 'describedObject'), `${path}.describedObject`),
    ...identifierErrors(source, path),
    ...targetErrors(source, path),
    ...oneTarget(
      source,
      path,
      ['value', 'averageValue'],
      'averageValue',
      'must set either a target value or averageValue',
    ),
  ],
  external: (source, path) => {
    const words = 'a target value for metric and a per-pod target';
    return [
      ...identifierErrors(source, path),
      ...targetErrors(source, path),
      ...oneTarget(
        source,
        path,
        ['value', 'averageValue'],
        'averageValue',
        `must set either ${words.replace(' and ', ' or ')}`,
      ),
      ...notBoth(source, path, ['value', 'averageValue'], 'value', `may not set both ${words}`),
    ];
  },
  pods: (source, path) => [
    ...identifierErrors(source, path),
    ...targetErrors(source, path),
    ...oneTarget(source, path, ['averageValue'], 'averageValue', 'must specify a positive target averageValue'),
  ],
  resource: (source, path) => [
    ...(text(source, 'name') === '' ? [requiredValue(`${path}.name`, 'must specify a resource name')] : []),
    ...resourceTargetErrors(source, path),
  ],
  containerResource: (source, path) => {
    const [name, container] = [text(source, 'name'), text(source, 'container')];
    return [
      ...(name === ''
        ? [requiredValue(`${path}.name`, 'must specify a resource name')]
        : containerResourceNameErrors(name, `${path}.name`)),
      ...(container === ''
        ? [requiredValue(`${path}.container`, 'must specify a container')]
        : textErrors(container, `${path}.container`, validateDns1123Label)),
      ...resourceTargetErrors(source, path),
    ];
  },
};

const types: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

function metricErrors(metric: JsonObject, path: string): FieldError[] {
  const type = text(metric, 'type');
  const present = Object.keys(sources).filter((key) => at(metric, key) !== undefined);
  const [first] = present;
  const expected = types[type];
  const errors: FieldError[] = [];
  const unknown = unsupportedValue(`${path}.type`, type, Object.keys(types));
  if (type === '') errors.push(requiredValue(`${path}.type`, 'must specify a metric source type'));
  if (expected === undefined) errors.push(unknown);
  if (first !== undefined) errors.push(...sources[first]!(at(metric, first)!, `${path}.${first}`));
  if (expected === undefined) errors.push(unknown);
  else if (!present.includes(expected)) {
    errors.push(requiredValue(`${path}.${expected}`, 'must populate information for the given metric source'));
  }
  if (present.length === 1) return errors;
  const others = present.filter((key) => key !== expected);
  return [
    ...errors,
    ...others.map((key) => forbiddenValue(`${path}.${key}`, 'must populate the given metric source only')),
  ];
}

function identifierErrors(source: JsonObject, path: string): FieldError[] {
  const name = text(at(source, 'metric'), 'name');
  const here = `${path}.metric.name`;
  if (name === '') return [requiredValue(here, 'must specify a metric name')];
  return textErrors(name, here, validatePathSegment);
}

function targetErrors(source: JsonObject, path: string): FieldError[] {
  const target = at(source, 'target');
  const here = `${path}.target`;
  const type = text(target, 'type');
  const errors: FieldError[] = [];
  if (type === '') errors.push(requiredValue(`${here}.type`, 'must specify a metric target type'));
  if (!['AverageValue', 'Utilization', 'Value'].includes(type)) {
    errors.push(invalidValue(`${here}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const key of ['value', 'averageValue']) {
    const amount = field(target, key);
    if (amount === undefined || compareQuantities(String(amount), '0') > 0) continue;
    errors.push(invalidValue(`${here}.${key}`, goStruct('resource.Quantity'), 'must be positive'));
  }
  const utilization = field(target, 'averageUtilization');
  if (utilization !== undefined && int(target, 'averageUtilization') < 1) {
    errors.push(invalidValue(`${here}.averageUtilization`, utilization, 'must be greater than 0'));
  }
  return errors;
}

function resourceTargetErrors(source: JsonObject, path: string): FieldError[] {
  const keys = ['averageUtilization', 'averageValue'];
  const [either, both] = [`must set either ${RAW_OR_UTILIZATION}`, 'a target raw value and a target utilization'];
  return [
    ...targetErrors(source, path),
    ...oneTarget(source, path, keys, 'averageUtilization', either),
    ...notBoth(source, path, keys, 'averageValue', `may not set both ${both}`),
  ];
}

function countOf(source: JsonObject, keys: readonly string[]): number {
  return keys.filter((key) => field(at(source, 'target'), key) !== undefined).length;
}

function oneTarget(source: JsonObject, path: string, keys: readonly string[], at: string, why: string): FieldError[] {
  return countOf(source, keys) === 0 ? [requiredValue(`${path}.target.${at}`, why)] : [];
}

function notBoth(source: JsonObject, path: string, keys: readonly string[], at: string, why: string): FieldError[] {
  return countOf(source, keys) === 2 ? [forbiddenValue(`${path}.target.${at}`, why)] : [];
}

export function validateHorizontalPodAutoscalerStatusUpdate(autoscaler: JsonObject): FieldError[] {
  const status = at(autoscaler, 'status');
  return ['currentReplicas', 'desiredReplicas'].flatMap((key) => nonNegative(status, key, 'status'));
}
