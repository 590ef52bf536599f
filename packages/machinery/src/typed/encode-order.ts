import { compareText } from '../text/compare-text.ts';
import { getOwn, isPlainObject, setOwn } from '../trees/own.ts';
import { isZero, zeroValue } from './go-values.ts';
import type { FieldNode, StructNode, TypeNode } from './type-node.ts';

/**
 * The object as an API server writes it: fields in the order of the Go struct, zero values and nulls where Go writes
 * them, none where Go leaves them out, map keys in byte order. A custom resource (a struct without a Go name) is sorted
 * by key all the way down, nothing added. Parts that are in order already are shared with the input, which is not changed.
 *
 * Caveat: JavaScript enumerates keys that look like array indexes (`"10"`) first and in numeric order, whatever is done
 * here.
 */
export function orderFields<T extends object>(type: TypeNode, object: T): T {
  return order(type, object) as T;
}

function order(type: TypeNode, value: unknown): unknown {
  switch (type.node) {
    case 'struct':
      if (type.name === '') return sortKeys(value);
      return isPlainObject(value) ? orderStruct(type, value) : value;
    case 'map': {
      const entry = type.value;
      if (!isPlainObject(value)) return value;
      return orderMap(value, entry.node === 'scalar' ? undefined : (item) => order(entry, item));
    }
    case 'list':
      return mapItems(value, (item) => order(type.item, item));
    case 'any': {
      const { struct } = type;
      if (struct === undefined) return value;
      return Array.isArray(value) ? mapItems(value, (item) => order(type, item)) : order(struct, value);
    }
    case 'scalar':
      return value;
  }
}

function orderStruct(type: StructNode, object: { [key: string]: unknown }): unknown {
  const keys = Object.keys(object);
  let position = 0;
  // As long as everything is where it belongs, nothing is made.
  let result: { [key: string]: unknown } | undefined;
  for (const field of type.fields.values()) {
    const value = writtenValue(field, getOwn(object, field.name));
    if (value === undefined) continue;
    if (result === undefined && (keys[position] !== field.name || object[field.name] !== value)) {
      result = start(object, keys, position);
    }
    position++;
    if (result !== undefined) setOwn(result, field.name, value);
  }
  if (result === undefined && position === keys.length) return object;
  result ??= start(object, keys, position);
  const unknown = keys.filter((key) => !type.fields.has(key));
  if (unknown.length > 1) unknown.sort(compareText);
  for (const key of unknown) if (object[key] !== undefined) setOwn(result, key, object[key]);
  return result;
}

/** What is written of a field; undefined for nothing. Types of absent fields are not looked at: they are made on demand. */
function writtenValue(field: FieldNode, value: unknown): unknown {
  const { whenAbsent } = field;
  if (value === undefined || (value === null && !field.nullable)) {
    return whenAbsent === 'zero' ? zeroValue(field.type) : whenAbsent === 'null' ? null : undefined;
  }
  // In the store an empty list is no list.
  if (whenAbsent === 'null' && Array.isArray(value) && value.length === 0) return null;
  const { type } = field;
  if (whenAbsent === 'omit' && !field.pointer && isZero(type, value)) return undefined;
  return type.node === 'scalar' ? value : order(type, value);
}

/** A copy of the first properties. */
function start(object: { [key: string]: unknown }, keys: readonly string[], count: number): { [key: string]: unknown } {
  const copy: { [key: string]: unknown } = {};
  for (let i = 0; i < count; i++) setOwn(copy, keys[i]!, object[keys[i]!]);
  return copy;
}

/** Sorted by key all the way down, as Go writes maps. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return mapItems(value, sortKeys);
  return isPlainObject(value) ? orderMap(value, sortKeys) : value;
}

/** @param entry orders each value; absent when there is nothing to order in them */
function orderMap(object: { [key: string]: unknown }, entry = unchanged): unknown {
  const keys = Object.keys(object);
  const inOrder = isSorted(keys);
  if (inOrder && entry === unchanged) return object;
  const sorted = inOrder ? keys : [...keys].sort(compareText);
  let same = true;
  const result: { [key: string]: unknown } = {};
  for (const key of sorted) {
    const value = getOwn(object, key);
    const ordered = entry(value);
    if (ordered !== value) same = false;
    setOwn(result, key, ordered);
  }
  if (sorted !== keys) same &&= Object.keys(result).every((key, index) => key === keys[index]);
  return same ? object : result;
}

function unchanged(value: unknown): unknown {
  return value;
}

function mapItems(value: unknown, item: (value: unknown) => unknown): unknown {
  if (!Array.isArray(value)) return value;
  let copy: unknown[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const ordered = item(value[i]);
    if (ordered === value[i]) continue;
    copy ??= [...value];
    copy[i] = ordered;
  }
  return copy ?? value;
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) {
    if (compareText(keys[i - 1]!, keys[i]!) > 0) return false;
  }
  return true;
}
