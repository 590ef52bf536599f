import type { JsonObject, JsonValue } from '../json.ts';
import { getOwn, setOwn } from '../trees/own.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { checkShape } from './check-shape.ts';
import { isMap } from './directives.ts';
import { mergeMaps } from './merge-maps.ts';

/**
 * Applies a strategic merge patch as Kubernetes' API server does, with the directives `$patch`, `$retainKeys`,
 * `$setElementOrder/<list>` and `$deleteFromPrimitiveList/<list>`. Maps merge and null removes a field; a list with the
 * strategy `merge` merges by its merge key (new items come first) or, of scalars, as a set; any other list is replaced.
 *
 * The result shares unchanged subtrees with `original`; neither argument is changed. It still has to be decoded: where
 * the patch replaces as a whole it may hold nulls and unknown fields.
 * @throws StrategicMergeError
 * @see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
export function strategicMergePatch(type: TypeNode, original: JsonObject, patch: JsonObject): JsonObject {
  const merged = mergeMaps(type, original, patch);
  checkShape(type, merged, original);
  return merged;
}

/**
 * A patch as Kubernetes shows it once it is applied: nulls that meet nothing in the object are gone.
 */
export function appliedPatch(original: JsonObject, patch: JsonObject): JsonObject {
  const shown: { [key: string]: JsonValue } = {};
  for (const [key, value] of entriesOf(patch)) {
    const before = getOwn(original, key) as JsonValue | undefined;
    if (isMap(value) && isMap(before)) setOwn(shown, key, appliedPatch(before, value));
    else
      setOwn(
        shown,
        key,
        Array.isArray(value) === Array.isArray(before) && before !== undefined ? value : withoutNulls(value),
      );
  }
  return shown;
}

function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => withoutNulls(item));
  if (!isMap(value)) return value;
  const rest: { [key: string]: JsonValue } = {};
  for (const [key, each] of entriesOf(value)) if (each !== null) setOwn(rest, key, withoutNulls(each));
  return rest;
}

function entriesOf(map: JsonObject): [string, JsonValue][] {
  return Object.entries(map) as [string, JsonValue][];
}
