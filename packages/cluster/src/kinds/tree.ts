import { isPlainObject, type JsonObject, type JsonValue, NumberLexeme } from '@opwright/machinery';
import type { MutableObject } from './kind.ts';

/*
 * Reading and writing plain JSON trees whose shape the decoder has already checked against the kind's type. Readers
 * answer with the zero value of what is asked for when a step of the way is absent, as Go's structs do.
 */

export function isObject(value: unknown): value is MutableObject {
  return isPlainObject(value);
}

/** The object under a path of keys. */
export function at(object: JsonObject | undefined, ...keys: readonly string[]): JsonObject | undefined {
  let current: JsonValue | undefined = object;
  for (const key of keys) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = (current as JsonObject)[key];
  }
  return isObject(current) ? (current as JsonObject) : undefined;
}

/** One own field; null counts as absent. */
export function field(object: JsonObject | undefined, key: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}

export function text(object: JsonObject | undefined, key: string): string {
  const value = field(object, key);
  return typeof value === 'string' ? value : '';
}

export function int(object: JsonObject | undefined, key: string): number {
  return asNumber(field(object, key)) ?? 0;
}

/** A number, also one that only its digits are exact for; undefined for anything else. */
export function asNumber(value: unknown): number | undefined {
  if (value instanceof NumberLexeme) return value.value;
  return typeof value === 'number' ? value : undefined;
}

export function bool(object: JsonObject | undefined, key: string): boolean {
  return field(object, key) === true;
}

/** The objects of a list. */
export function items(object: JsonObject | undefined, key: string): readonly JsonObject[] {
  const value = field(object, key);
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}

export function texts(object: JsonObject | undefined, key: string): readonly string[] {
  const value = field(object, key);
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter((item) => typeof item === 'string') : [];
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}

/** A map of texts (labels, selectors) as its entries, sorted by key bytewise. */
export function textEntries(object: JsonObject | undefined): readonly (readonly [string, string])[] {
  if (object === undefined) return [];
  return Object.keys(object)
    .sort()
    .map((key) => [key, String(object[key])] as const);
}

/** The kind sees the tree it builds as readonly too, where it only reads. */
export function asJson(object: MutableObject): JsonObject {
  return object as JsonObject;
}

/** The mutable object in a field, if there is one. */
export function within(object: MutableObject | undefined, key: string): MutableObject | undefined {
  if (object === undefined || !Object.hasOwn(object, key)) return undefined;
  const value = object[key];
  return isObject(value) ? value : undefined;
}

/** The mutable object in a field; an empty one is put there when it is absent. */
export function ensure(object: MutableObject, key: string): MutableObject {
  const found = within(object, key);
  if (found !== undefined) return found;
  const made: MutableObject = {};
  object[key] = made;
  return made;
}

/** The mutable objects of a list. */
export function each(object: MutableObject | undefined, key: string): readonly MutableObject[] {
  const value = object === undefined || !Object.hasOwn(object, key) ? undefined : object[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Sets a field that is absent; an empty text counts as absent when the default is a text. */
export function setDefault(object: MutableObject, key: string, value: unknown): void {
  const current = Object.hasOwn(object, key) ? object[key] : undefined;
  if (current === undefined || current === null || (current === '' && typeof value === 'string')) object[key] = value;
}

/** Sets a number whose zero means absent. */
export function setDefaultNonZero(object: MutableObject, key: string, value: number): void {
  if (!object[key]) object[key] = value;
}

/** Copies one field from the stored object, or removes it where the stored object lacks it. */
export function keepField(object: MutableObject, old: JsonObject, key: string): void {
  const value = field(old, key);
  if (value === undefined) delete object[key];
  else object[key] = value;
}
