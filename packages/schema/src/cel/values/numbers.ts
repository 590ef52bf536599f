import { NumberLexeme } from '@opwright/machinery';
import { CelError } from './error.ts';
import { type CelValue, Double, double, Uint } from './value.ts';

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

export const INT_OVERFLOW = new CelError('integer overflow');
export const UINT_OVERFLOW = new CelError('unsigned integer overflow');

/** An int from a big integer: a plain number where that is exact. */
export function intOf(value: bigint): number | bigint | CelError {
  if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value);
  return value < MIN_INT || value > MAX_INT ? INT_OVERFLOW : value;
}

export function uintOf(value: bigint): Uint | CelError {
  return value < 0n || value > MAX_UINT ? UINT_OVERFLOW : new Uint(value);
}

/** Numbers from parsed JSON as CEL has them; every other value as it is. */
export function normal(value: CelValue): CelValue {
  if (!(value instanceof NumberLexeme)) return value;
  return value.isInteger ? intOf(BigInt(value.lexeme)) : double(value.value);
}

/** The number of a double, undefined for values of other types. */
export function doubleValue(value: CelValue): number | undefined {
  if (value instanceof Double) return value.value;
  return typeof value === 'number' && !Number.isInteger(value) ? value : undefined;
}

/** Whether a value is an int. */
export function isInt(value: CelValue): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

/** The order of two numbers of any numeric types: negative, zero, positive; NaN when there is none, undefined for other values. */
export function compareNumbers(a: CelValue, b: CelValue): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return sign(a, b);
  const left = numeric(a);
  const right = numeric(b);
  if (left === undefined || right === undefined) return undefined;
  const isWhole = typeof left === 'bigint' && typeof right === 'bigint';
  // Beside a double, an int counts as the nearest double.
  return isWhole ? sign(left, right) : sign(Number(left), Number(right));
}

function sign<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

/** Ints and uints as big integers, doubles as numbers. */
function numeric(value: CelValue): number | bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'bigint') return value;
  if (value instanceof Double) return value.value;
  return value instanceof Uint ? value.value : undefined;
}
