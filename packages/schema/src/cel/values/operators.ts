import { compareBytes } from './equality.ts';
import { CelError, NO_OVERLOAD } from './error.ts';
import { compareNumbers, doubleValue, intOf, isInt, normal, uintOf } from './numbers.ts';
import { compareTexts } from './text.ts';
import { duration, timestamp } from './times.ts';
import { isList } from './type-name.ts';
import { type CelValue, Duration, double, Timestamp, Uint } from './value.ts';

/*
 * CEL's operators on values whose types are only known now. Of two operands the first that is an error is the result.
 */

const DIVISION_BY_ZERO = new CelError('division by zero');
const MODULUS_BY_ZERO = new CelError('modulus by zero');

export function add(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (isList(a) && isList(b)) return a.length === 0 ? b : b.length === 0 ? a : [...a, ...b];
  if (a instanceof Timestamp && b instanceof Duration) return timestamp(a.nanos + b.nanos, a.offset);
  if (a instanceof Duration && b instanceof Timestamp) return timestamp(a.nanos + b.nanos, b.offset);
  if (a instanceof Duration && b instanceof Duration) return duration(a.nanos + b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return concatenated(a, b);
  return arithmetic(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

export function subtract(a: CelValue, b: CelValue): CelValue {
  if (a instanceof Timestamp && b instanceof Timestamp) return duration(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return timestamp(a.nanos - b.nanos, a.offset);
  if (a instanceof Duration && b instanceof Duration) return duration(a.nanos - b.nanos);
  return arithmetic(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
}

export function multiply(a: CelValue, b: CelValue): CelValue {
  return arithmetic(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}

export function divide(a: CelValue, b: CelValue): CelValue {
  return arithmetic(
    a,
    b,
    (x, y) => (y === 0n ? DIVISION_BY_ZERO : x / y),
    (x, y) => x / y,
  );
}

export function modulo(a: CelValue, b: CelValue): CelValue {
  return arithmetic(a, b, (x, y) => (y === 0n ? MODULUS_BY_ZERO : x % y));
}

export function negate(a: CelValue): CelValue {
  if (a instanceof CelError) return a;
  const value = normal(a);
  if (isInt(value)) return intOf(-BigInt(value));
  const number = doubleValue(value);
  return number === undefined ? NO_OVERLOAD : double(-number);
}

export function not(a: CelValue): CelValue {
  if (typeof a === 'boolean') return !a;
  return a instanceof CelError ? a : NO_OVERLOAD;
}

function arithmetic(
  a: CelValue,
  b: CelValue,
  whole: (x: bigint, y: bigint) => bigint | CelError,
  real?: (x: number, y: number) => number,
): CelValue {
  if (typeof a === 'number' && typeof b === 'number' && real && !Number.isInteger(a) && !Number.isInteger(b)) {
    return double(real(a, b));
  }
  if (a instanceof CelError) return a;
  if (b instanceof CelError) return b;
  const left = normal(a);
  const right = normal(b);
  if (isInt(left) && isInt(right)) {
    const result = whole(BigInt(left), BigInt(right));
    return typeof result === 'bigint' ? intOf(result) : result;
  }
  if (left instanceof Uint && right instanceof Uint) {
    const result = whole(left.value, right.value);
    return typeof result === 'bigint' ? uintOf(result) : result;
  }
  const x = doubleValue(left);
  const y = doubleValue(right);
  return real && x !== undefined && y !== undefined ? double(real(x, y)) : NO_OVERLOAD;
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** The order of two values of an ordered type: negative, zero, positive, NaN where there is none; or an error. */
export function order(a: CelValue, b: CelValue): number | CelError {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (a instanceof CelError) return a;
  if (b instanceof CelError) return b;
  const numbers = compareNumbers(normal(a), normal(b));
  if (numbers !== undefined) return numbers;
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  if (a instanceof Duration && b instanceof Duration) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return a instanceof Uint8Array && b instanceof Uint8Array ? compareBytes(a, b) : NO_OVERLOAD;
}
