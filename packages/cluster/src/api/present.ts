import { type JsonObject, orderFields } from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import { deepFreeze, type StoredObject } from '../store/object.ts';

const presented = new WeakMap<ServedKind, WeakMap<StoredObject, StoredObject>>();

/** A stored object that only a conversion webhook can show in the version of the request. */
export class NotConverted extends Error {
  override readonly name = 'NotConverted';
  readonly object: StoredObject;

  constructor(object: StoredObject) {
    super(`${object.metadata.name} has not been converted`);
    this.object = object;
  }
}

/**
 * The stored object as a version of its resource shows it: the object itself, or a converted copy that is made once per
 * stored object, so that it too can be compared by identity.
 *
 * @throws NotConverted when that takes a webhook
 */
export function present(kind: ServedKind, stored: StoredObject): StoredObject {
  if (kind.fromStorage === undefined) return stored;
  const known = presented.get(kind)?.get(stored);
  if (known !== undefined) return known;
  if (presentAs.isMissing(kind, stored)) throw new NotConverted(stored);
  const converted = kind.fromStorage(stored);
  return set(
    kind,
    stored,
    converted === stored ? stored : (deepFreeze(orderFields(kind.type, converted)) as StoredObject),
  );
}

/** What is known of converted objects. */
export const presentAs = {
  /** Whether a webhook has yet to convert the object. */
  isMissing: (kind: ServedKind, stored: StoredObject): boolean =>
    kind.convert !== undefined && stored.apiVersion !== kind.apiVersion && !presented.get(kind)?.has(stored),
  /** Takes what the webhook has made of an object. */
  remember(kind: ServedKind, stored: StoredObject, converted: JsonObject): void {
    // Defaults that came with a later schema.
    const shown = kind.fromStorage?.(converted) ?? converted;
    set(kind, stored, deepFreeze(orderFields(kind.type, shown)) as StoredObject);
  },
};

function set(kind: ServedKind, stored: StoredObject, shown: StoredObject): StoredObject {
  let cache = presented.get(kind);
  if (cache === undefined) {
    cache = new WeakMap();
    presented.set(kind, cache);
  }
  cache.set(stored, shown);
  return shown;
}
