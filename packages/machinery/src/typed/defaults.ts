import { mutableCopy } from '../trees/mutable-copy.ts';
import { getOwn, isPlainObject, setOwn } from '../trees/own.ts';
import type { TypeNode } from './type-node.ts';

/**
 * Sets the defaults that the type declares, in place: where a field is absent, or null without being nullable. A
 * default is looked into for further defaults, an absent object is not. Idempotent.
 */
export function applyDefaults(type: TypeNode, value: unknown): void {
  switch (type.node) {
    case 'struct':
      if (!isPlainObject(value)) return;
      for (const field of type.fields.values()) {
        let entry = getOwn(value, field.name);
        if (field.default !== undefined && (entry === undefined || (entry === null && !field.nullable))) {
          entry = mutableCopy(field.default);
          setOwn(value, field.name, entry);
        }
        if (typeof entry === 'object' && entry !== null) applyDefaults(field.type, entry);
      }
      return;
    case 'map':
      if (isPlainObject(value)) for (const key of Object.keys(value)) applyDefaults(type.value, value[key]);
      return;
    case 'list':
      if (Array.isArray(value)) for (const item of value) applyDefaults(type.item, item);
      return;
    default:
      return;
  }
}
