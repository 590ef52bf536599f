import type { JsonObject, JsonValue } from '../json.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import type { ListNode, TypeNode } from '../typed/type-node.ts';
import {
  EMPTY_FIELDS,
  type FieldSet,
  type FieldSetBuilder,
  fieldSetBuilder,
  recursiveDifference,
  union,
} from './field-set.ts';
import { itemKey } from './list-item.ts';
import { fieldKey, type PathKey } from './path-element.ts';
import { type Recall, recallingBuilder } from './recall.ts';
import {
  alwaysWritten,
  asList,
  asMap,
  DEDUCED,
  fieldType,
  isAtomic,
  isEmptyMap,
  type Shape,
  shapeOf,
  valueAt,
} from './shape.ts';
import { TypedValueError } from './validation-error.ts';

/** What differs between two objects. No path is in two of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/**
 * Compares two objects of a type by what managers can own. A map, list or struct that is newly there is itself among
 * the added, besides its content. Fields that Go always writes count as present on both sides.
 * @throws TypedValueError when an item of a list cannot be identified.
 */
export function compare(type: TypeNode, live: JsonValue, next: JsonValue): Comparison {
  const found: Found = { added: fieldSetBuilder(), modified: fieldSetBuilder(), removed: fieldSetBuilder(), path: [] };
  walk(type, live, next, found);
  return { added: found.added.build(), modified: found.modified.build(), removed: found.removed.build() };
}

const creations = new WeakMap<TypeNode, Recall>();

/**
 * What {@link compare} with the empty object finds added, and modified, for Go writes some fields of the empty one, too. Mostly
 * the very same set for objects that have the same fields.
 */
export function fieldsOf(type: TypeNode, object: JsonValue): FieldSet {
  let recall = creations.get(type);
  if (recall === undefined) {
    recall = { paths: [], set: EMPTY_FIELDS };
    creations.set(type, recall);
  }
  const found: Found = {
    added: recallingBuilder(recall),
    modified: fieldSetBuilder(),
    removed: fieldSetBuilder(),
    path: [],
  };
  walk(type, EMPTY_OBJECT, object, found);
  return union(found.modified.build(), found.added.build());
}

const EMPTY_OBJECT: JsonValue = Object.freeze({});

/** A comparison without everything at or below the given paths. */
export function exclude(comparison: Comparison, paths: FieldSet): Comparison {
  return {
    added: recursiveDifference(comparison.added, paths),
    modified: recursiveDifference(comparison.modified, paths),
    removed: recursiveDifference(comparison.removed, paths),
  };
}

interface Found {
  readonly added: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly removed: FieldSetBuilder;
  readonly path: PathKey[];
}

// Absence is undefined here; null is a value.
type Side = JsonValue | undefined;

function walk(type: TypeNode, live: Side, next: Side, found: Found): void {
  if (live === next) return;
  const shape = shapeOf(type, next ?? live);
  // Without a schema the two sides may differ in shape: what was there goes, what is there comes.
  const liveShape = shapeOf(type, live ?? next);
  if (liveShape !== shape) walkShape(type, liveShape, live, next, found);
  walkShape(type, shape, live, next, found);
}

function walkShape(type: TypeNode, shape: Shape, live: Side, next: Side, found: Found): void {
  if (isLeaf(type, shape, live, next)) {
    if (live !== undefined && next !== undefined && !deepEqual(live, next)) found.modified.insert(found.path);
  } else if (shape === 'map') {
    walkMaps(type, asMap(live), asMap(next), found);
  } else {
    walkLists(type as ListNode, asList(live) ?? [], asList(next) ?? [], found);
  }
  if (live === undefined) found.added.insert(found.path);
  else if (next === undefined) found.removed.insert(found.path);
}

/** Whether to compare values as wholes. Two that have no content are: this keeps null, empty and absent apart. */
function isLeaf(type: TypeNode, shape: Shape, live: Side, next: Side): boolean {
  if (isAtomic(type, shape)) return true;
  if (shape === 'list') return !asList(live)?.length && !asList(next)?.length;
  return !hasFields(type, asMap(live)) && !hasFields(type, asMap(next));
}

function hasFields(type: TypeNode, map: JsonObject | undefined): boolean {
  if (map === undefined) return false;
  return !isEmptyMap(map) || (type.node === 'struct' && alwaysWritten(type).size > 0);
}

function walkMaps(type: TypeNode, live: JsonObject | undefined, next: JsonObject | undefined, found: Found): void {
  const implied = type.node === 'struct' ? alwaysWritten(type) : NOTHING_IMPLIED;
  const visit = (name: string) => {
    found.path.push(fieldKey(name));
    walk(fieldType(type, name) ?? DEDUCED, sideOf(live, name, implied), sideOf(next, name, implied), found);
    found.path.pop();
  };
  if (live !== undefined) {
    for (const name of Object.keys(live)) visit(name);
  }
  if (next !== undefined) {
    for (const name of Object.keys(next)) {
      if (live === undefined || !Object.hasOwn(live, name)) visit(name);
    }
  }
  // What neither side holds is the same on both, unless one side is absent as a whole.
  if (live !== undefined && next !== undefined) return;
  for (const name of implied.keys()) {
    if (!Object.hasOwn((live ?? next)!, name)) visit(name);
  }
}

function sideOf(map: JsonObject | undefined, name: string, implied: ReadonlyMap<string, JsonValue>): Side {
  if (map === undefined) return undefined;
  const value = valueAt(map, name);
  return value === undefined ? implied.get(name) : value;
}

const NOTHING_IMPLIED: ReadonlyMap<string, JsonValue> = new Map();

function walkLists(type: ListNode, live: readonly JsonValue[], next: readonly JsonValue[], found: Found): void {
  const before = itemsByKey(type, live, found.path);
  const after = itemsByKey(type, next, found.path);
  for (const [key, items] of before) walkItem(type, key, items, after.get(key) ?? NO_ITEMS, found);
  for (const [key, items] of after) {
    if (!before.has(key)) walkItem(type, key, NO_ITEMS, items, found);
  }
}

const NO_ITEMS: readonly JsonValue[] = [];

/** Items that share a key, which only a stored object can have, are one value together. */
function walkItem(
  type: ListNode,
  key: PathKey,
  live: readonly JsonValue[],
  next: readonly JsonValue[],
  found: Found,
): void {
  found.path.push(key);
  if (live.length > 1 && next.length > 1) {
    if (!deepEqual(live, next)) found.modified.insert(found.path);
  } else if (live.length > 1) {
    if (next.length === 1) walk(type.item, undefined, next[0], found);
    found.removed.insert(found.path);
  } else if (next.length > 1) {
    if (live.length === 1) walk(type.item, live[0], undefined, found);
    found.added.insert(found.path);
  } else {
    walk(type.item, live[0], next[0], found);
  }
  found.path.pop();
}

function itemsByKey(type: ListNode, list: readonly JsonValue[], path: readonly PathKey[]): Map<PathKey, JsonValue[]> {
  const items = new Map<PathKey, JsonValue[]>();
  for (let i = 0; i < list.length; i++) {
    const key = identify(type, list[i]!, i, path);
    const same = items.get(key);
    if (same === undefined) items.set(key, [list[i]!]);
    else same.push(list[i]!);
  }
  return items;
}

function identify(type: ListNode, item: JsonValue, index: number, path: readonly PathKey[]): PathKey {
  try {
    return itemKey(type, item);
  } catch (error) {
    throw new TypedValueError([{ path: [...path], message: `element ${index}: ${(error as Error).message}` }]);
  }
}
