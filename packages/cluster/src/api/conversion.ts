import type { JsonObject, JsonValue } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../kinds/kind.ts';
import { deepFreeze, type StoredObject } from '../store/object.ts';
import { metadataOf } from './metadata.ts';
import { NotConverted, present, presentAs } from './present.ts';
import { storedForm } from './write.ts';

/*
 * Most kinds convert between their versions by a function. Those whose definition names a conversion webhook have to ask it:
 * what is shown of a stored object is then made beforehand and remembered, so that reads stay one step of the server.
 */

/**
 * Objects that a webhook is asked about at once: what is written and read for one review takes a millisecond or two.
 * kube-apiserver asks about each object on its own, when its watch cache reads it.
 */
const REVIEWED = 100;

/**
 * Runs a read that presents stored objects. When it meets one that has not been converted, that one is, or all that `more`
 * names, and the read begins again.
 */
export function reading<T>(
  kind: ServedKind,
  read: () => T | Promise<T>,
  more: () => readonly StoredObject[] = () => [],
): T | Promise<T> {
  return kind.convert === undefined ? read() : convertedReading(kind, read, more);
}

async function convertedReading<T>(
  kind: ServedKind,
  read: () => T | Promise<T>,
  more: () => readonly StoredObject[],
): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof NotConverted)) throw error;
      await convertAll(kind, [error.object, ...more()]);
    }
  }
}

/** Makes sure that the objects can be presented. @throws StatusError 500 when the webhook fails */
export async function convertAll(kind: ServedKind, objects: readonly (StoredObject | undefined)[]): Promise<void> {
  const { convert } = kind;
  if (convert === undefined) return;
  const missing = [...new Set(objects)].filter(
    (object): object is StoredObject => object !== undefined && presentAs.isMissing(kind, object),
  );
  if (missing.length === 0) return;
  for (let at = 0; at < missing.length; at += REVIEWED) {
    const some = missing.slice(at, at + REVIEWED);
    const converted = await convert(some, kind.apiVersion);
    for (const [index, object] of some.entries()) {
      presentAs.remember(kind, object, withVersion(converted[index]!, object.metadata.resourceVersion));
    }
  }
}

/** {@link storedForm}, by the webhook where the kind has one. */
export function formToStore(kind: ServedKind, draft: MutableObject): MutableObject | Promise<MutableObject> {
  const form = storedForm(kind, draft);
  const { convert, storageVersion } = kind;
  if (convert === undefined || storageVersion === undefined || form.apiVersion === storageVersion) return form;
  return convertedForm(form, convert, storageVersion);
}

/** What a read would show of a written object that is not stored: it goes through the same conversions and defaults. */
export async function unstored(kind: ServedKind, draft: MutableObject): Promise<StoredObject> {
  const { resourceVersion } = metadataOf(draft);
  const form = await formToStore(kind, draft);
  if (resourceVersion === undefined) delete metadataOf(form).resourceVersion;
  else metadataOf(form).resourceVersion = resourceVersion;
  const stored = deepFreeze(form) as StoredObject;
  return reading(kind, () => present(kind, stored));
}

async function convertedForm(
  form: MutableObject,
  convert: NonNullable<ServedKind['convert']>,
  storageVersion: string,
): Promise<MutableObject> {
  const [converted] = await convert([form as JsonObject], storageVersion);
  return withVersion(converted!, metadataOf(form).resourceVersion as JsonValue) as MutableObject;
}

/** What a webhook made of an object gets its version back; with the keys of the metadata in order, as custom resources have them. */
export function withVersion(object: JsonObject, resourceVersion: JsonValue | undefined): JsonObject {
  if (resourceVersion === undefined) return object;
  const entries = Object.entries({ ...(object.metadata as JsonObject), resourceVersion });
  return { ...object, metadata: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
