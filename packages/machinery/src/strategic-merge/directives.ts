import type { JsonObject, JsonValue } from '../json.ts';
import { isPlainObject, setOwn } from '../trees/own.ts';

/** What to do with the map or list element that holds it: `delete`, `replace`. */
export const DIRECTIVE = '$patch';

export function isMap(value: JsonValue | undefined): value is JsonObject {
  return isPlainObject(value);
}

/**
 * A patch's value where there is nothing to merge with: without nulls in maps and without maps that hold a `$patch`.
 * undefined when nothing is left to take.
 */
export function patchedValue(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return patchedList(value as readonly JsonValue[]);
  if (!isMap(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const taken: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    const kept = item === null || item === undefined ? undefined : patchedValue(item);
    if (kept !== undefined) setOwn(taken, key, kept);
  }
  return taken;
}

function patchedList(list: readonly JsonValue[]): JsonValue[] {
  return list.map(patchedValue).filter((item) => item !== undefined);
}

/** {@link patchedValue}, but nulls are kept: what a list keeps that is there for the first time with an order. */
export function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map(withoutDirectives).filter((item) => item !== undefined);
  }
  if (!isMap(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const taken: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    const kept = item === undefined ? undefined : withoutDirectives(item);
    if (kept !== undefined) setOwn(taken, key, kept);
  }
  return taken;
}
