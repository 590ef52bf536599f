import type { JsonObject, JsonValue } from '../json.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { setOwn } from '../trees/own.ts';
import type { ListNode, TypeNode } from '../typed/type-node.ts';
import { itemKey } from './list-item.ts';
import type { PathKey } from './path-element.ts';
import { asList, asMap, DEDUCED, fieldType, isAtomic, isEmptyMap, shapeOf, valueAt } from './shape.ts';

/**
 * Lays an apply configuration over a live object: leaves and atomic values are the configuration's, maps and lists with
 * identities are merged. Nothing is removed. Unchanged subtrees, and the whole when nothing changes, are the live
 * object's own.
 *
 * Items stand in the live order; those that only the configuration has are put where it has them relative to the items
 * that both have, and where the two orders disagree, the configuration's wins.
 * @throws Error when an item of a list cannot be identified.
 */
export function merge(type: TypeNode, live: JsonValue, config: JsonValue): JsonValue {
  if (live === config) return live;
  const shape = shapeOf(type, config);
  if (isAtomic(type, shape)) return leaf(live, config);
  if (shape === 'map') {
    const before = asMap(live);
    const wanted = asMap(config);
    // null says nothing about a granular value that has content.
    if (isEmptyMap(before) && isEmptyMap(wanted)) return leaf(live, config);
    return wanted === undefined ? live : mergeMaps(type, before, wanted);
  }
  const before = asList(live) ?? [];
  const wanted = asList(config) ?? [];
  if (before.length === 0 && wanted.length === 0) return leaf(live, config);
  return wanted.length === 0 ? live : mergeLists(type as ListNode, before, wanted);
}

function leaf(live: JsonValue, config: JsonValue): JsonValue {
  return deepEqual(live, config) ? live : config;
}

function mergeMaps(type: TypeNode, live: JsonObject | undefined, config: JsonObject): JsonValue {
  let merged: { [key: string]: JsonValue | undefined } | undefined;
  for (const name of Object.keys(config)) {
    const wanted = valueAt(config, name);
    if (wanted === undefined) continue;
    const before = live === undefined ? undefined : valueAt(live, name);
    const value = before === undefined ? wanted : merge(fieldType(type, name) ?? DEDUCED, before, wanted);
    if (value === before) continue;
    merged ??= { ...live };
    setOwn(merged, name, value);
  }
  return merged ?? live ?? {};
}

function mergeLists(type: ListNode, live: readonly JsonValue[], config: readonly JsonValue[]): JsonValue {
  const liveKeys = live.map((item) => itemKey(type, item));
  const configKeys = config.map((item) => itemKey(type, item));
  const liveItems = firstByKey(liveKeys, live);
  const configured = new Set(configKeys);

  const merged: JsonValue[] = [];
  let next = 0;
  const takeNext = () => {
    const before = liveItems.get(configKeys[next]!);
    const wanted = config[next]!;
    merged.push(before === undefined ? wanted : merge(type.item, before, wanted));
    next++;
  };
  const nextShared = () => {
    let i = next;
    while (i < configKeys.length && !liveItems.has(configKeys[i]!)) i++;
    return i;
  };
  let shared = nextShared();
  for (let i = 0; i < live.length; i++) {
    const key = liveKeys[i]!;
    if (!configured.has(key)) {
      merged.push(live[i]!);
    } else if (configKeys[shared] === key) {
      while (next <= shared) takeNext();
      shared = nextShared();
    } else if (shared === config.length && next < config.length) {
      // A stored duplicate of an item that is merged already leaves its place to the next new one.
      takeNext();
    }
  }
  while (next < config.length) takeNext();
  return sameItems(live, merged) ? live : merged;
}

/** Items that occur twice in the live list are not merged with: the configuration's item takes their place. */
function firstByKey(keys: readonly PathKey[], items: readonly JsonValue[]): ReadonlyMap<PathKey, JsonValue> {
  const byKey = new Map<PathKey, JsonValue>();
  for (let i = 0; i < keys.length; i++) {
    byKey.set(keys[i]!, byKey.has(keys[i]!) ? null : items[i]!);
  }
  return byKey;
}

function sameItems(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
