/** One change of an object: a value at a path; undefined takes away what is there. */
export interface Edit {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** A copy of an object with edits made in order. A path through what is no object replaces it by one. */
export function edited(object: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce((copy, { path, value }) => withValue(copy, path, value), object);
}

function withValue(at: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(at)) {
    const items = [...at];
    const inner = withValue(items[Number(key)], rest, value);
    if (inner === undefined) items.splice(Number(key), 1);
    else items[Math.min(Number(key) || 0, items.length)] = inner;
    return items;
  }
  const inner = withValue(own(at, key), rest, value);
  const entries = Object.entries(isMap(at) ? at : {}).filter(([name]) => name !== key);
  return Object.fromEntries(inner === undefined ? entries : [...entries, [key, inner]]);
}

/** The edits as a merge patch: null where something goes. Paths into lists replace the whole list by a map, as patches do. */
export function asMergePatch(edits: readonly Edit[]): unknown {
  return edited(
    {},
    edits.map(({ path, value }) => ({ path, value: value ?? null })),
  );
}

/** The edits as operations of a JSON patch. */
export function asJsonPatch(edits: readonly Edit[]): object[] {
  return edits.map(({ path, value }) => {
    const pointer = path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    return value === undefined ? { op: 'remove', path: pointer } : { op: 'add', path: pointer, value };
  });
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (at: unknown, key: string): unknown => (isMap(at) && Object.hasOwn(at, key) ? at[key] : undefined);
