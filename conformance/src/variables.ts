export type Variables = Map<string, string>;

/** Replaces `{{name}}` in all strings of a JSON value; an unknown name stays as it is. */
export function expand<T>(value: T, variables: Variables): T {
  return expandValue(value, variables) as T;
}

function expandValue(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return value.replace(/\{\{(\w+)\}\}/g, (all, name) => variables.get(name) ?? all);
  if (Array.isArray(value)) return value.map((item) => expandValue(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [expandValue(key, variables), expandValue(item, variables)]),
  );
}

/** The value at a dotted path (`metadata.uid`, `items.0.metadata.name`), or undefined. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}
