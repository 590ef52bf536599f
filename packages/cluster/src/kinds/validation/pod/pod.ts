import { type FieldError, forbiddenValue, type JsonObject } from '@opwright/machinery';
import { at, field, items, text } from '../../tree.ts';
import { appArmorMatchErrors } from '../app-armor.ts';
import { annotationErrors, labelErrors } from '../metadata.ts';
import { specificAnnotationErrors } from './annotations.ts';
import { imageErrors } from './containers.ts';
import { seccompMatchErrors } from './seccomp.ts';
import { podSpecErrors } from './spec.ts';

/** What is wrong with a pod, be it new or old. */
export function validatePod(pod: JsonObject, old: JsonObject | undefined): FieldError[] {
  const spec = at(pod, 'spec') ?? {};
  return [
    ...specificAnnotationErrors(pod, 'metadata.annotations', old),
    ...podSpecErrors(spec, 'spec', text(at(pod, 'metadata'), 'name')),
    ...tokenErrors(spec),
    ...['containers', 'initContainers'].flatMap((key) =>
      items(spec, key).flatMap((container, index) => imageErrors(container, `spec.${key}[${index}]`)),
    ),
    ...(old === undefined ? createErrors(pod, spec) : []),
  ];
}

function createErrors(pod: JsonObject, spec: JsonObject): FieldError[] {
  const metadata = at(pod, 'metadata');
  const errors: FieldError[] = [];
  if (items(spec, 'ephemeralContainers').length > 0) {
    errors.push(forbiddenValue('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (text(spec, 'nodeName') !== '' && items(spec, 'schedulingGates').length > 0) {
    errors.push(forbiddenValue('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return [...errors, ...seccompMatchErrors(metadata, spec, 'spec'), ...appArmorMatchErrors(metadata, spec, 'spec')];
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

/** What is wrong with a template of pods, whose metadata is checked as far as pods have it. */
export function podTemplateErrors(template: JsonObject | undefined, path: string): FieldError[] {
  const metadata = at(template, 'metadata');
  const spec = at(template, 'spec') ?? {};
  const errors = [
    ...templateMetadataErrors(template, path),
    ...podSpecErrors(spec, `${path}.spec`),
    ...seccompMatchErrors(metadata, spec, `${path}.spec`),
    ...appArmorMatchErrors(metadata, spec, `${path}.spec`),
  ];
  if (items(spec, 'ephemeralContainers').length === 0) return errors;
  const why = 'ephemeral containers not allowed in pod template';
  return [...errors, forbiddenValue(`${path}.spec.ephemeralContainers`, why)];
}

/** What is wrong with the labels and annotations of a template of pods. */
export function templateMetadataErrors(template: JsonObject | undefined, path: string): FieldError[] {
  const metadata = at(template, 'metadata');
  return [
    ...labelErrors(field(metadata, 'labels'), `${path}.labels`),
    ...annotationErrors(field(metadata, 'annotations'), `${path}.annotations`),
    ...specificAnnotationErrors(template ?? {}, `${path}.annotations`),
  ];
}

export function validatePodTemplate(template: JsonObject): FieldError[] {
  return podTemplateErrors(at(template, 'template'), 'template');
}
