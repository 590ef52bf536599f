import { deepEqual, isPlainObject, setOwn } from '@opwright/machinery';

/** The JSON merge patch (RFC 7386) that turns `before` into `after`; undefined when they are equal. */
export function mergeDiff(before: object, after: object): Record<string, unknown> | undefined {
  const from = before as Record<string, unknown>;
  const to = after as Record<string, unknown>;
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(from)) if (from[key] !== undefined && to[key] === undefined) setOwn(patch, key, null);
  for (const key of Object.keys(to)) {
    const value = to[key];
    const old = Object.hasOwn(from, key) ? from[key] : undefined;
    if (value === undefined || deepEqual(old, value)) continue;
    setOwn(patch, key, isPlainObject(old) && isPlainObject(value) ? (mergeDiff(old, value) ?? {}) : value);
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}
