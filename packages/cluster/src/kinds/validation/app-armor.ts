import {
  type FieldError,
  forbiddenValue,
  goQuote,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { APP_ARMOR, annotationFor, annotationOf, containersOf, isOnWindows, profileOf } from '../app-armor.ts';
import { field, text, textEntries } from '../tree.ts';

const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** What is wrong with an `appArmorProfile`. */
export function appArmorProfileErrors(profile: JsonObject | undefined, path: string): FieldError[] {
  if (profile === undefined) return [];
  const type = text(profile, 'type');
  const localhost = field(profile, 'localhostProfile');
  if (type === '') return [requiredValue(`${path}.type`, 'type is required when appArmorProfile is set')];
  if (!types.includes(type)) return [unsupportedValue(`${path}.type`, type, types)];
  const here = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    const detail = 'can only be set when AppArmor type is Localhost';
    return localhost === undefined ? [] : [invalidValue(here, localhost, detail)];
  }
  const name = text(profile, 'localhostProfile');
  if (name !== name.trim()) return [invalidValue(here, name, 'must not be padded with whitespace')];
  return name === '' ? [requiredValue(here, 'must be set when AppArmor type is Localhost')] : [];
}

/** Annotations name containers and profiles that there may be. */
export function appArmorAnnotationErrors(
  annotations: JsonObject | undefined,
  spec: JsonObject,
  path: string,
): FieldError[] {
  const names = new Set(containersOf(spec, '').map(([container]) => text(container, 'name')));
  return textEntries(annotations).flatMap(([key, profile]) => {
    if (!key.startsWith(APP_ARMOR)) return [];
    const name = key.slice(APP_ARMOR.length);
    const known = profile === '' || /^(?:runtime\/default|unconfined|localhost\/.*)$/s.test(profile);
    return [
      ...(names.has(name) ? [] : [invalidValue(`${path}[${key}]`, name, 'container not found')]),
      ...(known
        ? []
        : [invalidValue(`${path}[${key}]`, profile, `invalid AppArmor profile name: ${goQuote(profile)}`)]),
    ];
  });
}

/** Where a new pod has both, annotation and field say the same. */
export function appArmorMatchErrors(metadata: JsonObject | undefined, spec: JsonObject, path: string): FieldError[] {
  if (isOnWindows(spec)) return [];
  return containersOf(spec, path).flatMap(([container, here]) => {
    const profile = profileOf(container) ?? profileOf(spec);
    const annotation = annotationOf(metadata, container);
    if (profile === undefined || annotation === undefined || !types.includes(profile.type ?? '')) return [];
    const wanted = annotationFor(profile);
    if (annotation === wanted) return [];
    const isSameType = profile.type === 'Localhost' && annotation.startsWith('localhost/');
    const [key, what] = isSameType ? ['localhostProfile', 'profile'] : ['type', 'type'];
    const detail = `apparmor ${what} in annotation and field must match`;
    return [forbiddenValue(`${here}.securityContext.appArmorProfile.${key}`, detail)];
  });
}
