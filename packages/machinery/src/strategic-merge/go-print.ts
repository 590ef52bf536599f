import type { JsonObject, JsonValue } from '../json.ts';
import { goQuote } from '../text/go-quote.ts';

/** A decoded JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`, `<nil>`. */
export function goText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => goText(item as JsonValue)).join(' ')}]`;
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
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map((item) => goSyntax(item as JsonValue)).join(', ')}}`;
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
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      if (value === null || value === undefined) return '<nil>';
      return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  }
}

function sortedKeys(object: JsonObject): string[] {
  return Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort();
}

// Go writes the exponent of a float with a sign and two digits at least.
function goNumber(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}
