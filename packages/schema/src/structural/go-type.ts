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
      return numberType(Number.isInteger(value) && value < INT64_LIMIT && value >= -INT64_LIMIT, isWhole(value));
    default:
      if (value instanceof NumberLexeme) return numberType(value.isInt64, isWhole(value.value));
      return { type: Array.isArray(value) ? 'array' : 'object', format: '', isWhole: false };
  }
}

/** 2^63. */
const INT64_LIMIT = 2 ** 63;

/** A float that stands for an integer has to be exact. */
function isWhole(value: number): boolean {
  return Number.isSafeInteger(value);
}

function numberType(isInteger: boolean, isWhole: boolean): GoType {
  return isInteger ? { type: 'integer', format: 'int64', isWhole } : { type: 'number', format: 'float64', isWhole };
}
