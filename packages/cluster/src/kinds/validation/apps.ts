import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  unsupportedValue,
} from '@opwright/machinery';
import { at, field, int, text } from '../tree.ts';
import { nonNegative, oneOf } from './checks.ts';
import { goIntOrString, goLabelSelector } from './go-values.ts';
import { immutable } from './immutable.ts';
import {
  intOrPercentErrors,
  isZeroIntOrPercent,
  workloadLabelErrors,
  workloadSelectorErrors,
  workloadTemplateErrors,
} from './workload.ts';

export function validateDeployment(deployment: JsonObject): FieldError[] {
  const spec = at(deployment, 'spec');
  const errors = [
    ...nonNegative(spec, 'replicas', 'spec'),
    ...workloadSelectorErrors(spec, 'deployment'),
    ...workloadTemplateErrors(spec),
    ...deploymentStrategyErrors(at(spec, 'strategy')),
    ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ...nonNegative(spec, 'revisionHistoryLimit', 'spec'),
    ...nonNegative(spec, 'progressDeadlineSeconds', 'spec'),
  ];
  const deadline = field(spec, 'progressDeadlineSeconds');
  if (typeof deadline === 'number' && deadline <= int(spec, 'minReadySeconds')) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function deploymentStrategyErrors(strategy: JsonObject | undefined): FieldError[] {
  const path = 'spec.strategy';
  const type = text(strategy, 'type');
  const rollingUpdate = at(strategy, 'rollingUpdate');
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    const detail = `may not be specified when strategy \`type\` is '${type}'`;
    return [forbiddenValue(`${path}.rollingUpdate`, detail)];
  }
  if (type !== 'RollingUpdate') {
    const isKnown = type === '' || type === 'Recreate';
    return isKnown ? [] : [unsupportedValue(path, goStrategy(type), ['Recreate', 'RollingUpdate'])];
  }
  const errors = [
    ...intOrPercentErrors(rollingUpdate, 'maxUnavailable', `${path}.rollingUpdate`),
    ...intOrPercentErrors(rollingUpdate, 'maxSurge', `${path}.rollingUpdate`),
  ];
  const maxUnavailable = field(rollingUpdate, 'maxUnavailable');
  if (isZeroIntOrPercent(maxUnavailable) && isZeroIntOrPercent(field(rollingUpdate, 'maxSurge'))) {
    const value = goIntOrString(maxUnavailable === 0 ? 0 : '0%');
    errors.push(invalidValue(`${path}.rollingUpdate.maxUnavailable`, value, 'may not be 0 when `maxSurge` is 0'));
  }
  return errors;
}

/** A strategy as Go prints it. */
function goStrategy(type: string): RawGoText {
  const dump = `Type:${JSON.stringify(type)}, RollingUpdate:(*apps.RollingUpdateDeployment)(nil)`;
  return new RawGoText(`apps.DeploymentStrategy{${dump}}`);
}

/** The selector says which pods are whose: it stays. */
export function validateSelectorUpdate(object: JsonObject, old: JsonObject): FieldError[] {
  return immutable(at(object, 'spec'), at(old, 'spec'), 'selector', 'spec.', () =>
    goLabelSelector(at(object, 'spec', 'selector')),
  );
}

export function validateReplicaSet(replicaSet: JsonObject): FieldError[] {
  const spec = at(replicaSet, 'spec');
  return [
    ...nonNegative(spec, 'replicas', 'spec'),
    ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ...workloadSelectorErrors(spec, 'deployment'),
    ...workloadTemplateErrors(spec),
  ];
}

export function validateDaemonSet(daemonSet: JsonObject): FieldError[] {
  const spec = at(daemonSet, 'spec');
  return [
    ...workloadSelectorErrors(spec, 'daemonset'),
    ...workloadTemplateErrors(spec),
    ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ...oneOf(at(spec, 'updateStrategy'), 'type', 'spec.updateStrategy', ['RollingUpdate', 'OnDelete']),
    ...nonNegative(spec, 'revisionHistoryLimit', 'spec'),
  ];
}

/** The pods of the template are not looked into: their volumes may come from claims that do not exist yet. */
export function validateStatefulSet(statefulSet: JsonObject): FieldError[] {
  const spec = at(statefulSet, 'spec');
  return [
    ...oneOf(spec, 'podManagementPolicy', 'spec', ['OrderedReady', 'Parallel']),
    ...oneOf(at(spec, 'updateStrategy'), 'type', 'spec.updateStrategy', ['RollingUpdate', 'OnDelete']),
    ...nonNegative(spec, 'replicas', 'spec'),
    ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ...workloadSelectorErrors(spec, 'statefulset'),
    ...workloadLabelErrors(spec),
    ...oneOf(at(spec, 'template', 'spec'), 'restartPolicy', 'spec.template.spec', ['Always']),
  ];
}

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function validateStatefulSetUpdate(statefulSet: JsonObject, old: JsonObject): FieldError[] {
  const fixed = (object: JsonObject) =>
    Object.fromEntries(Object.entries(at(object, 'spec') ?? {}).filter(([key]) => !changeable.includes(key)));
  if (deepEqual(fixed(statefulSet), fixed(old))) return [];
  const names = changeable.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return [forbiddenValue('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
}

export function validateControllerRevisionUpdate(revision: JsonObject, old: JsonObject): FieldError[] {
  return deepEqual(field(revision, 'data'), field(old, 'data'))
    ? []
    : [invalidValue('data', null, 'field is immutable')];
}
