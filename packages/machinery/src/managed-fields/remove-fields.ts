import type { JsonObject, JsonValue } from '../json.ts';
import { setOwn } from '../trees/own.ts';
import type { ListNode, TypeNode } from '../typed/type-node.ts';
import { EMPTY_FIELDS, type FieldSet, isEmpty } from './field-set.ts';
import { itemKey } from './list-item.ts';
import { fieldKey } from './path-element.ts';
import { asList, asMap, DEDUCED, fieldType, isAtomic, itemType, shapeOf, valueAt } from './shape.ts';

/**
 * Takes the fields and items at the paths of `set` out of an object. A map or list below which something is removed
 * and that ends up empty, was empty, or is atomic, becomes null, as in Kubernetes 1.32. What is not touched is shared.
 */
export function removeFields(type: TypeNode, object: JsonValue, set: FieldSet): JsonValue {
  if (isEmpty(set)) return object;
  const shape = shapeOf(type, object);
  if (shape === 'scalar') return object;
  if (isAtomic(type, shape)) return null;
  if (shape === 'map') {
    const map = asMap(object);
    return map === undefined ? null : removeFromMap(type, map, set);
  }
  const list = asList(object);
  return list === undefined ? null : removeFromList(type as ListNode, list, set);
}

function removeFromMap(type: TypeNode, map: JsonObject, set: FieldSet): JsonValue {
  const kept: { [key: string]: JsonValue } = {};
  let changed = false;
  let left = 0;
  for (const name of Object.keys(map)) {
    const value = valueAt(map, name);
    if (value === undefined) continue;
    const below = set.children.get(fieldKey(name)) ?? EMPTY_FIELDS;
    const result = below.member ? undefined : removeFields(fieldType(type, name) ?? DEDUCED, value, below);
    if (result !== value) changed = true;
    if (result === undefined) continue;
    setOwn(kept, name, result);
    left++;
  }
  if (left === 0) return null;
  return changed ? kept : map;
}

function removeFromList(type: ListNode, list: readonly JsonValue[], set: FieldSet): JsonValue {
  const kept: JsonValue[] = [];
  let changed = false;
  for (const item of list) {
    const below = set.children.get(itemKey(type, item)) ?? EMPTY_FIELDS;
    if (below.member) {
      changed = true;
      continue;
    }
    const result = removeFields(itemType(type), item, below);
    if (result !== item) changed = true;
    kept.push(result);
  }
  if (kept.length === 0) return null;
  return changed ? kept : list;
}
