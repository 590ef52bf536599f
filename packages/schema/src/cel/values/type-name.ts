import { NumberLexeme } from '@opwright/machinery';
import { CelError } from './error.ts';
import { CelMap, type CelValue, Double, Duration, Extension, Optional, Timestamp, TypeValue, Uint } from './value.ts';

/** The name of a value's type, as `type(value)` gives it. */
export function typeName(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'double';
    default:
      return objectTypeName(value as CelValue & object);
  }
}

function objectTypeName(value: (CelValue & object) | null): string {
  if (value === null) return 'null_type';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Double) return 'double';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof Extension) return value.typeName;
  if (value instanceof NumberLexeme) return value.isInteger ? 'int' : 'double';
  return value instanceof CelError ? 'error' : 'map';
}

/** A map: of an expression, or a JSON object. */
export function isMap(value: CelValue): value is CelMap | { readonly [key: string]: CelValue } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (value instanceof CelMap) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}
