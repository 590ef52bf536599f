import type { JsonObject, JsonValue } from '../json.ts';
import { getOwn, setOwn } from '../trees/own.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { DIRECTIVE, isMap, patchedValue } from './directives.ts';
import { goTypeName } from './go-print.ts';
import type { List } from './list-order.ts';
import { DELETE_FROM_LIST, ELEMENT_ORDER, RETAIN_KEYS } from './merge-maps.ts';
import { listMeta, mapMeta } from './patch-meta.ts';

/**
 * A patch as Kubernetes shows it once it is applied, for its merge takes from the patch what it reads: orders of elements
 * and the lists that they are about, keys to retain, nulls that meet nothing in the object.
 */
export function appliedPatch(type: TypeNode, original: JsonObject, patch: JsonObject): JsonObject {
  const directive = getOwn(patch, DIRECTIVE);
  if (directive !== undefined) {
    const { [DIRECTIVE]: _, ...rest } = patch;
    return directive === 'replace' ? rest : patch;
  }
  const ordered = new Set(Object.keys(patch).filter((key) => key.startsWith(ELEMENT_ORDER)));
  for (const key of [...ordered]) ordered.add(key.slice(ELEMENT_ORDER.length + 1));
  const shown: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || ordered.has(key)) continue;
    const before = key.startsWith(DELETE_FROM_LIST) ? undefined : (getOwn(original, key) as JsonValue | undefined);
    setOwn(shown, key, appliedValue(type, key, before, patch[key]!));
  }
  return shown;
}

function appliedValue(type: TypeNode, key: string, before: JsonValue | undefined, value: JsonValue): JsonValue {
  if (value === null || key.startsWith(DELETE_FROM_LIST)) return value;
  if (before === undefined || before === null || goTypeName(before) !== goTypeName(value)) return taken(value);
  if (isMap(before) && isMap(value)) {
    const { type: child, strategy } = mapMeta(type, key);
    return strategy === 'replace' ? value : appliedPatch(child, before, value);
  }
  if (!Array.isArray(before) || !Array.isArray(value)) return value;
  const { type: item, strategy, mergeKey } = listMeta(type, key);
  if (strategy !== 'merge' || mergeKey === undefined) return value;
  return (value as List).map((each) => {
    const met = (before as List).find((other) => isMap(other) && isMap(each) && other[mergeKey] === each[mergeKey]);
    return isMap(met) && isMap(each) && !Object.hasOwn(each, DIRECTIVE) ? appliedPatch(item, met, each) : each;
  });
}

/** What is taken as it is loses nulls and, below the value itself or the items of a list, maps that are directives. */
function taken(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as List).map(taken);
  return isMap(value) && Object.hasOwn(value, DIRECTIVE) ? withoutNulls(value) : (patchedValue(value) ?? null);
}

function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as List).map(withoutNulls);
  if (!isMap(value)) return value;
  const rest: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(value)) if (value[key] !== null) setOwn(rest, key, withoutNulls(value[key]!));
  return rest;
}
