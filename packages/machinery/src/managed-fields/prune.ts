import type { JsonObject, JsonValue } from '../json.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { type FieldManagerRequest, inVersion } from './field-manager.ts';
import { difference, type FieldSet, intersection, isSubset, union } from './field-set.ts';
import { type Manager, type Managers, managerId } from './managers.ts';
import { removeFields } from './remove-fields.ts';
import { withNamedFields } from './schema-changes.ts';
import { toFieldSet } from './to-field-set.ts';

/**
 * Removes from a merged object what its applier applied `last` time, does not apply now, and nobody else owns. A struct
 * goes with the last of its fields, including those that nobody owns (defaults); what an update owns stays.
 * @param managers everyone, the applier with what it applies now
 */
export function prune(
  request: FieldManagerRequest,
  merged: JsonObject,
  managers: Managers,
  last: Manager | undefined,
): JsonObject {
  if (last === undefined) return merged;
  const now = managers.get(managerId(last));
  // Who applies all that it applied before, and maybe more, drops nothing.
  if (now?.apiVersion === last.apiVersion && isSubset(last.set, now.set)) return merged;
  const before = inVersion(request, merged, last.apiVersion);
  if (before === undefined) return merged;

  const { type, object } = before;
  const dropped = withNamedFields(type, last.set);
  const kept = addBackOwned(request, object, removeFields(type, object, dropped), managers, last.apiVersion);
  const keptBefore = inVersion(request, kept as JsonObject, last.apiVersion);
  if (keptBefore === undefined) return merged;
  // Only what was applied last time may go: what is unowned otherwise comes back.
  const gone = difference(namedFieldsOf(type, object), namedFieldsOf(type, keptBefore.object));
  const pruned = removeFields(type, object, intersection(gone, dropped)) as JsonObject;
  return inVersion(request, pruned, request.apiVersion)?.object ?? merged;
}

/** The merged object without what neither is in `pruned` nor has an owner. */
function addBackOwned(
  request: FieldManagerRequest,
  merged: JsonObject,
  pruned: JsonValue,
  managers: Managers,
  firstVersion: string,
): JsonValue {
  let whole = merged;
  let result = pruned;
  for (const [apiVersion, managed] of ownedByVersion(request, managers, firstVersion)) {
    const from = inVersion(request, whole, apiVersion);
    const to = inVersion(request, result as JsonObject, apiVersion);
    if (from === undefined || to === undefined) continue;
    const { type, object } = from;
    const stays = union(namedFieldsOf(type, to.object), withNamedFields(type, managed));
    result = removeFields(type, object, difference(namedFieldsOf(type, object), stays));
    whole = object;
  }
  return result;
}

/** Everything that is owned, by the version in which it was written; the given version is the first. */
function ownedByVersion(request: FieldManagerRequest, managers: Managers, first: string): Map<string, FieldSet> {
  const owned = new Map<string, FieldSet>();
  const versionOf = (manager: Manager) => (request.convert === undefined ? first : manager.apiVersion);
  const inOrder = [...managers.values()].sort(
    (a, b) => Number(versionOf(b) === first) - Number(versionOf(a) === first),
  );
  for (const manager of inOrder) {
    const version = versionOf(manager);
    const known = owned.get(version);
    owned.set(version, known === undefined ? manager.set : union(known, manager.set));
  }
  return owned;
}

function namedFieldsOf(type: TypeNode, object: JsonValue): FieldSet {
  return withNamedFields(type, toFieldSet(type, object));
}
