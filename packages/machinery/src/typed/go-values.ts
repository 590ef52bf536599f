import { setOwn } from '../trees/own.ts';
import type { TypeNode } from './type-node.ts';

/** The JSON that Go writes for a type's zero value. A fresh tree. */
export function zeroValue(type: TypeNode): unknown {
  switch (type.node) {
    case 'struct': {
      const zero: { [key: string]: unknown } = {};
      for (const field of type.fields.values()) {
        if (field.whenAbsent === 'zero') setOwn(zero, field.name, zeroValue(field.type));
        else if (field.whenAbsent === 'null') setOwn(zero, field.name, null);
      }
      return zero;
    }
    case 'map':
    case 'list':
    case 'any':
      return null;
    case 'scalar':
      switch (type.scalar) {
        case 'string':
        case 'bytes':
          return '';
        case 'boolean':
          return false;
        case 'quantity':
          return '0';
        case 'duration':
          return '0s';
        case 'time':
        case 'microTime':
          return null;
        default:
          return 0;
      }
  }
}

/** Whether `omitempty` leaves the value out: an empty text, list or map, zero, false. Structs are never left out. */
export function isZero(type: TypeNode, value: unknown): boolean {
  switch (type.node) {
    case 'scalar':
      return value === '' || value === 0 || value === false;
    case 'list':
      return Array.isArray(value) && value.length === 0;
    case 'map':
      return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    default:
      return false;
  }
}
