import type { JsonObject } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { at, each, texts, within } from '../tree.ts';

/** A version in which objects were ever stored is named in the status until somebody has migrated them. */
export function prepareDefinitionForCreate(definition: MutableObject): void {
  addStoredVersion(definition, []);
}

export function prepareDefinitionForUpdate(definition: MutableObject, old: JsonObject): void {
  addStoredVersion(definition, texts(at(old, 'status'), 'storedVersions'));
}

function addStoredVersion(definition: MutableObject, before: readonly string[]): void {
  const storage = each(within(definition, 'spec'), 'versions').find((version) => version.storage === true)?.name;
  const stored = [...before];
  if (typeof storage === 'string' && !stored.includes(storage)) stored.push(storage);
  // The kept status is shared with the stored object: it is replaced, not changed.
  definition.status = { ...within(definition, 'status'), storedVersions: stored };
}
