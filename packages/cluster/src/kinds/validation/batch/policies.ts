import {
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  tooManyItems,
  unsupportedValue,
} from '@opwright/machinery';
import { asNumber, at, field, int, items, text } from '../../tree.ts';
import { invalidWithoutValue, nonNegative, qualifiedNameErrors } from '../checks.ts';
import { goStruct } from '../go-values.ts';
import { countIndexes } from './indexes.ts';

/* When a job has failed, and when it has succeeded, though not all of its pods have. */

const MOST_RULES = 20;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];
const MOST_VALUES = 255;

export function failurePolicyErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const rules = items(at(spec, 'podFailurePolicy'), 'rules');
  const podSpec = at(spec, 'template', 'spec');
  const names = ['containers', 'initContainers'].flatMap((key) => items(podSpec, key).map((one) => text(one, 'name')));
  const hasLimit = field(spec, 'backoffLimitPerIndex') !== undefined;
  return [
    ...(rules.length > MOST_RULES ? [tooManyItems(`${path}.rules`, rules.length, MOST_RULES)] : []),
    ...rules.flatMap((rule, index) => failureRuleErrors(rule, `${path}.rules[${index}]`, names, hasLimit)),
  ];
}

/** One of a list, in the words for those that may not be left out. */
function namedErrors(object: JsonObject, key: string, path: string, supported: readonly string[]): FieldError[] {
  const value = text(object, key);
  const quoted = supported.map((one) => `"${one}"`).join(' ');
  if (value === '') return [requiredValue(`${path}.${key}`, `valid values: [${quoted}]`)];
  return supported.includes(value) ? [] : [unsupportedValue(`${path}.${key}`, value, supported)];
}

function failureRuleErrors(rule: JsonObject, path: string, names: readonly string[], hasLimit: boolean): FieldError[] {
  const [codes, conditions] = [at(rule, 'onExitCodes'), items(rule, 'onPodConditions')];
  const needsLimit = text(rule, 'action') === 'FailIndex' && !hasLimit;
  const errors = needsLimit
    ? [invalidValue(`${path}.action`, 'FailIndex', 'requires the backoffLimitPerIndex to be set')]
    : namedErrors(rule, 'action', path, actions);
  if (codes !== undefined) errors.push(...exitCodeErrors(codes, `${path}.onExitCodes`, names));
  errors.push(...conditionErrors(conditions, `${path}.onPodConditions`));
  const which = 'OnExitCodes and OnPodConditions is';
  if (codes !== undefined && conditions.length > 0) {
    errors.push(invalidWithoutValue(path, `specifying both ${which} not supported`));
  }
  if (codes === undefined && conditions.length === 0) {
    errors.push(invalidWithoutValue(path, `specifying one of ${which} required`));
  }
  return errors;
}

function conditionErrors(conditions: readonly JsonObject[], path: string): FieldError[] {
  return [
    ...(conditions.length > MOST_RULES ? [tooManyItems(path, conditions.length, MOST_RULES)] : []),
    ...conditions.flatMap((condition, index) => [
      ...qualifiedNameErrors(text(condition, 'type'), `${path}[${index}].type`),
      ...namedErrors(condition, 'status', `${path}[${index}]`, statuses),
    ]),
  ];
}

function exitCodeErrors(requirement: JsonObject, path: string, names: readonly string[]): FieldError[] {
  const errors = namedErrors(requirement, 'operator', path, operators);
  const name = field(requirement, 'containerName');
  if (name !== undefined && !names.includes(String(name))) {
    const why = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalidValue(`${path}.containerName`, name, why));
  }
  const list = field(requirement, 'values');
  const values = (Array.isArray(list) ? list : []).map((value) => asNumber(value) ?? 0);
  const here = `${path}.values`;
  const wrong = (why: string) =>
    errors.push(invalidValue(here, new RawGoText(`[]int32${values.length === 0 ? '(nil)' : '{}'}`), why));
  if (values.length === 0) wrong('at least one value is required');
  if (values.length > MOST_VALUES) errors.push(tooManyItems(here, values.length, MOST_VALUES));
  for (const [index, value] of values.entries()) {
    const at = `${here}[${index}]`;
    if (text(requirement, 'operator') === 'In' && value === 0) {
      errors.push(invalidValue(at, value, 'must not be 0 for the In operator'));
    }
    if (values.indexOf(value) < index) errors.push(duplicateValue(at, value));
  }
  if (values.some((value, index) => index > 0 && values[index - 1]! > value)) wrong('must be ordered');
  return errors;
}

export function successPolicyErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const policy = at(spec, 'successPolicy');
  if (policy === undefined) return [];
  if (text(spec, 'completionMode') !== 'Indexed') {
    return [invalidValue(path, goStruct('batch.SuccessPolicy'), 'requires indexed completion mode')];
  }
  const rules = items(policy, 'rules');
  const here = `${path}.rules`;
  const none = 'at least one rules must be specified when the successPolicy is specified';
  return [
    ...(rules.length === 0 ? [requiredValue(here, none)] : []),
    ...(rules.length > MOST_RULES ? [tooManyItems(here, rules.length, MOST_RULES)] : []),
    ...rules.flatMap((rule, index) => successRuleErrors(rule, `${here}[${index}]`, int(spec, 'completions'))),
  ];
}

function successRuleErrors(rule: JsonObject, path: string, completions: number): FieldError[] {
  const [count, indexes] = [field(rule, 'succeededCount'), field(rule, 'succeededIndexes')];
  const errors: FieldError[] = [];
  if (count === undefined && indexes === undefined) {
    errors.push(requiredValue(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  const total = indexes === undefined ? 0 : countIndexes(String(indexes), completions);
  if (typeof total === 'string') {
    const why = `error parsing succeededIndexes: ${total}`;
    errors.push(invalidValue(`${path}.succeededIndexes`, indexes, why));
  }
  if (count === undefined) return errors;
  const here = `${path}.succeededCount`;
  const [wanted, named] = [int(rule, 'succeededCount'), typeof total === 'string' ? 0 : total];
  const tooMany = (limit: string) => invalidValue(here, wanted, `must be less than or equal to ${limit}`);
  return [
    ...errors,
    ...nonNegative(rule, 'succeededCount', path),
    ...(wanted > completions ? [tooMany(`${completions} (the number of specified completions)`)] : []),
    ...(indexes !== undefined && wanted > named
      ? [tooMany(`${named} (the number of indexes in the specified succeededIndexes field)`)]
      : []),
  ];
}
