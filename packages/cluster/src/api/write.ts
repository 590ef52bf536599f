import { deepEqual, encodeJson, isPlainObject, type JsonObject, orderFields, requiredValue } from '@opwright/machinery';
import type { FieldError, MutableObject, ServedKind, StrategyContext } from '../kinds/kind.ts';
import { deepFreeze, type StoredObject, storeKey } from '../store/object.ts';
import type { AdmissionAttributes, Operation } from './admission/admission.ts';
import type { ApiServer, Call } from './context.ts';
import { formToStore, reading } from './conversion.ts';
import type { Endpoint } from './endpoint.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  generateNameConflict,
  goQuote,
  invalid,
  notFound,
  rawError,
  stillBeingDeleted,
  uidPreconditionFailed,
} from './errors.ts';
import {
  completesDeletion,
  dedupeOwnerReferences,
  fillSystemFields,
  keepSystemFields,
  metadataOf,
  metaText,
  settleNamespace,
} from './metadata.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata-validation.ts';
import { present } from './present.ts';
import { keyNamespace, objectKey } from './verbs/get.ts';

/*
 * The stages between decoding and the store, which all writes share: admit, prepare, validate, admit, store.
 */

/** Objects of which Kubernetes would have stored less than it shows, see {@link ServedKind.defaultOnRead}. */
const partlyStored = new WeakSet<StoredObject>();

/** Attempts to find a free name for generateName. */
const NAME_ATTEMPTS = 8;

export interface WriteRequest {
  readonly dryRun: boolean;
  /** CreateOptions, UpdateOptions or PatchOptions as admission sees them. */
  readonly admissionOptions: JsonObject;
  /** Admission has seen the write already, in the form in which it was asked for. */
  readonly isAdmitted?: true;
}

export interface Written {
  readonly object: StoredObject;
  readonly created: boolean;
}

/**
 * Stores a decoded, defaulted and tracked object under a new name.
 *
 * @throws StatusError 400, 403, 404, 409, 422
 */
export async function createObject(call: Call, draft: MutableObject, write: WriteRequest): Promise<StoredObject> {
  const { kind, info, server } = call;
  settleNamespace(kind, draft, info.namespace);
  const attributes = admissionAttributes(call, 'CREATE', '', metaText(draft, 'name'), write);
  call.warnings.push(...dedupeOwnerReferences(draft));
  const mutating = server.admission.mutate(attributes, draft);
  if (mutating !== undefined) await mutating;
  dedupeOwnerReferences(draft);
  settleNamespace(kind, draft, info.namespace);

  const generated = metaText(draft, 'name') === '';
  const nowMs = server.clock.now();
  fillSystemFields(draft, server.random, nowMs);
  kind.prepareForCreate(draft, strategyContext(call, write.dryRun));
  if (kind.hasGeneration) metadataOf(draft).generation = 1;
  refuseInvalid(kind, draft, createErrors(kind, draft as JsonObject));
  kind.canonicalize?.(draft);
  call.warnings.push(...kind.warnings(draft as JsonObject, undefined));
  const named = generated ? { ...attributes, name: metaText(draft, 'name') } : attributes;
  const validating = server.admission.validate(named, draft as JsonObject);
  if (validating !== undefined) await validating;
  // What is no version at all goes unnoticed.
  if (/^0*[1-9]\d*$/.test(metaText(draft, 'resourceVersion'))) {
    throw rawError('resourceVersion should not be set on objects to be created');
  }

  const isPartial = kind.defaultOnRead?.(draft) === true;
  for (let attempt = 1; ; attempt++) {
    const name = metaText(draft, 'name');
    const key = storeKey(keyNamespace(kind.scope, info.namespace), name);
    if (write.dryRun) {
      if (server.store.get(kind.storage, key) === undefined) {
        return deepFreeze(orderFields(kind.type, draft)) as StoredObject;
      }
    } else {
      const forming = formToStore(kind, draft);
      const form = forming instanceof Promise ? await forming : forming;
      refuseLarge(call, form);
      const created = server.store.create(kind.storage, key, form);
      if (created !== undefined) {
        if (isPartial) partlyStored.add(created);
        const hooks = runHooks(call, name);
        if (hooks !== undefined) await hooks;
        return reading(kind, () => present(kind, created));
      }
    }
    if (!generated) {
      const existing = server.store.get(kind.storage, key)!;
      throw existing.metadata.deletionTimestamp === undefined
        ? alreadyExists(kind, name)
        : stillBeingDeleted(kind, name);
    }
    if (attempt === NAME_ATTEMPTS) throw generateNameConflict(kind, name);
    delete metadataOf(draft).name;
    fillSystemFields(draft, server.random, nowMs);
    kind.canonicalize?.(draft);
  }
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
      const draft = await change.next(undefined);
      checkName(call, draft);
      checkVersion(metaText(draft, 'resourceVersion'));
      // There is none yet that a new object could be based on.
      delete metadataOf(draft).resourceVersion;
      const uid = metaText(draft, 'uid');
      if (uid !== '') {
        const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
        throw conflict(kind, info.name, why);
      }
      return { object: await createObject(call, draft, change), created: true };
    }
    const old = await reading(kind, () => present(kind, stored));
    // In the form of what is stored, so that comparisons see what differs and not how it was written.
    const draft = orderFields(kind.type, await change.next(old)) as MutableObject;
    checkName(call, draft);
    settleNamespace(kind, draft, info.namespace);
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
  const isPartial = kind.defaultOnRead?.(draft) === true;
  const ordered = orderFields(kind.type, draft) as StoredObject;
  if (completesDeletion(kind, draft, old)) {
    if (!dryRun && server.store.delete(kind.storage, key, stored) === undefined) return undefined;
    return deepFreeze(ordered);
  }
  if (saysTheSame(ordered, old) && isInStorageVersion(kind, stored) && !partlyStored.has(stored)) return old;
  if (dryRun) return deepFreeze(ordered);
  const form = await formToStore(kind, draft);
  refuseLarge(call, form);
  const updated = server.store.update(kind.storage, key, stored, form);
  if (isPartial && updated !== undefined) partlyStored.add(updated);
  return updated === undefined ? undefined : reading(kind, () => present(kind, updated));
}

