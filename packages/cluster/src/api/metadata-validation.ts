import {
  deepEqual,
  forbiddenValue,
  goQuote,
  invalidValue,
  type JsonObject,
  RawGoText,
  validateFinalizer,
  validateFinalizerDomain,
} from '@opwright/machinery';
import type { FieldError, ServedKind } from '../kinds/kind.ts';
import { annotationErrors, labelErrors } from '../kinds/validation/metadata.ts';
import type { StoredObject } from '../store/object.ts';

/**
 * What is wrong with an object's metadata, its name apart (what names look like is the kind's business).
 * ValidateObjectMeta of the API machinery.
 */
export function validateMetadata(kind: ServedKind, object: JsonObject): FieldError[] {
  const { generation, labels, annotations, ownerReferences, finalizers } = object.metadata as JsonObject;
  let errors = generationErrors(generation);
  if (labels !== undefined) errors = errors.concat(labelErrors(labels, 'metadata.labels'));
  if (annotations !== undefined) errors = errors.concat(annotationErrors(annotations, 'metadata.annotations'));
  if (ownerReferences !== undefined) errors = errors.concat(ownerErrors(ownerReferences));
  if (finalizers !== undefined) errors = errors.concat(finalizerErrors(finalizers, kind.finalizersNeedDomain));
  return errors;
}

function generationErrors(generation: unknown): FieldError[] {
  if (typeof generation !== 'number' || generation >= 0) return [];
  return [invalidValue('metadata.generation', generation, 'must be greater than or equal to 0')];
}

/** Each controller after the first is an error that shows all owners: what thousands of them say would fill the memory. */
const MAX_CONTROLLERS = 10;

function ownerErrors(references: unknown): FieldError[] {
  if (!Array.isArray(references)) return [];
  const field = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controllers = 0;
  let controller: JsonObject | undefined;
  for (const reference of references as JsonObject[]) {
    const parts = String(reference.apiVersion ?? '').split('/');
    if (parts.length > 2 || parts.at(-1) === '')
      errors.push(invalidValue(`${field}.apiVersion`, reference.apiVersion ?? '', 'version must not be empty'));
    for (const part of ['kind', 'name', 'uid']) {
      if ((reference[part] ?? '') === '')
        errors.push(invalidValue(`${field}.${part}`, '', `${part} must not be empty`));
    }
    if (reference.kind === 'Event' && reference.apiVersion === 'v1') {
      errors.push(
        invalidValue(field, new RawGoText(goOwner(reference)), `/v1, Kind=Event is disallowed from being an owner`),
      );
    }
    if (reference.controller !== true) continue;
    if (++controllers > MAX_CONTROLLERS) continue;
    if (controller === undefined) {
      controller = reference;
    } else {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${ownerText(controller)} and ${ownerText(reference)}`;
      errors.push(invalidValue(field, new RawGoText(goOwners(references as JsonObject[])), text));
    }
  }
  return errors;
}

// Go prints pointers as addresses, which nobody can compare: a fixed one stands for all.
function goOwner(r: JsonObject): string {
  const pointer = (value: unknown) =>
    value === undefined || value === null ? '(*bool)(nil)' : '(*bool)(0xc000000000)';
  return `v1.OwnerReference{APIVersion:${goQuote(String(r.apiVersion ?? ''))}, Kind:${goQuote(String(r.kind ?? ''))}, Name:${goQuote(String(r.name ?? ''))}, UID:${goQuote(String(r.uid ?? ''))}, Controller:${pointer(r.controller)}, BlockOwnerDeletion:${pointer(r.blockOwnerDeletion)}}`;
}

function goOwners(references: readonly JsonObject[]): string {
  return `[]v1.OwnerReference{${references.map(goOwner).join(', ')}}`;
}

function finalizerErrors(finalizers: unknown, domain: boolean): FieldError[] {
  if (!Array.isArray(finalizers)) return [];
  const field = 'metadata.finalizers';
  const errors: FieldError[] = [];
  finalizers.forEach((finalizer: string, index) => {
    for (const why of validateFinalizer(finalizer)) errors.push(invalidValue(field, finalizer, why));
    for (const why of domain ? validateFinalizerDomain(finalizer) : [])
      errors.push(invalidValue(`${field}[${index}]`, finalizer, why));
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(
      invalidValue(
        field,
        new RawGoText(goStrings(finalizers as string[])),
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  }
  return errors;
}

/** What an update may not change in metadata. ValidateObjectMetaUpdate of the API machinery. */
export function validateMetadataUpdate(object: JsonObject, old: StoredObject): FieldError[] {
  const metadata = object.metadata as JsonObject;
  const errors: FieldError[] = [];
  if (old.metadata.deletionTimestamp !== undefined) {
    const before = new Set(old.metadata.finalizers ?? []);
    const added = ((metadata.finalizers ?? []) as readonly string[]).filter((finalizer) => !before.has(finalizer));
    if (added.length > 0) {
      const what = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings([...new Set(added)].sort())}`;
      errors.push(forbiddenValue('metadata.finalizers', what));
    }
  }
  for (const field of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ]) {
    const value = metadata[field];
    const before = old.metadata[field];
    if (deepEqual(value, before)) continue;
    const shown =
      field.endsWith('Timestamp') && typeof value === 'string' ? new RawGoText(goTime(value)) : (value ?? '');
    errors.push(invalidValue(`metadata.${field}`, shown, 'field is immutable'));
  }
  errors.push(...labelErrors(metadata.labels, 'metadata.labels'));
  errors.push(...annotationErrors(metadata.annotations, 'metadata.annotations'));
  errors.push(...ownerErrors(metadata.ownerReferences));
  return errors;
}

function goStrings(values: readonly string[]): string {
  return `[]string{${values.map(goQuote).join(', ')}}`;
}

/** An RFC 3339 time in UTC as Go prints it. */
function goTime(text: string): string {
  return text.replace('T', ' ').replace('Z', ' +0000 UTC');
}

function ownerText({ kind = '', name = '' }: JsonObject): string {
  return `${kind}/${name}`;
}
