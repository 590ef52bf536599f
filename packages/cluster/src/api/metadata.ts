import {
  deepEqual,
  formatTime,
  generateName,
  getOwn,
  isPlainObject,
  type JsonObject,
  parseTime,
  type Random,
} from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../kinds/kind.ts';
import type { StoredObject } from '../store/object.ts';
import { badRequest } from './errors.ts';

/*
 * What the server decides about an object's metadata (rest.BeforeCreate, rest.BeforeUpdate of the API server library).
 */

/** The metadata of an object under construction; an empty one is put there where it is missing. */
export function metadataOf(object: MutableObject): MutableObject {
  if (typeof object.metadata !== 'object' || object.metadata === null) object.metadata = {};
  return object.metadata as MutableObject;
}

/** A text in an object's metadata, '' where absent. */
export function metaText(object: JsonObject | MutableObject, field: string): string {
  const value = isPlainObject(object.metadata) ? getOwn(object.metadata, field) : undefined;
  return typeof value === 'string' ? value : '';
}

/**
 * Sees that the object belongs to the namespace of the request and says so.
 *
 * @throws StatusError 400 when it names another one
 */
export function settleNamespace(kind: ServedKind, object: MutableObject, namespace: string): void {
  const metadata = metadataOf(object);
  if (kind.scope === 'Cluster') {
    delete metadata.namespace;
    return;
  }
  const own = metaText(object, 'namespace');
  if (own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = namespace;
}

/** Drops from a new object what only the server may say. */
export function dropSystemFields(object: MutableObject): void {
  const metadata = metadataOf(object);
  for (const field of SYSTEM_FIELDS) if (Object.hasOwn(metadata, field)) delete metadata[field];
}

const SYSTEM_FIELDS = ['creationTimestamp', 'uid', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'];

/** Names, identifies and dates a new object. */
export function fillSystemFields(object: MutableObject, random: Random, nowMs: number): void {
  const metadata = metadataOf(object);
  if (metaText(object, 'name') === '' && metaText(object, 'generateName') !== '') {
    metadata.name = generateName(metaText(object, 'generateName'), random);
  }
  metadata.uid = random.uuid();
  metadata.creationTimestamp = formatTime(nowMs);
}

/** Drops what the store does not keep, and only a dry run shows. */
export function dropUnstored(object: MutableObject): void {
  delete metadataOf(object).selfLink;
}

/** The metadata fields that an update takes over from the stored object, whatever the request says. */
export function keepSystemFields(object: MutableObject, old: StoredObject): void {
  const metadata = metadataOf(object);
  const before = old.metadata;
  if (before.generation === undefined) delete metadata.generation;
  else metadata.generation = before.generation;
  metadata.creationTimestamp = before.creationTimestamp;
  if (metaText(object, 'uid') === '') metadata.uid = before.uid;
  // A deletion cannot be taken back, nor its time changed.
  if (before.deletionTimestamp !== undefined) metadata.deletionTimestamp = before.deletionTimestamp;
  if (before.deletionGracePeriodSeconds !== undefined && metadata.deletionGracePeriodSeconds === undefined) {
    metadata.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds;
  }
}

/**
 * Counts a change of the desired state. For built-in kinds that is the spec, for custom ones everything outside
 * metadata (and status, where that is a subresource).
 */
export function bumpGeneration(kind: ServedKind, object: MutableObject, old: StoredObject): void {
  if (!kind.hasGeneration) return;
  const hasStatus = kind.subresources.some((subresource) => subresource.name === 'status');
  const isSame =
    deepEqual(desiredState(object, hasStatus), desiredState(old, hasStatus)) &&
    (!kind.countsAnnotations || deepEqual(metadataOf(object).annotations, old.metadata.annotations));
  if (isSame) return;
  metadataOf(object).generation = (old.metadata.generation ?? 0) + 1;
}

function desiredState(object: JsonObject | MutableObject, hasStatus: boolean): object {
  const { metadata: _metadata, status, apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return hasStatus ? rest : { ...rest, status };
}

/**
 * Removes equal owner references but the first. Returns the warning that is due, if there were any.
 */
export function dedupeOwnerReferences(object: MutableObject): string[] {
  const metadata = metadataOf(object);
  const references = metadata.ownerReferences;
  if (!Array.isArray(references) || references.length < 2) return [];
  const seen = new Map<string, unknown>();
  const repeated: string[] = [];
  for (const reference of references as MutableObject[]) {
    const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = reference;
    const identity = JSON.stringify([apiVersion, kind, name, uid, controller, blockOwnerDeletion]);
    if (seen.has(identity)) repeated.push(String(uid));
    else seen.set(identity, reference);
  }
  if (repeated.length === 0) return [];
  metadata.ownerReferences = [...seen.values()];
  return [
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...new Set(repeated)].join(', ')}`,
  ];
}

/** The deletion time that a grace period gives, and the one that a shorter period moves it to. */
export function deletionTime(nowMs: number, graceSeconds: number): string {
  return formatTime(nowMs + graceSeconds * 1000);
}

export function shortenedDeletionTime(deletionTimestamp: string, oldGrace: number, newGrace: number): string {
  return formatTime((parseTime(deletionTimestamp) ?? 0) + (newGrace - oldGrace) * 1000);
}

/** Whether an update lets go the last of what has held back a deletion: a finalizer, or the kind itself. */
export function completesDeletion(kind: ServedKind, object: MutableObject, old: StoredObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers: before = [] } = old.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds > 0) return false;
  const { finalizers } = metadataOf(object);
  if (Array.isArray(finalizers) && finalizers.length > 0) return false;
  return kind.beginDeletion === undefined ? before.length > 0 : !kind.beginDeletion({ ...object }, 0);
}
