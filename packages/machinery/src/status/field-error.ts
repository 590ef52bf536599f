import { NumberLexeme } from '../json/number-lexeme.ts';
import { goQuote } from '../text/go-quote.ts';

/** What is wrong with one field of an object: becomes a cause of an `Invalid` status. */
export interface FieldError {
  /** `spec.containers[0].name`; `<nil>` for no path. */
  readonly field: string;
  readonly reason: FieldErrorReason;
  /** Without the field: `Required value`, `Invalid value: "x": must be …`. */
  readonly message: string;
}

export type FieldErrorReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueNotSupported'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** `Required value[: detail]`. */
export function requiredValue(field: string, detail = ''): FieldError {
  return fieldError(field, 'FieldValueRequired', 'Required value', detail);
}

/** `Invalid value: <value>: detail`. See {@link goValue} for how the value prints. */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return fieldError(field, 'FieldValueInvalid', `Invalid value: ${goValue(value)}`, detail);
}

/** `Invalid value: <value>: detail` for a value of the wrong type. */
export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return fieldError(field, 'FieldValueTypeInvalid', `Invalid value: ${goValue(value)}`, detail);
}

/** `Duplicate value: <value>`. */
export function duplicateValue(field: string, value: unknown): FieldError {
  return fieldError(field, 'FieldValueDuplicate', `Duplicate value: ${goValue(value)}`, '');
}

/** `Forbidden: detail`. */
export function forbiddenValue(field: string, detail: string): FieldError {
  return fieldError(field, 'FieldValueForbidden', 'Forbidden', detail);
}

/** `Not found: <value>`. */
export function valueNotFound(field: string, value: unknown): FieldError {
  return fieldError(field, 'FieldValueNotFound', `Not found: ${goValue(value)}`, '');
}

/** `Unsupported value: <value>: supported values: "A", "B"`. */
export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`;
  return fieldError(field, 'FieldValueNotSupported', `Unsupported value: ${goValue(value)}`, detail);
}

/** `Too long: may not be more than N bytes`. */
export function valueTooLong(field: string, maxBytes: number): FieldError {
  return fieldError(field, 'FieldValueTooLong', 'Too long', `may not be more than ${maxBytes} bytes`);
}

/** `Too many: 3: must have at most 2 items`. */
export function tooManyItems(field: string, count: number, max: number): FieldError {
  return fieldError(field, 'FieldValueTooMany', `Too many: ${count}`, `must have at most ${max} items`);
}

/** `Internal error: detail`. */
export function internalFieldError(field: string, detail: string): FieldError {
  return fieldError(field, 'InternalError', 'Internal error', detail);
}

/**
 * A value as Go prints it in a field error: strings quoted, numbers and booleans plain, null as `"null"`. Objects and
 * arrays print as untyped Go maps and slices (`map[string]interface {}{"a":1}`); what Go prints for its own structs is
 * not known here, so pass such texts as a {@link RawGoText}.
 */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '"null"';
  if (value instanceof RawGoText) return value.text;
  if (typeof value === 'string') return goQuote(value);
  return goLiteral(value);
}

/** A text that goes into a message as it is. */
export class RawGoText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function goLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return goNumber(value);
  if (value instanceof NumberLexeme) return value.isInteger ? value.lexeme : goFloat(value.value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goLiteral).join(', ')}}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value).sort();
    const entries = keys.map((key) => `${goQuote(key)}:${goLiteral((value as Record<string, unknown>)[key])}`);
    return `map[string]interface {}{${entries.join(', ')}}`;
  }
  return String(value);
}

// A whole number is an int64 to Go unless it was written as a fraction.
function goNumber(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : goFloat(value);
}

// Go's %v of a float64 has an exponent below 1e-4 and from 1e6 on, with at least two digits.
function goFloat(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (value === 0 || (power >= -4 && power < 6)) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function fieldError(field: string, reason: FieldErrorReason, message: string, detail: string): FieldError {
  return { field, reason, message: detail === '' ? message : `${message}: ${detail}` };
}
