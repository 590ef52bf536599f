import { NumberLexeme } from '../json/number-lexeme.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { goQuote } from '../text/go-quote.ts';

/** A decoded JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`, `<nil>`. */
export function goText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  if (value instanceof NumberLexeme) return goNumber(value.value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => goText(item)).join(' ')}]`;
  const object = value as JsonObject;
  return `map[${sortedKeys(object)
    .map((key) => `${key}:${goText(object[key])}`)
    .join(' ')}]`;
}

/** A decoded JSON value as Go's `%#v` prints it: `map[string]interface {}{"a":1}`. */
export function goSyntax(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return goNumber(value);
  if (value instanceof NumberLexeme) return goNumber(value.value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    return `[]interface {}{${value.map((item: JsonValue) => goSyntax(item)).join(', ')}}`;
  }
  const object = value as JsonObject;
  return `map[string]interface {}{${sortedKeys(object)
    .map((key) => `${goQuote(key)}:${goSyntax(object[key])}`)
    .join(', ')}}`;
}

/** The Go type that decoded JSON has, as `%T` prints it. */
export function goTypeName(value: JsonValue | undefined): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'int64' : 'float64';
    default:
      if (value === null || value === undefined) return '<nil>';
      if (value instanceof NumberLexeme) return value.isInt64 ? 'int64' : 'float64';
      return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  }
}

function sortedKeys(object: JsonObject): string[] {
  return Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort();
}

function goNumber(value: number): string {
  // Whole numbers are integers, as far as Go's go.
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return String(value);
  // It prints floats from a million on, and small ones, with an exponent of two digits at least.
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  if (Number(exponent) >= -4 && Number(exponent) < 6) return String(value);
  return `${mantissa}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`;
}