/** Bytes of one object that etcd takes. */
const STORED_LIMIT = 1.5 * 1024 * 1024;
/** No smaller body makes an object too large, but for one that is so nearly. */
const LARGE_BODY = 256 * 1024;

/** @throws StatusError 500 as etcd's refusal is one */
function refuseLarge({ request }: Call, form: MutableObject): void {
  const { body } = request;
  if (body === undefined || !('bytes' in body) || body.bytes.length < LARGE_BODY) return;
  if (encodeJson(form).length > STORED_LIMIT) throw rawError('etcdserver: request is too large');
}

/** The form in which an object goes into the store, which owns it then: its fields in order, ready to get its version. */
export function storedForm(kind: ServedKind, draft: MutableObject): MutableObject {
  const metadata = metadataOf(draft);
  // What is stored already may be part of the draft.
  const own = Object.isFrozen(metadata) ? { ...draft, metadata: { ...metadata } } : draft;
  metadataOf(own).resourceVersion = '0';
  const ordered = orderFields(kind.type, own);
  if (kind.toStorage === undefined) return ordered;
  const form = kind.toStorage(ordered);
  // Converting may share what it was given: the version is written into a copy.
  return { ...form, metadata: { ...metadataOf(form) } };
}

/** What admission gets to know about a write. */
export function admissionAttributes(
  call: Call,
  operation: Operation,
  subresource: string,
  name: string,
  { dryRun, admissionOptions }: { readonly dryRun: boolean; readonly admissionOptions: JsonObject | null },
): AdmissionAttributes {
  const { kind, info, user } = call;
  return {
    operation,
    kind,
    subresource,
    namespace: kind.scope === 'Namespaced' ? info.namespace : '',
    name,
    user,
    dryRun,
    options: admissionOptions,
    warn: (text) => addWarnings(call, [text]),
  };
}

/** Lets what hangs on a kind's objects catch up before the client knows of the write. */
export function runHooks({ kind, server }: Call, name: string): void | Promise<void> {
  if (server.hooks.some((hook) => hook.storage === kind.storage)) return runHooksOf(kind, server, name);
}

async function runHooksOf({ storage }: ServedKind, { hooks }: ApiServer, name: string): Promise<void> {
  for (const hook of hooks) if (hook.storage === storage) await hook.afterWrite(name);
}

function createErrors(kind: ServedKind, object: JsonObject): FieldError[] {
  const errors =
    metaText(object, 'name') === '' ? [requiredValue('metadata.name', 'name or generateName is required')] : [];
  for (const error of validateMetadata(kind, object)) errors.push(error);
  for (const error of kind.validate(object)) errors.push(error);
  return errors;
}

function updateErrors(call: Call, endpoint: Endpoint, draft: MutableObject, old: StoredObject): FieldError[] {
  const { kind } = call;
  const object = draft as JsonObject;
  // The server library and the kind's strategy both look at metadata: such errors are reported twice.
  const metadata = [...validateMetadataUpdate(object, old), ...validateMetadata(kind, object)];
  const special = kind.subresourceErrors?.[endpoint.subresource];
  const own =
    special === undefined
      ? [...kind.validate(object, old, (text) => addWarnings(call, [text])), ...kind.validateUpdate(object, old)]
      : special(object, old);
  return [...metadata, ...metadata, ...own, ...(endpoint.validateUpdate?.(object, old) ?? [])];
}

function refuseInvalid(kind: ServedKind, draft: MutableObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(kind, metaText(draft, 'name'), errors);
}

function strategyContext(call: Call, dryRun: boolean): StrategyContext {
  const { info, server, user } = call;
  const { subresource } = info;
  const warn = (text: string) => addWarnings(call, [text]);
  return { nowMs: server.clock.now(), user, allocator: server.allocator, dryRun, subresource, warn };
}

function addWarnings({ warnings }: Call, texts: readonly string[]): void {
  for (const text of texts) if (!warnings.includes(text)) warnings.push(text);
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
