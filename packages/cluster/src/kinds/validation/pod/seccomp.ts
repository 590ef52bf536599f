import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { containersOf } from '../../app-armor.ts';
import { at, field, text, textEntries } from '../../tree.ts';
import { goStruct } from '../go-values.ts';
import { descendingPathErrors } from '../paths.ts';

/** Annotations that named the profile of a pod and of the container that comes after, before there were fields. */
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

const LOCALHOST = 'localhost/';
const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** What is wrong with a `seccompProfile`. */
export function seccompProfileErrors(profile: JsonObject | undefined, path: string): FieldError[] {
  if (profile === undefined) return [];
  const [type, localhost] = [text(profile, 'type'), field(profile, 'localhostProfile')];
  const errors: FieldError[] = [];
  if (type === '') errors.push(requiredValue(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!types.includes(type)) errors.push(unsupportedValue(`${path}.type`, type, types));
  const here = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    const why = 'can only be set when seccomp type is Localhost';
    return localhost === undefined ? errors : [...errors, invalidValue(here, goStruct('core.SeccompProfile'), why)];
  }
  if (localhost === undefined) return [...errors, requiredValue(here, 'must be set when seccomp type is Localhost')];
  return [...errors, ...descendingPathErrors(String(localhost), here)];
}

/** Annotations name profiles that there may be. */
export function seccompAnnotationErrors(annotations: JsonObject | undefined, path: string): FieldError[] {
  return textEntries(annotations).flatMap(([key, profile]) => {
    const here = `${path}.${key}`;
    if (key !== SECCOMP_POD && !key.startsWith(SECCOMP_CONTAINER)) return [];
    if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
    return profile.startsWith(LOCALHOST)
      ? descendingPathErrors(profile.slice(LOCALHOST.length), here)
      : [invalidValue(here, profile, 'must be a valid seccomp profile')];
  });
}

/** Where a new pod has both, annotation and field say the same. */
export function seccompMatchErrors(metadata: JsonObject | undefined, spec: JsonObject, path: string): FieldError[] {
  const annotations = at(metadata, 'annotations');
  const places = [
    [SECCOMP_POD, spec, path] as const,
    ...containersOf(spec, path).map(
      ([container, here]) => [`${SECCOMP_CONTAINER}${text(container, 'name')}`, container, here] as const,
    ),
  ];
  return places.flatMap(([key, of, here]) => {
    const profile = at(of, 'securityContext', 'seccompProfile');
    const annotation = field(annotations, key);
    if (profile === undefined || annotation === undefined) return [];
    return mismatch(String(annotation), profile, `${here}.securityContext.seccompProfile`);
  });
}

function mismatch(annotation: string, profile: JsonObject, path: string): FieldError[] {
  const otherType = [forbiddenValue(`${path}.type`, 'seccomp type in annotation and field must match')];
  switch (text(profile, 'type')) {
    case 'Unconfined':
      return annotation === 'unconfined' ? [] : otherType;
    case 'RuntimeDefault':
      return annotation === 'runtime/default' || annotation === 'docker/default' ? [] : otherType;
    case 'Localhost': {
      if (!annotation.startsWith(LOCALHOST)) return otherType;
      if (annotation === `${LOCALHOST}${String(field(profile, 'localhostProfile'))}`) return [];
      return [forbiddenValue(`${path}.localhostProfile`, 'seccomp profile in annotation and field must match')];
    }
    default:
      return [];
  }
}
