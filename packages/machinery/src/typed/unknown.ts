import { isPlainObject } from '../trees/own.ts';
import type { StructNode, TypeNode } from './type-node.ts';

/**
 * The paths of the fields that the type does not have (`spec.list[0].bogus`), in the order in which they occur. What
 * preserves unknown fields, and values of another type than declared, are not looked into.
 */
export function unknownFields(type: TypeNode, value: unknown): string[] {
  const unknown: string[] = [];
  collect(type, value, '', unknown);
  return unknown;
}

function collect(type: TypeNode, value: unknown, path: string, unknown: string[]): void {
  switch (type.node) {
    case 'struct':
      if (!isPlainObject(value)) return;
      for (const key of Object.keys(value)) {
        const at = path === '' ? key : `${path}.${key}`;
        const field = type.fields.get(key);
        if (field !== undefined) collect(field.type, value[key], at, unknown);
        else if (!keepsUnknown(type, key)) unknown.push(at);
      }
      return;
    case 'map':
      if (!isPlainObject(value)) return;
      for (const key of Object.keys(value)) {
        collect(type.value, value[key], path === '' ? key : `${path}.${key}`, unknown);
      }
      return;
    case 'list':
      if (!Array.isArray(value)) return;
      value.forEach((item, index) => {
        collect(type.item, item, `${path}[${index}]`, unknown);
      });
      return;
    default:
      return;
  }
}

const IMPLIED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Whether a struct keeps a field that it does not declare. */
export function keepsUnknown(type: StructNode, key: string): boolean {
  return type.preserveUnknown || (type.embeddedResource && IMPLIED.has(key));
}
