import type { JsonObject } from '../json.ts';
import type { ManagedFieldsEntry } from '../meta.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { managedFieldsOf, withManagedFields } from './field-manager.ts';

/**
 * `live` itself when `next` differs from it by nothing but times of managers, otherwise `next`: such a change is not worth
 * a write. To be asked after defaulting and admission, with everything restored that a write may not change.
 */
export function liveIfOnlyTimesDiffer(live: JsonObject, next: JsonObject): JsonObject {
  if (live === next) return live;
  const before = managedFieldsOf(live) ?? [];
  const after = managedFieldsOf(next) ?? [];
  const sameManagers = before.length === after.length && before.every((entry, i) => sameButTime(entry, after[i]!));
  if (!sameManagers) return next;
  return deepEqual(withManagedFields(live, undefined), withManagedFields(next, undefined)) ? live : next;
}

function sameButTime(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  if (a === b) return true;
  const { time: _a, ...restOfA } = a;
  const { time: _b, ...restOfB } = b;
  return deepEqual(restOfA, restOfB);
}
