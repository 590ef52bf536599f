import { deepEqual, isPlainObject, type JsonObject, orderFields } from '@opwright/machinery';
import type { FieldError, MutableObject, ServedKind } from '../kinds/kind.ts';
import { deepFreeze, type StoredObject } from '../store/object.ts';
import type { AdmissionAttributes } from './admission/admission.ts';
import type { Call } from './context.ts';
import { formToStore, reading, unstored } from './conversion.ts';
import { createObject } from './create-object.ts';
import type { Endpoint } from './endpoint.ts';
import { badRequest, conflict, goQuote, invalid, notFound, rawError, uidPreconditionFailed } from './errors.ts';
import {
  completesDeletion,
  dedupeOwnerReferences,
  dropUnstored,
  keepSystemFields,
  metadataOf,
  metaText,
  settleNamespace,
} from './metadata.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata-validation.ts';
import { present } from './present.ts';
import { objectKey } from './verbs/get.ts';
import { withConversions } from './version-converter.ts';
import {
  addWarnings,
  admissionAttributes,
  partlyStored,
  refuseInvalid,
  refuseLarge,
  runHooks,
  strategyContext,
  type WriteRequest,
} from './write.ts';

export interface Written {
  readonly object: StoredObject;
  readonly created: boolean;
}

/** How an update makes the new state of an object. */
export interface Change extends WriteRequest {
  readonly endpoint: Endpoint;
  /**
   * The new state, tracked, in the version of the request: a fresh tree. Called again with a newer state when somebody
   * else was faster. `old` is undefined only if `createsMissing`.
   */
  next(old: StoredObject | undefined): MutableObject | Promise<MutableObject>;
  /** A missing object is created. */
  readonly createsMissing: boolean;
  /** The uid that the object must have. */
  readonly uid?: string;
}

/**
 * Reads an object, changes it and writes it back; again, until nobody else has written in between. An update that
 * changes nothing is no write: the version stays and watchers see nothing.
 *
 * @throws StatusError 400, 403, 404, 409, 422
 */
export async function updateObject(call: Call, change: Change): Promise<Written> {
  const { kind, info, server } = call;
  const key = objectKey(call, info.name);
  for (;;) {
    const stored = server.store.get(kind.storage, key);
    if (change.uid !== undefined && change.uid !== stored?.metadata.uid) {
      throw uidPreconditionFailed(kind, key, info.name, change.uid, stored?.metadata.uid ?? '');
    }
    if (stored === undefined) {
      if (!change.createsMissing) throw notFound(kind, info.name);
      const draft = await withConversions(call, () => change.next(undefined));
      const uid = metaText(draft, 'uid');
      if (uid !== '') {
        const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
        throw conflict(kind, info.name, why);
      }
      settleNamespace(kind, draft, info.namespace);
      checkName(call, draft);
      checkVersion(metaText(draft, 'resourceVersion'));
      // There is none yet that a new object could be based on; only a dry run shows what was asked for.
      if (!change.dryRun) delete metadataOf(draft).resourceVersion;
      return { object: await createObject(call, draft, change), created: true };
    }
    const old = await reading(kind, () => present(kind, stored));
    // In the form of what is stored, so that comparisons see what differs and not how it was written.
    const draft = orderFields(kind.type, await withConversions(call, () => change.next(old))) as MutableObject;
    settleNamespace(kind, draft, info.namespace);
    checkName(call, draft);
    call.warnings.push(...dedupeOwnerReferences(draft));
    const attributes: AdmissionAttributes = {
      ...admissionAttributes(call, 'UPDATE', change.endpoint.subresource, info.name, change),
      endpoint: change.endpoint,
      old,
    };
    if (!change.isAdmitted) await server.admission.mutate(attributes, draft);
    dedupeOwnerReferences(draft);
    settleVersion(kind, draft, old);
    keepSystemFields(draft, old);
    change.endpoint.prepareForUpdate(draft, old, strategyContext(call, change.dryRun));
    refuseInvalid(kind, draft, updateErrors(call, change.endpoint, draft, old));
    if (change.endpoint.subresource !== 'status') addWarnings(call, kind.warnings(draft as JsonObject, old));
    if (!change.isAdmitted) await server.admission.validate(attributes, draft as JsonObject);

    const written = await commit(call, key, stored, old, draft, change);
    if (written === undefined) continue;
    if (!change.dryRun) await runHooks(call, info.name);
    return { object: written, created: false };
  }
}

