import type { JsonObject, JsonValue } from '../json.ts';
import { getOwn } from '../trees/own.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { DIRECTIVE } from './directives.ts';
import { goTypeName } from './go-print.ts';
import { asMapItem, elementType, inOrder, type List, requireMergeKey } from './list-order.ts';
import { mergeMaps } from './merge-maps.ts';
import { noMergeKey, StrategicMergeError, unknownPatchType } from './patch-error.ts';
import { listMeta, type PatchMeta } from './patch-meta.ts';

/** Merges a patch's list into the one of a field, or replaces it, as the field's strategy says. */
export function mergeListField(parent: TypeNode, name: string, original: List, patch: List): List {
  return mergeLists(listMeta(parent, name), original, patch);
}

export function mergeLists(meta: PatchMeta, original: List, patch: List): List {
  if (meta.strategy !== 'merge') return patch;
  if (original.length === 0 && patch.length === 0) return original;
  if (elementType(original, patch) === goTypeName({})) return mergeMapLists(meta, original, patch);
  return unlessSame(original, inOrder([...new Set([...original, ...patch])], patch, original, undefined));
}

/** What `$deleteFromPrimitiveList` leaves. Values that are no lists are left to fail with the type. */
export function deleteFromList(current: JsonValue, toDelete: JsonValue): JsonValue {
  if (!Array.isArray(current) || !Array.isArray(toDelete)) return current;
  const original = current as List;
  const goes = toDelete as List;
  if (original.length === 0 && goes.length === 0) return original;
  elementType(original, goes);
  const gone = new Set<JsonValue>(goes);
  return unlessSame(
    original,
    original.filter((item) => !gone.has(item)),
  );
}

function mergeMapLists({ type, mergeKey }: PatchMeta, list: List, patch: List): List {
  if (mergeKey === undefined) {
    throw new StrategicMergeError(500, `cannot merge lists without merge key for ${type.node}`);
  }
  const { original, items } = applyElementDirectives(list, patch, mergeKey);
  const merged = [...original];
  for (const item of items) {
    const wanted = requireMergeKey(item, mergeKey);
    const at = indexOf(merged, mergeKey, getOwn(wanted, mergeKey));
    if (at === -1) merged.push(wanted);
    else merged[at] = mergeMaps(type, merged[at] as JsonObject, wanted);
  }
  return unlessSame(list, inOrder(merged, items, original, mergeKey));
}

/** Deletes what elements with `$patch: delete` name; `$patch: replace` puts the patch's elements in place of all. */
function applyElementDirectives(list: List, patch: List, mergeKey: string): { original: List; items: List } {
  let original = list;
  let replace = false;
  const items: JsonValue[] = [];
  for (const element of patch) {
    const map = asMapItem(element);
    const directive = getOwn(map, DIRECTIVE);
    if (directive === undefined) {
      items.push(element);
    } else if (directive === 'delete') {
      if (!Object.hasOwn(map, mergeKey)) throw noMergeKey(map, mergeKey);
      original = original.filter((item) => getOwn(asMapItem(item), mergeKey) !== map[mergeKey]);
    } else if (directive === 'replace') {
      replace = true;
    } else if (directive === 'merge') {
      throw new StrategicMergeError(500, 'merging lists cannot yet be specified in the patch');
    } else {
      throw unknownPatchType(directive, map);
    }
  }
  return replace ? { original: items, items: [] } : { original, items };
}

function indexOf(list: List, mergeKey: string, value: unknown): number {
  return list.findIndex((item, i) => {
    const map = mapAt(item, i);
    return Object.hasOwn(map, mergeKey) && map[mergeKey] === value;
  });
}

function mapAt(item: JsonValue, index: number): JsonObject {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new StrategicMergeError(500, `value for key ${index} is not a map`);
  }
  return item as JsonObject;
}

function unlessSame(original: List, merged: List): List {
  return merged.length === original.length && merged.every((item, i) => item === original[i]) ? original : merged;
}
