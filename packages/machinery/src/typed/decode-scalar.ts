import { Base64Error, decodeBase64, encodeBase64 } from '../encoding/base64.ts';
import { keptNumber, NumberLexeme } from '../json/number-lexeme.ts';
import { formatQuantity, parseQuantity, QuantityError } from '../quantity.ts';
import { DecodeError } from './decode-error.ts';
import { normalizeTime } from './go-time.ts';
import type { Scalar } from './type-node.ts';

/**
 * Makes the error for a value of another type, given what was found (`string`, `number 1.5`) and what Go wanted, where that
 * is not the type of the whole value.
 */
type Mismatch = (found: string, goType?: string) => DecodeError;

/**
 * A JSON value as Go reads it into a scalar and writes it again.
 *
 * @throws DecodeError
 */
export function decodeScalar(scalar: Scalar, value: unknown, mismatch: Mismatch): unknown {
  switch (scalar) {
    case 'string':
    case 'duration':
      if (typeof value === 'string') return value;
      throw mismatch(jsonTypeName(value));
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw mismatch(jsonTypeName(value));
    case 'int32':
      return decodeInteger(value, MAX_INT32, mismatch);
    case 'int64':
    case 'integer':
      return decodeInteger(value, MAX_INT64, mismatch);
    case 'number':
      return decodeFloat(value, mismatch);
    case 'bytes':
      return decodeBytes(value, mismatch);
    case 'intOrString':
      if (typeof value === 'string') return value;
      return decodeInteger(value, MAX_INT32, mismatch);
    case 'quantity':
      return decodeQuantity(value);
    case 'time':
    case 'microTime':
      if (typeof value !== 'string') throw mismatch(jsonTypeName(value), 'string');
      return normalizeTime(value, scalar);
  }
}

/** Go's word for the JSON type of a value. */
export function jsonTypeName(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof NumberLexeme) return 'number';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const MAX_INT32 = 2n ** 31n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;

/** Integers beyond 2^53 stay as they were written. */
function decodeInteger(value: unknown, max: bigint, mismatch: (found: string) => DecodeError): number | NumberLexeme {
  const lexeme = lexemeOf(value);
  if (lexeme === undefined) throw mismatch(jsonTypeName(value));
  if (!/^-?\d+$/.test(lexeme)) throw mismatch(`number ${lexeme}`);
  const integer = BigInt(lexeme);
  if (integer > max || integer < -max - 1n) throw mismatch(`number ${lexeme}`);
  return value instanceof NumberLexeme ? keptNumber(value) : Number(integer);
}

function decodeFloat(value: unknown, mismatch: (found: string) => DecodeError): number {
  const lexeme = lexemeOf(value);
  if (lexeme === undefined) throw mismatch(jsonTypeName(value));
  const number = Number(lexeme);
  if (!Number.isFinite(number)) throw mismatch(`number ${lexeme}`);
  return number;
}

function decodeBytes(value: unknown, mismatch: Mismatch): string {
  if (Array.isArray(value)) return encodeBase64(Uint8Array.from(value, (byte) => decodeByte(byte, mismatch)));
  if (typeof value !== 'string') throw mismatch(jsonTypeName(value));
  try {
    return encodeBase64(decodeBase64(value));
  } catch (error) {
    throw error instanceof Base64Error ? new DecodeError(error.message) : error;
  }
}

/** Go reads a list of numbers as bytes, too. */
function decodeByte(value: unknown, mismatch: Mismatch): number {
  const lexeme = value === null ? '0' : lexemeOf(value);
  if (lexeme === undefined) throw mismatch(jsonTypeName(value), 'uint8');
  const byte = /^\d+$/.test(lexeme) ? Number(lexeme) : Number.NaN;
  if (!(byte <= 255)) throw mismatch(`number ${lexeme}`, 'uint8');
  return byte;
}

function decodeQuantity(value: unknown): string {
  // Go's Quantity reads the JSON text itself: any other type is a malformed quantity.
  const text = typeof value === 'string' ? value.trim() : (lexemeOf(value) ?? '?');
  try {
    return formatQuantity(parseQuantity(text));
  } catch (error) {
    throw error instanceof QuantityError ? new DecodeError(error.message) : error;
  }
}

/** A number as it was written. */
function lexemeOf(value: unknown): string | undefined {
  if (value instanceof NumberLexeme) return value.lexeme;
  return typeof value === 'number' ? String(value) : undefined;
}
