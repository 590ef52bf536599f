import type { JsonObject, JsonValue } from '../json.ts';
import { getOwn } from '../trees/own.ts';
import { isMap } from './directives.ts';
import { goText, goTypeName } from './go-print.ts';
import { listsOfLists, noMergeKey, StrategicMergeError, wrongArgument } from './patch-error.ts';

export type List = readonly JsonValue[];

/** What identifies an item: its merge key's value, or the scalar itself. Compared by identity. */
export function identityOf(item: JsonValue, mergeKey: string | undefined): JsonValue | undefined {
  if (mergeKey === undefined || !isMap(item)) return item;
  return getOwn(item, mergeKey) as JsonValue | undefined;
}

export function asMapItem(item: JsonValue): JsonObject {
  if (!isMap(item)) throw wrongArgument(goTypeName({}), goTypeName(item));
  return item;
}

export function requireMergeKey(item: JsonValue, mergeKey: string): JsonObject {
  const map = asMapItem(item);
  if (!Object.hasOwn(map, mergeKey)) throw noMergeKey(map, mergeKey);
  return map;
}

/** The Go type that all items of the lists have in common. */
export function elementType(...lists: List[]): string {
  let common: string | undefined;
  for (const item of lists.flat()) {
    const type = goTypeName(item);
    if (common === undefined && type === goTypeName([])) throw listsOfLists();
    if (common !== undefined && common !== type) {
      throw new StrategicMergeError(
        500,
        `list element types are not identical: [${lists.map((list) => goText(list)).join(' ')}]`,
      );
    }
    common = type;
  }
  if (common === undefined) throw new StrategicMergeError(500, 'no elements in any of the given slices');
  return common;
}

/**
 * Orders a merged list. Items that `wanted` names take its order, the others keep the order of `original`; each of these
 * stands before the first named item that it preceded in the original. So items that are new stand first.
 */
export function inOrder(merged: List, wanted: List, original: List, mergeKey: string | undefined): List {
  const places = positions(original, mergeKey);
  const order = positions(wanted, mergeKey);
  const isNamed = (item: JsonValue) => order.has(identityOf(item, mergeKey));
  if (mergeKey !== undefined) {
    for (const item of merged) requireMergeKey(item, mergeKey);
    for (const item of wanted) requireMergeKey(item, mergeKey);
  }
  const named = sortedBy(merged.filter(isNamed), order, mergeKey);
  const others = sortedBy(
    merged.filter((item) => !isNamed(item)),
    places,
    mergeKey,
  );

  const result: JsonValue[] = [];
  let next = 0;
  for (const item of named) {
    const place = places.get(identityOf(item, mergeKey));
    while (place !== undefined && next < others.length) {
      const other = places.get(identityOf(others[next]!, mergeKey));
      if (other === undefined || other >= place) break;
      result.push(others[next++]!);
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

function positions(list: List, mergeKey: string | undefined): ReadonlyMap<JsonValue | undefined, number> {
  const found = new Map<JsonValue | undefined, number>();
  list.forEach((item, i) => {
    const identity = identityOf(item, mergeKey);
    if (!found.has(identity)) found.set(identity, i);
  });
  return found;
}

function sortedBy(
  items: JsonValue[],
  order: ReadonlyMap<JsonValue | undefined, number>,
  mergeKey: string | undefined,
): JsonValue[] {
  const place = (item: JsonValue) => order.get(identityOf(item, mergeKey)) ?? -1;
  return items.sort((a, b) => place(a) - place(b));
}
