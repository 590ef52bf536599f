import { orderFields } from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import { deepFreeze, type StoredObject } from '../store/object.ts';

const presented = new WeakMap<ServedKind, WeakMap<StoredObject, StoredObject>>();

/**
 * The stored object as a version of its resource shows it: the object itself, or a converted copy that is made once per
 * stored object, so that it too can be compared by identity.
 */
export function present(kind: ServedKind, stored: StoredObject): StoredObject {
  if (kind.fromStorage === undefined) return stored;
  let cache = presented.get(kind);
  if (cache === undefined) {
    cache = new WeakMap();
    presented.set(kind, cache);
  }
  let shown = cache.get(stored);
  if (shown === undefined) {
    const converted = kind.fromStorage(stored);
    shown = converted === stored ? stored : (deepFreeze(orderFields(kind.type, converted)) as StoredObject);
    cache.set(stored, shown);
  }
  return shown;
}
