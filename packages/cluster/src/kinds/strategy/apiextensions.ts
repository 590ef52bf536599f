import { formatTime, type JsonObject } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { asJson, at, each, field, text, texts, within } from '../tree.ts';
import { setConditions } from './definition-conditions.ts';

/** Of a definition that is deleted while it may still have objects. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** A version in which objects were ever stored is named in the status until somebody has migrated them. */
export function prepareDefinitionForCreate(definition: MutableObject): void {
  addStoredVersion(definition, []);
}

export function prepareDefinitionForUpdate(definition: MutableObject, old: JsonObject): void {
  addStoredVersion(definition, texts(at(old, 'status'), 'storedVersions'));
}

/** The objects of the definition go first: the finalizer holds it until then. */
export function beginDefinitionDeletion(definition: MutableObject, nowMs: number): boolean {
  const metadata = at(asJson(definition), 'metadata');
  const finalizers = texts(metadata, 'finalizers');
  if (field(metadata, 'deletionTimestamp') !== undefined) return finalizers.includes(CLEANUP_FINALIZER);
  definition.metadata = {
    ...metadata,
    finalizers: finalizers.includes(CLEANUP_FINALIZER) ? finalizers : [...finalizers, CLEANUP_FINALIZER],
  };
  const status = at(asJson(definition), 'status') ?? {};
  const pending = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  } as const;
  const conditions = Array.isArray(status.conditions) ? (status.conditions as readonly JsonObject[]) : [];
  definition.status = { ...status, conditions: setConditions(conditions, [pending], formatTime(nowMs)) };
  return true;
}

function addStoredVersion(definition: MutableObject, before: readonly string[]): void {
  const storage = each(within(definition, 'spec'), 'versions').find((version) => version.storage === true);
  const name = storage === undefined ? undefined : text(asJson(storage), 'name');
  const stored = name === undefined || before.includes(name) ? [...before] : [...before, name];
  // The kept status is shared with the stored object: it is replaced, not changed.
  definition.status = { ...within(definition, 'status'), storedVersions: stored };
}
