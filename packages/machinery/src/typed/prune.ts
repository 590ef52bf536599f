import { mapArray, mapObject } from '../trees/map.ts';
import { isPlainObject } from '../trees/own.ts';
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
    case 'list':
      return Array.isArray(value) ? mapArray(value, (item) => prune(type.item, item)) : value;
    default:
      return value;
  }
}

function pruneEntries(value: unknown, replace: (key: string, value: unknown) => unknown): unknown {
  return isPlainObject(value) ? mapObject(value, replace) : value;
}
