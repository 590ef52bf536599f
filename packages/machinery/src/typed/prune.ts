import { isPlainObject, setOwn } from '../trees/own.ts';
import type { TypeNode } from './type-node.ts';
import { keepsUnknown } from './unknown.ts';

/**
 * The value without the fields that the type does not have (`unknownFields` names them). Parts without any are shared
 * with the input, which is not changed.
 */
export function pruneUnknown<T>(type: TypeNode, value: T): T {
  return prune(type, value) as T;
}

function prune(type: TypeNode, value: unknown): unknown {
  switch (type.node) {
    case 'struct':
      return pruneEntries(value, (key, entry) => {
        const field = type.fields.get(key);
        if (field !== undefined) return prune(field.type, entry);
        return keepsUnknown(type, key) ? entry : undefined;
      });
    case 'map':
      return pruneEntries(value, (_, entry) => prune(type.value, entry));
    case 'list': {
      if (!Array.isArray(value)) return value;
      const items = value.map((item: unknown) => prune(type.item, item));
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    default:
      return value;
  }
}

/** The object with its values replaced; without those that are replaced by undefined. */
function pruneEntries(value: unknown, replace: (key: string, value: unknown) => unknown): unknown {
  if (!isPlainObject(value)) return value;
  const result: { [key: string]: unknown } = {};
  let same = true;
  for (const key of Object.keys(value)) {
    const replaced = replace(key, value[key]);
    if (replaced !== value[key]) same = false;
    if (replaced !== undefined) setOwn(result, key, replaced);
  }
  return same ? value : result;
}
