import { type FieldError, forbiddenValue, invalidValue, type JsonObject } from '@opwright/machinery';
import { APP_ARMOR } from '../../app-armor.ts';
import { at, field, text } from '../../tree.ts';
import { appArmorAnnotationErrors } from '../app-armor.ts';
import { seccompAnnotationErrors } from './seccomp.ts';

export const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** Annotations that mean something to pods. @param path of the annotations */
export function specificAnnotationErrors(pod: JsonObject, path: string, old?: JsonObject): FieldError[] {
  const annotations = at(pod, 'metadata', 'annotations');
  const spec = at(pod, 'spec') ?? {};
  const errors: FieldError[] = [];
  const mirrored = field(annotations, MIRROR);
  if (mirrored !== undefined && text(spec, 'nodeName') === '') {
    const why = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalidValue(`${path}[${MIRROR}]`, mirrored, why));
  }
  const cost = field(annotations, DELETION_COST);
  const before = field(at(old, 'metadata', 'annotations'), DELETION_COST);
  if (cost !== undefined && !isCost(String(cost)) && (before === undefined || isCost(String(before)))) {
    errors.push(invalidValue(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer'));
  }
  return [
    ...errors,
    ...seccompAnnotationErrors(annotations, path),
    ...appArmorAnnotationErrors(annotations, spec, path),
  ];
}

function isCost(text: string): boolean {
  if (!/^(?:0|-\d+|[1-9]\d*)$/.test(text)) return false;
  return Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;
}

/** Mirror pods stay mirrors, and profiles what they were. */
export function annotationUpdateErrors(pod: JsonObject, old: JsonObject): FieldError[] {
  const [now, before] = [pod, old].map((of) => at(of, 'metadata', 'annotations') ?? {}) as [JsonObject, JsonObject];
  const changes = [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) => {
    if (field(now, key) === field(before, key)) return [];
    const verb = Object.hasOwn(before, key) ? 'remove or update' : 'add';
    const path = `metadata.annotations[${key}]`;
    if (key.startsWith(APP_ARMOR)) return [forbiddenValue(path, `may not ${verb} AppArmor annotations`)];
    return key === MIRROR ? [forbiddenValue(path, `may not ${verb} mirror pod annotation`)] : [];
  });
  return [...changes, ...specificAnnotationErrors(pod, 'metadata.annotations', old)];
}
