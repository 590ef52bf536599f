import { deepEqual, isPlainObject, type KubeObject, type ManagedFieldsEntry } from '@opwright/machinery';

/**
 * Whether an apply of `desired` by `manager` would change nothing on `live`: the manager owns exactly the fields of
 * `desired`, and they have these values. Ownership tells both what was dropped from `desired` and what somebody else has
 * taken since; no schema is needed, because the managed fields say which lists are merged by key.
 */
export function isApplied(desired: object, live: KubeObject, manager: string): boolean {
  const entry = appliedEntry(live, manager);
  return entry?.fieldsV1 !== undefined && ownsExactly(withoutIdentity(desired), live, entry.fieldsV1);
}

/** What the manager applied last, as the server keeps it. */
export function appliedEntry(object: KubeObject, manager: string): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource,
  );
}

/** Whether two versions have the same values at all fields of `fields`. */
export function sameAt(fields: unknown, a: unknown, b: unknown): boolean {
  if (!isPlainObject(fields) || isLeaf(fields)) return deepEqual(a, b);
  return Object.entries(fields).every(([path, below]) => path === '.' || sameAt(below, step(a, path), step(b, path)));
}

/** Identity is part of the request, not of what an apply owns. */
function withoutIdentity(desired: object): Record<string, unknown> {
  const { apiVersion: _, kind: __, metadata, ...rest } = desired as Record<string, unknown>;
  const { name: ___, namespace: ____, uid: _____, ...fields } = isPlainObject(metadata) ? metadata : {};
  return Object.keys(fields).length > 0 ? { ...rest, metadata: fields } : rest;
}

function ownsExactly(desired: unknown, live: unknown, fields: unknown): boolean {
  if (!isPlainObject(fields) || isLeaf(fields)) return hasValue(live, desired);
  if (Array.isArray(desired)) return Array.isArray(live) && ownsItems(desired, live, fields);
  if (!isPlainObject(desired) || !isPlainObject(live)) return false;
  const names = Object.keys(desired).filter((name) => desired[name] !== undefined);
  const owned = Object.keys(fields).filter((path) => path !== '.');
  return (
    owned.length === names.length &&
    names.every((name) => {
      const path = `f:${name}`;
      return (
        Object.hasOwn(fields, path) && Object.hasOwn(live, name) && ownsExactly(desired[name], live[name], fields[path])
      );
    })
  );
}

/** The items of a set (`v:`) or of a list with keys (`k:`). */
function ownsItems(desired: readonly unknown[], live: readonly unknown[], fields: Record<string, unknown>): boolean {
  const owned = Object.entries(fields).filter(([path]) => path !== '.');
  if (owned.length !== desired.length) return false;
  return owned.every(([path, below]) => {
    const wanted = itemAt(desired, path, true);
    const found = itemAt(live, path, false);
    if (wanted === undefined || found === undefined) return false;
    return path.startsWith('v:') || ownsExactly(wanted, found, below);
  });
}

/** A key of a list may be left out where it has a default, which `lenient` allows. */
function itemAt(items: readonly unknown[], path: string, lenient: boolean): unknown {
  const value: unknown = JSON.parse(path.slice(2));
  if (path.startsWith('v:')) return items.find((item) => deepEqual(item, value));
  if (!path.startsWith('k:') || !isPlainObject(value)) return undefined;
  return items.find(
    (item) =>
      isPlainObject(item) &&
      Object.entries(value).every(([name, key]) => (lenient && item[name] === undefined) || deepEqual(item[name], key)),
  );
}

function step(value: unknown, path: string): unknown {
  if (path.startsWith('f:')) {
    const name = path.slice(2);
    return isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return Array.isArray(value) ? itemAt(value, path, false) : undefined;
}

function isLeaf(fields: Record<string, unknown>): boolean {
  return Object.keys(fields).every((path) => path === '.');
}

/** `live` has all that `wanted` has: inside an atomic value that we own, more can only be the server's defaults. */
function hasValue(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, i) => hasValue(live[i], item));
  }
  if (isPlainObject(wanted)) {
    if (!isPlainObject(live)) return false;
    return Object.keys(wanted).every(
      (name) => wanted[name] === undefined || (Object.hasOwn(live, name) && hasValue(live[name], wanted[name])),
    );
  }
  return deepEqual(live, wanted);
}
