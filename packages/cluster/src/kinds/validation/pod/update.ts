import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
} from '@opwright/machinery';
import { at, field, int, items, text } from '../../tree.ts';
import { inRange } from '../checks.ts';
import { goStringMap, goStruct } from '../go-values.ts';
import { annotationUpdateErrors, MIRROR } from './annotations.ts';
import { imageErrors } from './containers.ts';
import { validatePod } from './pod.ts';
import { tolerationErrors } from './scheduling.ts';

export function validatePodUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  return [...annotationUpdateErrors(pod, old), ...specUpdateErrors(at(pod, 'spec'), at(old, 'spec'))];
}

const podFields = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** Most of a pod stays as it is. The difference that Kubernetes prints after the message is left out. */
function specUpdateErrors(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['containers', 'initContainers']) {
    if (items(spec, list).length !== items(before, list).length) {
      return [...errors, forbiddenValue(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
    for (const [index, container] of items(spec, list).entries()) {
      const here = `spec.${list}[${index}]`;
      if (text(container, 'image') === '') errors.push(requiredValue(`${here}.image`));
      errors.push(...imageErrors(container, here));
    }
  }
  const deadline = deadlineErrors(spec, before);
  errors.push(...deadline);
  if (deadline.length > 0 && field(spec, 'activeDeadlineSeconds') !== undefined) return errors;
  errors.push(...addedTolerationErrors(items(spec, 'tolerations'), items(before, 'tolerations')));
  errors.push(...addedGateErrors(spec, before));
  const isGated = items(before, 'schedulingGates').length > 0;
  if (isGated) errors.push(...nodeSelectionErrors(spec, before));
  if (deepEqual(fixedPart(spec, before, isGated), fixedPart(before, before, isGated))) return errors;
  return [...errors, forbiddenValue('spec', `pod updates may not change fields other than ${podFields.join(',')}`)];
}

/** A deadline comes nearer. */
function deadlineErrors(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const key = 'activeDeadlineSeconds';
  const [now, then] = [field(spec, key), field(before, key)];
  const wrong = (why: string) => [invalidValue(`spec.${key}`, now, why)];
  if (now === undefined) {
    return then === undefined ? [] : wrong('must not update from a positive integer to nil value');
  }
  const outside = inRange(spec, key, 'spec', 0, 2147483647);
  if (outside.length > 0 || then === undefined) return outside;
  return int(before, key) < int(spec, key) ? wrong('must be less than or equal to previous value') : [];
}

function addedTolerationErrors(now: readonly JsonObject[], before: readonly JsonObject[]): FieldError[] {
  const timeless = ({ tolerationSeconds: _seconds, ...rest }: JsonObject) => rest;
  const isKept = (old: JsonObject) => now.some((toleration) => deepEqual(timeless(toleration), timeless(old)));
  if (before.every(isKept)) return tolerationErrors(now, 'spec.tolerations');
  return [forbiddenValue('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function addedGateErrors(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const old = items(before, 'schedulingGates').map((gate) => text(gate, 'name'));
  const names = items(spec, 'schedulingGates').map((gate) => text(gate, 'name'));
  return names.flatMap((name, index) => {
    if (old.includes(name) || names.lastIndexOf(name) !== index) return [];
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbiddenValue(`spec.schedulingGates[${index}].name`, why)];
  });
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** A pod that waits at its gates may be told more exactly where to run. */
function nodeSelectionErrors(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const [labels, oldLabels] = [at(spec, 'nodeSelector'), at(before, 'nodeSelector')];
  if (Object.entries(oldLabels ?? {}).some(([key, value]) => field(labels, key) !== value)) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalidValue('spec.nodeSelector', goStringMap(labels), why));
  }
  const termsOf = (of: JsonObject | undefined) =>
    items(at(of, 'affinity', 'nodeAffinity', REQUIRED), 'nodeSelectorTerms');
  const [terms, oldTerms] = [termsOf(spec), termsOf(before)];
  const path = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  if (oldTerms.length > 0 && oldTerms.length !== terms.length) {
    const why = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return [...errors, invalidValue(path, goStruct('[]core.NodeSelectorTerm'), why)];
  }
  for (const [index, old] of oldTerms.entries()) {
    if (onlyAdds(terms[index] ?? {}, old)) continue;
    const why = 'only additions are allowed (no mutations or deletions)';
    errors.push(invalidValue(`${path}[${index}]`, goStruct('core.NodeSelectorTerm'), why));
  }
  return errors;
}

function onlyAdds(term: JsonObject, old: JsonObject): boolean {
  const keys = ['matchExpressions', 'matchFields'];
  const isEmpty = (of: JsonObject) => keys.every((key) => items(of, key).length === 0);
  if (isEmpty(old)) return isEmpty(term);
  return keys.every((key) => deepEqual(items(term, key).slice(0, items(old, key).length), items(old, key)));
}

/** A spec with everything that may change as it was before. */
function fixedPart(spec: JsonObject | undefined, before: JsonObject | undefined, isGated: boolean): JsonObject {
  const free = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates', 'serviceAccount'];
  if (isGated) free.push('nodeSelector', 'affinity');
  if (int(before, 'terminationGracePeriodSeconds') < 0 && int(spec, 'terminationGracePeriodSeconds') === 1) {
    free.push('terminationGracePeriodSeconds');
  }
  const images = (list: string) => items(spec, list).map(({ image: _image, ...rest }) => rest);
  return {
    ...Object.fromEntries(Object.entries(spec ?? {}).filter(([key]) => !free.includes(key))),
    containers: images('containers'),
    initContainers: images('initContainers'),
    ...(isGated ? { affinity: otherAffinity(spec) } : {}),
  };
}

/** Affinity but for nodes; without any it is as good as none. */
function otherAffinity(spec: JsonObject | undefined): JsonObject | null {
  const { nodeAffinity: _nodes, ...others } = at(spec, 'affinity') ?? {};
  return Object.keys(others).length === 0 ? null : others;
}

/** Containers that come later are added, and stay as they came. */
export function validateEphemeralContainersUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  if (field(at(old, 'metadata', 'annotations'), MIRROR) !== undefined) {
    return [forbiddenValue('', 'static pods do not support ephemeral containers')];
  }
  const path = 'spec.ephemeralContainers';
  const containers = items(at(pod, 'spec'), 'ephemeralContainers');
  const changes = items(at(old, 'spec'), 'ephemeralContainers').flatMap((before) => {
    const name = text(before, 'name');
    const now = containers.findLast((container) => text(container, 'name') === name);
    const cannot = (verb: string) =>
      forbiddenValue(path, `existing ephemeral containers ${JSON.stringify(name)} may not be ${verb}`);
    if (now === undefined) return [cannot('removed\n')];
    return deepEqual(now, before) ? [] : [cannot('changed')];
  });
  return [...validatePod(pod, old), ...annotationUpdateErrors(pod, old), ...changes];
}
