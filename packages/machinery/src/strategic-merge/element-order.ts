import type { JsonObject, JsonValue } from '../json.ts';
import { getOwn } from '../trees/own.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { DIRECTIVE, isMap, withoutDirectives } from './directives.ts';
import { goText, goTypeName } from './go-print.ts';
import { asMapItem, elementType, inOrder, type List } from './list-order.ts';
import { mergeLists } from './merge-lists.ts';
import { noMergeKey, StrategicMergeError, wrongArgument } from './patch-error.ts';
import { listMeta, type PatchMeta } from './patch-meta.ts';

/**
 * Merges a list and gives its items the order of `$setElementOrder`; items that it does not name keep theirs.
 * undefined when neither side has the list.
 */
export function applyElementOrder(
  parent: TypeNode,
  name: string,
  original: JsonValue | undefined,
  patch: JsonValue | undefined,
  wanted: List,
): List | undefined {
  const before = original === undefined ? undefined : requireList(original);
  const added = patch === undefined ? undefined : requireList(patch);
  const meta = listMeta(parent, name);
  checkOrder(added ?? [], wanted, meta.mergeKey);
  const merged = mergedList(meta, before, added);
  if (merged === undefined) return undefined;
  elementType(before ?? [], added ?? []);
  return inOrder(merged, wanted, before ?? [], meta.mergeKey);
}

function mergedList(meta: PatchMeta, original: List | undefined, patch: List | undefined): List | undefined {
  if (patch === undefined) return original;
  return original === undefined ? (withoutDirectives(patch) as List) : mergeLists(meta, original, patch);
}

export function requireList(value: JsonValue): List {
  if (!Array.isArray(value)) throw wrongArgument(goTypeName([]), value === null ? '%!s(<nil>)' : goTypeName(value));
  return value as List;
}

/** The items of the patch must be among those of the order, and in the same order. */
function checkOrder(patch: List, order: List, mergeKey: string | undefined): void {
  if (patch.length === 0 || order.length === 0) return;
  const items = mergeKey === undefined ? patch : patch.filter((item) => asMapItem(item)[DIRECTIVE] !== 'delete');
  let at = 0;
  let wanted = 0;
  while (at < items.length && wanted < order.length) {
    const item = items[at]!;
    if (isMap(item) && Object.hasOwn(item, DIRECTIVE)) {
      at++;
      continue;
    }
    if (identity(item, mergeKey) === identity(order[wanted]!, mergeKey)) at++;
    wanted++;
  }
  if (at < items.length && wanted >= order.length) {
    throw new StrategicMergeError(
      500,
      `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
    );
  }
}

function identity(item: JsonValue, mergeKey: string | undefined): unknown {
  if (mergeKey === undefined) return item;
  const map: JsonObject = asMapItem(item);
  if (!Object.hasOwn(map, mergeKey)) throw noMergeKey(map, mergeKey);
  return getOwn(map, mergeKey);
}
