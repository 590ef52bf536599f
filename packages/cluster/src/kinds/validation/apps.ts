import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  isPlainObject,
  type JsonObject,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { at, field, int, text } from '../tree.ts';
import { nonNegative } from './checks.ts';
import { goIntOrString, goLabelSelector, goStruct } from './go-values.ts';
import { immutable } from './immutable.ts';
import { amountOf, atMostAllErrors, intOrPercentErrors } from './int-or-percent.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { templateMetadataErrors } from './pod/pod.ts';
import {
  emptySelectorErrors,
  everlastingErrors,
  selects,
  workloadLabelErrors,
  workloadSelectorErrors,
  workloadTemplateErrors,
} from './workload.ts';

export function validateDeployment(deployment: JsonObject): FieldError[] {
  const spec = at(deployment, 'spec');
  const errors = [
    ...nonNegative(spec, 'replicas', 'spec'),
    ...replicaErrors(spec),
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

/** Selector and template, which deployments and replica sets have alike. */
function replicaErrors(spec: JsonObject | undefined): FieldError[] {
  const selector = at(spec, 'selector');
  const makesSense = selects(selector, undefined) !== undefined;
  const why = 'invalid label selector';
  return [
    ...workloadSelectorErrors(spec, 'deployment'),
    ...(makesSense
      ? workloadTemplateErrors(spec, 'ReplicaSet')
      : [invalidValue('spec.selector', goLabelSelector(selector), why)]),
  ];
}

function deploymentStrategyErrors(strategy: JsonObject | undefined): FieldError[] {
  const path = 'spec.strategy';
  const type = text(strategy, 'type');
  const rollingUpdate = at(strategy, 'rollingUpdate');
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate === undefined ? [] : [forbiddenValue(`${path}.rollingUpdate`, why)];
  }
  if (type !== 'RollingUpdate') {
    return [unsupportedValue(path, goStruct('apps.DeploymentStrategy'), ['Recreate', 'RollingUpdate'])];
  }
  const here = `${path}.rollingUpdate`;
  const [maxUnavailable, maxSurge] = [field(rollingUpdate, 'maxUnavailable'), field(rollingUpdate, 'maxSurge')];
  const errors = [
    ...intOrPercentErrors(rollingUpdate, 'maxUnavailable', here),
    ...intOrPercentErrors(rollingUpdate, 'maxSurge', here),
  ];
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    const value = goIntOrString(typeof maxUnavailable === 'string' ? maxUnavailable : 0);
    errors.push(invalidValue(`${here}.maxUnavailable`, value, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...atMostAllErrors(rollingUpdate, 'maxUnavailable', here)];
}

/** The selector says which pods are whose: it stays. */
export function validateSelectorUpdate(object: JsonObject, old: JsonObject): FieldError[] {
  return immutable(at(object, 'spec'), at(old, 'spec'), 'selector', 'spec.', (value) =>
    value === undefined ? value : goLabelSelector(at(object, 'spec', 'selector')),
  );
}

export function validateReplicaSet(replicaSet: JsonObject): FieldError[] {
  const spec = at(replicaSet, 'spec');
  return [
    ...nonNegative(spec, 'replicas', 'spec'),
    ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ...replicaErrors(spec),
  ];
}

export function validateDaemonSet(daemonSet: JsonObject): FieldError[] {
  const spec = at(daemonSet, 'spec');
  const selector = at(spec, 'selector');
  return [
    ...labelSelectorErrors(selector, 'spec.selector'),
    ...workloadLabelErrors(spec),
    ...emptySelectorErrors(selector, 'daemonset'),
    ...workloadTemplateErrors({ ...spec, selector: {} }, 'DaemonSet'),
    ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ...daemonSetStrategyErrors(at(spec, 'updateStrategy')),
    ...nonNegative(spec, 'revisionHistoryLimit', 'spec'),
  ];
}

function daemonSetStrategyErrors(strategy: JsonObject | undefined): FieldError[] {
  const path = 'spec.updateStrategy';
  const type = text(strategy, 'type');
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') {
    return [unsupportedValue(path, goStruct('apps.DaemonSetUpdateStrategy'), ['RollingUpdate', 'OnDelete'])];
  }
  const rollingUpdate = at(strategy, 'rollingUpdate');
  const here = `${path}.rollingUpdate`;
  if (rollingUpdate === undefined) return [requiredValue(here)];
  const keys = ['maxUnavailable', 'maxSurge'];
  const [unavailable, surge] = keys.map((key) => amountOf(field(rollingUpdate, key)));
  const errors = [
    ...keys.flatMap((key) => intOrPercentErrors(rollingUpdate, key, here)),
    ...keys.flatMap((key) => atMostAllErrors(rollingUpdate, key, here)),
  ];
  if (unavailable !== 0 && surge !== 0) {
    const value = field(rollingUpdate, 'maxSurge');
    const shown = goIntOrString(typeof value === 'string' ? value : int(rollingUpdate, 'maxSurge'));
    return [...errors, invalidValue(`${here}.maxSurge`, shown, 'may not be set when maxUnavailable is non-zero')];
  }
  if (unavailable !== 0 || surge !== 0) return errors;
  return [...errors, requiredValue(`${here}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')];
}

/** The pods of the template are not looked into: their volumes may come from claims that do not exist yet. */
export function validateStatefulSet(statefulSet: JsonObject): FieldError[] {
  const spec = at(statefulSet, 'spec');
  const selector = at(spec, 'selector');
  const makesSense = selects(selector, undefined) !== undefined;
  return [
    ...managementErrors(spec),
    ...statefulSetStrategyErrors(at(spec, 'updateStrategy')),
    ...retentionErrors(at(spec, 'persistentVolumeClaimRetentionPolicy')),
    ...nonNegative(spec, 'replicas', 'spec'),
    ...nonNegative(spec, 'minReadySeconds', 'spec'),
    ...nonNegative(at(spec, 'ordinals'), 'start', 'spec.ordinals'),
    ...workloadSelectorErrors(spec, 'statefulset'),
    ...(makesSense
      ? [...workloadLabelErrors(spec), ...templateMetadataErrors(at(spec, 'template'), 'spec.template')]
      : [invalidValue('spec.selector', goLabelSelector(selector), '')]),
    ...everlastingErrors(at(spec, 'template', 'spec'), 'StatefulSet'),
  ];
}

function managementErrors(spec: JsonObject | undefined): FieldError[] {
  const path = 'spec.podManagementPolicy';
  const policy = text(spec, 'podManagementPolicy');
  if (policy === '') return [requiredValue(path)];
  if (policy === 'OrderedReady' || policy === 'Parallel') return [];
  return [invalidValue(path, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function statefulSetStrategyErrors(strategy: JsonObject | undefined): FieldError[] {
  const path = 'spec.updateStrategy';
  const here = `${path}.rollingUpdate`;
  const type = text(strategy, 'type');
  const rollingUpdate = at(strategy, 'rollingUpdate');
  if (type === '') return [requiredValue(path)];
  if (type !== 'OnDelete' && type !== 'RollingUpdate') {
    const why = "must be 'RollingUpdate' or 'OnDelete'";
    return [invalidValue(path, goStruct('apps.StatefulSetUpdateStrategy'), why)];
  }
  if (rollingUpdate === undefined) return [];
  if (type === 'OnDelete') {
    const value = goStruct('apps.RollingUpdateStatefulSetStrategy');
    return [invalidValue(here, value, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  return nonNegative(rollingUpdate, 'partition', here);
}

function retentionErrors(policy: JsonObject | undefined): FieldError[] {
  const supported = ['Retain', 'Delete'];
  return (policy === undefined ? [] : ['whenDeleted', 'whenScaled']).flatMap((key) => {
    const value = text(policy, key);
    const path = `spec.persistentVolumeClaimRetentionPolicy.${key}`;
    return supported.includes(value) ? [] : [unsupportedValue(path, value, supported)];
  });
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

export function validateControllerRevision(revision: JsonObject, old: JsonObject | undefined): FieldError[] {
  const errors = nonNegative(revision, 'revision', '');
  const data = field(revision, 'data');
  if (old !== undefined || isPlainObject(data)) return errors;
  const why = data === undefined ? 'data is mandatory' : 'data must be a valid JSON object';
  return [...errors, requiredValue('data', why)];
}

export function validateControllerRevisionUpdate(revision: JsonObject, old: JsonObject): FieldError[] {
  return deepEqual(field(revision, 'data'), field(old, 'data'))
    ? []
    : [invalidValue('data', goStruct('runtime.RawExtension'), 'field is immutable')];
}
