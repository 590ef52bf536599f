import type { JsonObject, JsonValue } from '../json.ts';
import type { ListNode, TypeNode } from '../typed/type-node.ts';
import { type FieldSet, type FieldSetBuilder, fieldSetBuilder } from './field-set.ts';
import { itemKey } from './list-item.ts';
import { fieldKey, type PathKey } from './path-element.ts';
import { asList, asMap, fieldType, isAtomic, isDeclared, isEmptyMap, shapeOf, valueAt } from './shape.ts';

/**
 * What a manager owns that applies `object`: every scalar and atomic value, every item of a list with identities, every
 * map entry, and what is null or an empty map. Unknown fields count like entries of a map.
 */
export function toFieldSet(type: TypeNode, object: JsonValue): FieldSet {
  const builder = fieldSetBuilder();
  walk(type, object, [], builder);
  return builder.build();
}

function walk(type: TypeNode, value: JsonValue, path: PathKey[], into: FieldSetBuilder): void {
  const shape = shapeOf(type, value);
  if (isAtomic(type, shape)) {
    into.insert(path);
  } else if (shape === 'map') {
    const map = asMap(value);
    if (map !== undefined) walkMap(type, map, path, into);
  } else {
    const list = asList(value);
    if (list !== undefined) walkList(type as ListNode, list, path, into);
  }
}

function walkMap(type: TypeNode, map: JsonObject, path: PathKey[], into: FieldSetBuilder): void {
  for (const name of Object.keys(map)) {
    const value = valueAt(map, name);
    if (value === undefined) continue;
    path.push(fieldKey(name));
    const child = fieldType(type, name);
    if (child !== undefined) walk(child, value, path, into);
    if (!isDeclared(type, name) || value === null || isEmptyObject(value)) into.insert(path);
    path.pop();
  }
}

function isEmptyObject(value: JsonValue): boolean {
  const map = asMap(value);
  return map !== undefined && isEmptyMap(map);
}

function walkList(type: ListNode, list: readonly JsonValue[], path: PathKey[], into: FieldSetBuilder): void {
  const keys = list.map((item) => itemKeyOrNone(type, item));
  const duplicates = repeated(keys);
  for (let i = 0; i < list.length; i++) {
    const key = keys[i];
    if (key === undefined) continue;
    path.push(key);
    if (!duplicates.has(key)) walk(type.item, list[i]!, path, into);
    into.insert(path);
    path.pop();
  }
}

function itemKeyOrNone(type: ListNode, item: JsonValue): PathKey | undefined {
  try {
    return itemKey(type, item);
  } catch {
    return undefined;
  }
}

/** The keys that occur more than once: such items are owned together, as one. */
export function repeated(keys: readonly (PathKey | undefined)[]): ReadonlySet<PathKey> {
  const seen = new Set<PathKey>();
  let twice: Set<PathKey> | undefined;
  for (const key of keys) {
    if (key === undefined) continue;
    if (!seen.has(key)) {
      seen.add(key);
      continue;
    }
    twice ??= new Set();
    twice.add(key);
  }
  return twice ?? NONE;
}

const NONE: ReadonlySet<PathKey> = new Set();
