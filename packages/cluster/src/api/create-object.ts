import { type JsonObject, requiredValue } from '@opwright/machinery';
import type { FieldError, MutableObject, ServedKind } from '../kinds/kind.ts';
import { type StoredObject, storeKey } from '../store/object.ts';
import type { Call } from './context.ts';
import { formToStore, reading, unstored } from './conversion.ts';
import { alreadyExists, generateNameConflict, rawError, stillBeingDeleted } from './errors.ts';
import {
  dedupeOwnerReferences,
  dropUnstored,
  fillSystemFields,
  metadataOf,
  metaText,
  settleNamespace,
} from './metadata.ts';
import { validateMetadata } from './metadata-validation.ts';
import { present } from './present.ts';
import { keyNamespace } from './verbs/get.ts';
import {
  admissionAttributes,
  partlyStored,
  refuseInvalid,
  refuseLarge,
  runHooks,
  strategyContext,
  type WriteRequest,
} from './write.ts';

/** Attempts to find a free name for generateName. */
const NAME_ATTEMPTS = 8;

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
  if (!write.dryRun && /^0*[1-9]\d*$/.test(metaText(draft, 'resourceVersion'))) {
    throw rawError('resourceVersion should not be set on objects to be created');
  }

  if (!write.dryRun) dropUnstored(draft);
  const isPartial = kind.defaultOnRead?.(draft) === true;
  for (let attempt = 1; ; attempt++) {
    const name = metaText(draft, 'name');
    const key = storeKey(keyNamespace(kind.scope, info.namespace), name);
    if (write.dryRun) {
      if (server.store.get(kind.storage, key) === undefined) return unstored(kind, draft);
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
      if (metaText(draft, 'generateName') !== '') throw generateNameConflict(kind, name);
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

function createErrors(kind: ServedKind, object: JsonObject): FieldError[] {
  const errors =
    metaText(object, 'name') === '' ? [requiredValue('metadata.name', 'name or generateName is required')] : [];
  for (const error of validateMetadata(kind, object)) errors.push(error);
  for (const error of kind.validate(object)) errors.push(error);
  return errors;
}
