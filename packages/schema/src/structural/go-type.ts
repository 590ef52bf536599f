import { NumberLexeme } from '@opwright/machinery';

/** How Go's decoder sees a JSON value. */
export interface GoType {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  /** Of numbers: int64 or float64; '' otherwise. */
  readonly format: '' | 'int64' | 'float64';
  /** A number without fraction. */
  readonly isWhole: boolean;
}

/** The OpenAPI type and format of a value that is not null. */
export function goType(value: unknown): GoType {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return { type: typeof value as 'string' | 'boolean', format: '', isWhole: false };
    case 'number':
      return numberType(Number.isInteger(value), Number.isInteger(value));
    default:
      if (value instanceof NumberLexeme) return numberType(value.isInteger, Number.isInteger(value.value));
      return { type: Array.isArray(value) ? 'array' : 'object', format: '', isWhole: false };
  }
}

function numberType(isInteger: boolean, isWhole: boolean): GoType {
  return isInteger ? { type: 'integer', format: 'int64', isWhole } : { type: 'number', format: 'float64', isWhole };
}
