import { type JsonObject, type ManagedFieldsEntry, mutableCopy } from '@opwright/machinery';
import type { FieldError, MutableObject, ServedKind, StrategyContext } from '../kinds/kind.ts';
import type { StoredObject } from '../store/object.ts';
import { bumpGeneration, metadataOf } from './metadata.ts';
import type { ExpectedKind } from './read-body.ts';

/**
 * One face of a resource that is read, replaced and patched: the object itself, or a subresource that shows a part or
 * another form of it. The verbs know nothing else about it.
 */
export interface Endpoint {
  /** '' for the object itself. */
  readonly subresource: string;
  /** What bodies are. */
  readonly bodies: ExpectedKind;
  /** The form in which an object is answered and patched; default: itself. */
  view?(object: StoredObject): MutableObject;
  /** Refuses to show an object that has nothing to be shown in that form; patches give it that. */
  checkView?(object: StoredObject): void;
  /** The object that a body in that form asks for; default: the body is the object. */
  merge?(body: MutableObject, old: StoredObject): MutableObject;
  /** Checks a body before it is merged. */
  validateBody?(body: MutableObject): FieldError[];
  /** Who owns what of that form, where it has owners of its own. */
  readonly owners?: FormOwners;
  /** Takes back what this endpoint may not change, in place. */
  prepareForUpdate(object: MutableObject, old: StoredObject, context: StrategyContext): void;
  /** What only writes through this endpoint may not do. */
  validateUpdate?(object: JsonObject, old: JsonObject): FieldError[];
}

/** Translates the managed fields of an object into those of another form of it, and back. */
export interface FormOwners {
  ofForm(object: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[];
  ofObject(object: readonly ManagedFieldsEntry[], form: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[];
}

/** The object itself. */
export function mainEndpoint(kind: ServedKind): Endpoint {
  return {
    subresource: '',
    bodies: kind,
    prepareForUpdate(object, old, context) {
      kind.prepareForUpdate(object, old, context);
      bumpGeneration(kind, object, old);
    },
  };
}

/** `status`: everything but the status stays; metadata as far as the kind lets it. */
export function statusEndpoint(kind: ServedKind): Endpoint {
  return {
    subresource: 'status',
    bodies: kind,
    prepareForUpdate(object, old, context) {
      keepAllBut(object, old, 'status');
      keepMetadata(object, old, kind.statusKeepsMetadata ?? []);
      kind.prepareForStatusUpdate?.(object, old, context);
    },
  };
}

/** Brings every top-level field back to its old state, except metadata and one other. */
export function keepAllBut(object: MutableObject, old: StoredObject, changed: string): void {
  for (const key of Object.keys(object)) {
    if (key !== 'metadata' && key !== changed && !Object.hasOwn(old, key)) delete object[key];
  }
  for (const key of Object.keys(old)) {
    if (key !== 'metadata' && key !== changed) object[key] = mutableCopy(old[key]);
  }
}

function keepMetadata(object: MutableObject, old: StoredObject, fields: 'all' | readonly string[]): void {
  const metadata = metadataOf(object);
  if (fields === 'all') {
    const { managedFields, resourceVersion } = metadata;
    object.metadata = { ...old.metadata, managedFields, resourceVersion };
    if (managedFields === undefined) delete metadataOf(object).managedFields;
    return;
  }
  for (const field of fields) {
    if (old.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = mutableCopy(old.metadata[field]);
  }
}
