import type { JsonObject } from '@opwright/machinery';
import { APP_ARMOR, annotationOf, containersOf, profileOf } from '../app-armor.ts';
import { text } from '../tree.ts';

/** Profiles belong into fields. */
export function appArmorWarnings(
  metadata: JsonObject | undefined,
  spec: JsonObject | undefined,
  path: string,
): string[] {
  return containersOf(spec, '').flatMap(([container]) => {
    const hasField = profileOf(container) !== undefined || profileOf(spec) !== undefined;
    if (hasField || annotationOf(metadata, container) === undefined) return [];
    return [appArmorWarning(`${path}.metadata`, container)];
  });
}

/** @param path of the metadata */
export function appArmorWarning(path: string, container: JsonObject): string {
  const annotation = `${path}.annotations[${APP_ARMOR}${text(container, 'name')}]`;
  return `${annotation}: deprecated since v1.30; use the "appArmorProfile" field instead`;
}
