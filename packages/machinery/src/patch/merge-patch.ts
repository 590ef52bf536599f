import { compareText } from '../text/compare-text.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { mutableCopy } from '../trees/mutable-copy.ts';
import { getOwn, isPlainObject, setOwn } from '../trees/own.ts';

/**
 * Applies a JSON merge patch (RFC 7386): objects are merged, null deletes, everything else replaces. Returns a tree that
 * shares what the patch does not touch with the target and the rest with nobody; neither argument is changed.
 *
 * Beyond the RFC, and as the API server does, null is dropped from objects within arrays too, unless the array takes the
 * place of an object. The keys of all maps that the patch goes into come sorted, as from Go's maps.
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return isPlainObject(target) ? mutableCopy(patch) : withoutNulls(patch);
  const before = isPlainObject(target) ? target : {};
  const result: { [key: string]: unknown } = {};
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(patch)])].sort(compareText)) {
    const value = getOwn(patch, key);
    if (value === null) continue;
    setOwn(result, key, value === undefined ? before[key] : applyMergePatch(getOwn(before, key), value));
  }
  return result;
}

/**
 * The merge patch that makes `to` of `from`. Null within an object of `to` cannot be expressed by a merge patch and
 * counts as absent. Undefined stands for absence.
 */
export function createMergePatch(from: unknown, to: unknown): unknown {
  if (!isPlainObject(from) || !isPlainObject(to)) return mutableCopy(to);
  const patch: { [key: string]: unknown } = {};
  for (const key of Object.keys(from)) {
    if (isAbsent(getOwn(to, key)) && from[key] !== undefined) setOwn(patch, key, null);
  }
  for (const key of Object.keys(to)) {
    const value = to[key];
    const before = getOwn(from, key);
    if (isAbsent(value) || deepEqual(before, value)) continue;
    setOwn(patch, key, createMergePatch(before, value));
  }
  return patch;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  return isPlainObject(value) ? applyMergePatch(undefined, value) : mutableCopy(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
