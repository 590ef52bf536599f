import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
} from '@opwright/machinery';
import { APP_ARMOR } from '../app-armor.ts';
import { at, field, items, text } from '../tree.ts';
import { appArmorAnnotationErrors, appArmorMatchErrors } from './app-armor.ts';
import { annotationErrors, labelErrors } from './metadata.ts';
import { podSpecErrors } from './pod-spec.ts';

const MIRROR = 'kubernetes.io/config.mirror';

export function validatePod(pod: JsonObject, old: JsonObject | undefined): FieldError[] {
  const spec = at(pod, 'spec') ?? {};
  return [
    ...specificAnnotationErrors(pod, 'metadata'),
    ...podSpecErrors(spec, 'spec'),
    ...tokenErrors(spec),
    ...(old === undefined ? appArmorMatchErrors(at(pod, 'metadata'), spec, 'spec') : []),
  ];
}

/** What is wrong with a template of pods, whose metadata is checked as far as pods have it. */
export function podTemplateErrors(template: JsonObject | undefined, path: string): FieldError[] {
  const metadata = at(template, 'metadata');
  const spec = at(template, 'spec') ?? {};
  return [
    ...labelErrors(field(metadata, 'labels'), `${path}.labels`),
    ...annotationErrors(field(metadata, 'annotations'), `${path}.annotations`),
    ...specificAnnotationErrors(template ?? {}, path),
    ...podSpecErrors(spec, `${path}.spec`),
    ...appArmorMatchErrors(metadata, spec, `${path}.spec`),
  ];
}

export function validatePodTemplate(template: JsonObject): FieldError[] {
  return podTemplateErrors(at(template, 'template'), 'template');
}

/** Annotations that mean something to pods. */
function specificAnnotationErrors(pod: JsonObject, path: string): FieldError[] {
  const annotations = at(pod, 'metadata', 'annotations');
  const spec = at(pod, 'spec') ?? {};
  const mirrored = field(annotations, MIRROR);
  const lost = mirrored !== undefined && text(spec, 'nodeName') === '';
  const detail = 'must set spec.nodeName if mirror pod annotation is set';
  return [
    ...(lost ? [invalidValue(`${path}.annotations[${MIRROR}]`, mirrored, detail)] : []),
    ...appArmorAnnotationErrors(annotations, spec, `${path}.annotations`),
  ];
}

/** Mirror pods stay mirrors, and profiles what they were. */
function annotationUpdateErrors(pod: JsonObject, old: JsonObject): FieldError[] {
  const [now, before] = [pod, old].map((of) => at(of, 'metadata', 'annotations') ?? {}) as [JsonObject, JsonObject];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) => {
    if (field(now, key) === field(before, key)) return [];
    const verb = Object.hasOwn(before, key) ? 'remove or update' : 'add';
    const path = `metadata.annotations[${key}]`;
    if (key.startsWith(APP_ARMOR)) return [forbiddenValue(path, `may not ${verb} AppArmor annotations`)];
    return key === MIRROR ? [forbiddenValue(path, `may not ${verb} mirror pod annotation`)] : [];
  });
}

/** Tokens are those of a service account. */
function tokenErrors(spec: JsonObject): FieldError[] {
  if (text(spec, 'serviceAccountName') !== '') return [];
  return items(spec, 'volumes').flatMap((volume, index) =>
    items(at(volume, 'projected'), 'sources').flatMap((source, of) => {
      if (at(source, 'serviceAccountToken') === undefined) return [];
      const path = `spec.volumes[${index}].projected.sources[${of}].serviceAccountToken`;
      return [forbiddenValue(path, 'must not be specified when serviceAccountName is not set')];
    }),
  );
}

const podFields = [
  'spec.containers[*].image',
  'spec.initContainers[*].image',
  'spec.activeDeadlineSeconds',
  'spec.tolerations',
  'spec.terminationGracePeriodSeconds',
];

export function validatePodUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  return [
    ...annotationUpdateErrors(pod, old),
    ...specificAnnotationErrors(pod, 'metadata'),
    ...specUpdateErrors(pod, old),
  ];
}

/** Most of a pod stays as it is. The difference that Kubernetes prints after the message is left out. */
function specUpdateErrors(pod: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(pod, 'spec'), at(old, 'spec')];
  const errors: FieldError[] = [];
  for (const list of ['containers', 'initContainers']) {
    if (items(spec, list).length !== items(before, list).length) {
      return [forbiddenValue(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
    for (const [index, container] of items(spec, list).entries()) {
      if (text(container, 'image') === '') errors.push(requiredValue(`spec.${list}[${index}].image`));
    }
  }
  if (errors.length > 0) return errors;
  for (const toleration of items(before, 'tolerations')) {
    if (!items(spec, 'tolerations').some((other) => deepEqual(other, toleration))) {
      return [
        forbiddenValue('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
      ];
    }
  }
  const gated = items(before, 'schedulingGates').length > 0;
  // Only a binding gives a pod its node: it notes in the status that it did.
  const binds = field(before, 'nodeName') === undefined && !deepEqual(field(pod, 'status'), field(old, 'status'));
  const bound = binds ? { nodeName: field(spec, 'nodeName') } : {};
  if (deepEqual(fixedPart(spec, gated), { ...fixedPart(before, gated), ...bound })) return [];
  const list = podFields.map((name) => `\`${name}\``);
  list[3] += ' (only additions to existing tolerations)';
  list[4] += ' (allow it to be set to 1 if it was previously negative)';
  return [forbiddenValue('spec', `pod updates may not change fields other than ${list.join(',')}`)];
}

/** Without what may change. A pod that waits at its gates may still be told where to run. */
function fixedPart(spec: JsonObject | undefined, gated: boolean): JsonObject {
  const free = ['activeDeadlineSeconds', 'tolerations', 'ephemeralContainers'];
  if (gated) free.push('schedulingGates', 'nodeSelector', 'affinity');
  const entries = Object.entries(spec ?? {}).filter(([key]) => !free.includes(key));
  const images = (list: string) => items(spec, list).map(({ image: _image, ...rest }) => rest);
  return {
    ...Object.fromEntries(entries),
    containers: images('containers'),
    initContainers: images('initContainers'),
    serviceAccount: undefined,
  };
}
