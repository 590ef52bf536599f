import type { JsonObject } from '@opwright/machinery';
import { at, field, items, text } from './tree.ts';

/** Annotations that name the profile of the container that comes after it. Newer pods have fields for that. */
export const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const LOCALHOST = 'localhost/';

/** How a container is confined. */
export interface Profile {
  readonly type?: string;
  readonly localhostProfile?: string;
}

/** The profile of a pod's spec or of a container. */
export function profileOf(of: JsonObject | undefined): Profile | undefined {
  return at(of, 'securityContext', 'appArmorProfile') as Profile | undefined;
}

/** Every container of a pod with its path. */
export function containersOf(spec: JsonObject | undefined, path: string): readonly (readonly [JsonObject, string])[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    items(spec, key).map((container, index) => [container, `${path}.${key}[${index}]`] as const),
  );
}

export function isOnWindows(spec: JsonObject | undefined): boolean {
  return text(at(spec, 'os'), 'name') === 'windows';
}

/** The annotation that says what a profile says; '' where there is none. */
export function annotationFor(profile: Profile | undefined): string {
  switch (profile?.type) {
    case 'Unconfined':
      return 'unconfined';
    case 'RuntimeDefault':
      return 'runtime/default';
    case 'Localhost':
      return profile.localhostProfile === undefined ? '' : `${LOCALHOST}${profile.localhostProfile}`;
    default:
      return '';
  }
}

/** The profile that an annotation names; undefined where a field could not. */
export function profileFor(annotation: string): Profile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const localhostProfile = annotation.startsWith(LOCALHOST) ? annotation.slice(LOCALHOST.length) : '';
  return localhostProfile.trim() === localhostProfile && localhostProfile !== ''
    ? { type: 'Localhost', localhostProfile }
    : undefined;
}

/** The annotation for a container. */
export function annotationOf(metadata: JsonObject | undefined, container: JsonObject): string | undefined {
  const value = field(at(metadata, 'annotations'), `${APP_ARMOR}${text(container, 'name')}`);
  return value === undefined ? undefined : String(value);
}
