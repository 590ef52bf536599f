import { type FieldError, invalidValue, NumberLexeme } from '@opwright/machinery';
import type { NestedValidation } from './schema.ts';

/** What is wrong with a number by its bounds, its factor and the range of its format. */
export function numberErrors(schema: NestedValidation, value: number | NumberLexeme, path: string): FieldError[] {
  const number = value instanceof NumberLexeme ? value.value : value;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const field = path === '' ? '<nil>' : path;
  const errors: FieldError[] = [];
  const complain = (text: string) => errors.push(invalidValue(field, value, `${path} in body should be ${text}`));

  const range = rangeError(schema, value);
  if (range) errors.push(invalidValue('<nil>', '', `Checked value must be of type ${range} in ${path}`));
  if (multipleOf !== undefined && !isMultiple(number, multipleOf)) complain(`a multiple of ${multipleOf}`);
  if (maximum !== undefined && (exclusiveMaximum ? number >= maximum : number > maximum)) {
    complain(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
  if (minimum !== undefined && (exclusiveMinimum ? number <= minimum : number < minimum)) {
    complain(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  return errors;
}

const INT64_MAX = 2n ** 63n - 1n;

/** The type and format that a number does not fit, in the API server's words. */
function rangeError(schema: NestedValidation, value: number | NumberLexeme): string | undefined {
  const number = value instanceof NumberLexeme ? value.value : value;
  const { type, format } = schema;
  if (type === 'number' && format === 'float' && Math.abs(number) > 3.4028234663852886e38)
    return 'number with format float';
  if (type !== 'integer' || !Number.isInteger(number)) return undefined;
  if (format === 'int32' && (number > 2147483647 || number < -2147483648)) return 'integer with format int32';
  const exact = value instanceof NumberLexeme && value.isInteger ? BigInt(value.lexeme) : BigInt(number);
  if (exact <= INT64_MAX && exact >= -INT64_MAX - 1n) return undefined;
  return format === 'int64' ? 'integer with format int64' : 'integer (default format)';
}

// The same arithmetic as the API server's, with its rounding.
function isMultiple(value: number, factor: number): boolean {
  if (factor <= 0) return false;
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  const difference = Math.abs(quotient - Math.trunc(quotient));
  if (difference === 0) return true;
  return difference / (Math.abs(quotient) + Math.abs(Math.trunc(quotient))) < 1e-9;
}
