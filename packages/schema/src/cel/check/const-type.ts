import { BOOL, BYTES, type CelType, DOUBLE, INT, NULL, STRING, UINT } from '../types/type.ts';
import { isInt } from '../values/numbers.ts';
import { type CelValue, Uint } from '../values/value.ts';

/** The type of a literal. */
export function constType(value: CelValue): CelType {
  if (value === null) return NULL;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'string') return STRING;
  if (isInt(value)) return INT;
  if (value instanceof Uint) return UINT;
  return value instanceof Uint8Array ? BYTES : DOUBLE;
}
