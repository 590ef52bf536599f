import { deepEqual } from '../trees/deep-equal.ts';
import { mutableCopy } from '../trees/mutable-copy.ts';
import { getOwn, isPlainObject } from '../trees/own.ts';
import type { JsonPatchOperation } from './json-patch.ts';

/**
 * A JSON patch that makes `to` of `from`, both objects or both arrays at the root: what a mutating webhook answers.
 * Objects are compared key by key; of an array the common front and back stay, what lies between is compared in place.
 * Undefined stands for absence.
 */
export function createJsonPatch(from: unknown, to: unknown): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  diff(from, to, '', operations);
  return operations;
}

function diff(from: unknown, to: unknown, path: string, operations: JsonPatchOperation[]): void {
  if (deepEqual(from, to)) return;
  if (isPlainObject(from) && isPlainObject(to)) diffObjects(from, to, path, operations);
  else if (Array.isArray(from) && Array.isArray(to)) diffArrays(from, to, path, operations);
  else operations.push({ op: 'replace', path, value: mutableCopy(to) });
}

function diffObjects(
  from: { [key: string]: unknown },
  to: { [key: string]: unknown },
  path: string,
  operations: JsonPatchOperation[],
): void {
  for (const key of Object.keys(from)) {
    if (from[key] !== undefined && getOwn(to, key) === undefined) {
      operations.push({ op: 'remove', path: child(path, key) });
    }
  }
  for (const key of Object.keys(to)) {
    const value = to[key];
    if (value === undefined) continue;
    const before = getOwn(from, key);
    if (before === undefined) operations.push({ op: 'add', path: child(path, key), value: mutableCopy(value) });
    else diff(before, value, child(path, key), operations);
  }
}

function diffArrays(
  from: readonly unknown[],
  to: readonly unknown[],
  path: string,
  operations: JsonPatchOperation[],
): void {
  const shorter = Math.min(from.length, to.length);
  let front = 0;
  while (front < shorter && deepEqual(from[front], to[front])) front++;
  let back = 0;
  while (back < shorter - front && deepEqual(from.at(-1 - back), to.at(-1 - back))) back++;

  const fromEnd = from.length - back;
  const toEnd = to.length - back;
  const inPlace = Math.min(fromEnd, toEnd);
  for (let i = front; i < inPlace; i++) diff(from[i], to[i], child(path, String(i)), operations);
  for (let i = fromEnd - 1; i >= inPlace; i--) operations.push({ op: 'remove', path: child(path, String(i)) });
  for (let i = inPlace; i < toEnd; i++) {
    operations.push({ op: 'add', path: child(path, String(i)), value: mutableCopy(to[i]) });
  }
}

function child(path: string, key: string): string {
  return `${path}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
}