/** Writes a checked update. Undefined when somebody else was faster. */
async function commit(
  call: Call,
  key: string,
  stored: StoredObject,
  old: StoredObject,
  draft: MutableObject,
  { dryRun }: WriteRequest,
): Promise<StoredObject | undefined> {
  const { kind, server } = call;
  if (!dryRun) dropUnstored(draft);
  const isPartial = kind.defaultOnRead?.(draft) === true;
  const ordered = orderFields(kind.type, draft) as StoredObject;
  if (completesDeletion(kind, draft, old)) {
    if (!dryRun && server.store.delete(kind.storage, key, stored) === undefined) return undefined;
    return deepFreeze(ordered);
  }
  const isWritten = isInStorageVersion(kind, stored) && isWhole(stored, old) && !partlyStored.has(stored);
  if (isWritten && saysTheSame(ordered, old)) return old;
  if (dryRun) return unstored(kind, draft);
  const form = await formToStore(kind, draft);
  refuseLarge(call, form);
  const updated = server.store.update(kind.storage, key, stored, form);
  if (isPartial && updated !== undefined) partlyStored.add(updated);
  return updated === undefined ? undefined : reading(kind, () => present(kind, updated));
}

function updateErrors(call: Call, endpoint: Endpoint, draft: MutableObject, old: StoredObject): FieldError[] {
  const { kind } = call;
  const object = draft as JsonObject;
  // The server library and the kind's strategy both look at metadata: such errors are reported again.
  const [changed, whole] = [validateMetadataUpdate(object, old), validateMetadata(kind, object)];
  const checks = endpoint.subresource === 'status' ? Math.min(kind.metadataChecks, 1) : kind.metadataChecks;
  const metadata = [...whole, ...changed, ...[changed, whole, whole].slice(0, checks).flat()];
  const special = kind.subresourceErrors?.[endpoint.subresource];
  const own =
    special === undefined
      ? [...kind.validate(object, old, (text) => addWarnings(call, [text])), ...kind.validateUpdate(object, old)]
      : special(object, old);
  return [...metadata, ...own, ...(endpoint.validateUpdate?.(object, old) ?? [])];
}

/** The name in the body must be that of the URL. */
export function checkName({ info }: Call, draft: MutableObject): void {
  const name = metaText(draft, 'name');
  if (name === '') {
    throw badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`);
  }
  if (name !== info.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
  }
}

function checkVersion(wanted: string): void {
  if (wanted === '' || /^\d+$/.test(wanted)) return;
  throw rawError(`strconv.ParseUint: parsing ${goQuote(wanted)}: invalid syntax`);
}

/** An update names the version that it is based on, or, where the kind allows it, none. */
function settleVersion(kind: ServedKind, draft: MutableObject, old: StoredObject): void {
  const wanted = metaText(draft, 'resourceVersion');
  checkVersion(wanted);
  if (wanted === '' || Number(wanted) === 0) {
    if (!kind.allowUnconditionalUpdate) {
      const error = {
        field: 'metadata.resourceVersion',
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0x0: must be specified for an update',
      } as const;
      throw invalid({ group: kind.group, kind: kind.plural }, old.metadata.name, [error]);
    }
    metadataOf(draft).resourceVersion = old.metadata.resourceVersion;
  } else if (wanted !== old.metadata.resourceVersion) {
    throw conflict(kind, old.metadata.name);
  }
}

/** What a read adds or leaves out, as a schema says it that is not the one of the write, is stored by the next write. */
function isWhole(stored: StoredObject, shown: StoredObject): boolean {
  return stored === shown || stored.apiVersion !== shown.apiVersion || saysTheSame(stored, shown);
}

/** What is stored in a former version is stored anew by the next write, even by one that changes nothing. */
function isInStorageVersion({ storageVersion }: ServedKind, stored: StoredObject): boolean {
  return storageVersion === undefined || stored.apiVersion === storageVersion;
}

/** Whether two states are the same but for the times in managedFields, which alone are no reason to write. */
function saysTheSame(a: StoredObject, b: StoredObject): boolean {
  const { managedFields: mine, ...metadata } = a.metadata;
  const { managedFields: theirs, ...others } = b.metadata;
  if (!deepEqual(metadata, others)) return false;
  if (mine !== theirs && !deepEqual(withoutTimes(mine), withoutTimes(theirs))) return false;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (key !== 'metadata' && !deepEqual(a[key], b[key])) return false;
  }
  return true;
}

function withoutTimes(managedFields: readonly JsonObject[] | undefined): unknown {
  return managedFields?.map((entry) => {
    if (!isPlainObject(entry)) return entry;
    const { time: _time, ...rest } = entry;
    return rest;
  });
}
