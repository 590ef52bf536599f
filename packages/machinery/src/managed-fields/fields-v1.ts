import { EMPTY_FIELDS, type FieldSet, fieldSetNode, isEmpty, sortedKeys, union } from './field-set.ts';
import { type PathKey, parsePathKey, pathKey } from './path-element.ts';

/** The JSON form of a field set, `managedFields[].fieldsV1`: shared and frozen. */
export interface FieldsV1 {
  readonly [key: string]: FieldsV1;
}

const written = new WeakMap<FieldSet, FieldsV1>();
const parsed = new WeakMap<object, FieldSet>();

/**
 * Writes a set. The same set gives the same object, however often it is asked for.
 * Within an object the order is: `.` (the path itself is in the set), fields, keys, values.
 */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  let json = written.get(set);
  if (json === undefined) {
    json = write(set, false);
    written.set(set, json);
    parsed.set(json, set);
  }
  return json;
}

const NOTHING: FieldsV1 = Object.freeze({});

function write(set: FieldSet, dot: boolean): FieldsV1 {
  if (set.children.size === 0) return NOTHING;
  const json: Record<PathKey, FieldsV1> = {};
  if (dot) json['.'] = NOTHING;
  for (const key of sortedKeys(set)) {
    const child = set.children.get(key)!;
    json[key] = write(child, child.member);
  }
  return Object.freeze(json);
}

/**
 * Reads a set; the result is remembered per object, which therefore must not change. Elements of an unknown type are
 * dropped.
 * @throws Error when it is not well formed.
 */
export function parseFieldsV1(json: object): FieldSet {
  let set = parsed.get(json);
  if (set === undefined) {
    const { children } = read(json, false);
    set = fieldSetNode(false, children);
    parsed.set(json, set);
  }
  return set;
}

function read(json: unknown, nested: boolean): FieldSet {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    if (json === null) return fieldSetNode(nested, EMPTY_FIELDS.children);
    throw new Error('managed fields must be an object');
  }
  const children = new Map<PathKey, FieldSet>();
  let member = false;
  for (const [text, value] of Object.entries(json)) {
    if (text === '.') {
      member = true;
      continue;
    }
    const element = parsePathKey(text);
    if (element === undefined) continue;
    const child = read(value, true);
    if (isEmpty(child)) continue;
    const key = pathKey(element);
    const same = children.get(key);
    children.set(key, same === undefined ? child : union(same, child));
  }
  return fieldSetNode(nested && (member || children.size === 0), children);
}
