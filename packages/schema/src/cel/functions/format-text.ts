import { utf8 } from '@opwright/machinery';
import { CelError } from '../values/error.ts';
import { mapEntries } from '../values/maps.ts';
import { doubleValue, isInt, normal } from '../values/numbers.ts';
import { decodeUtf8 } from '../values/text.ts';
import { formatSeconds, formatTimestamp } from '../values/times.ts';
import { isList, isMap, typeName } from '../values/type-name.ts';
import { type CelValue, Duration, Timestamp, TypeValue, Uint } from '../values/value.ts';
import { roundedText } from './format-double.ts';

const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))|%/g;

class FormatError extends Error {}

/** `"%s has %d".format(args)`: the clauses are s, d, f, e, b, x, X and o; f and e take a precision. */
export function formatText(template: string, args: readonly CelValue[]): CelValue {
  let next = 0;
  try {
    const text = template.replace(CLAUSE, (clause, precision: string | undefined, verb: string | undefined) => {
      if (clause === '%%') return '%';
      if (verb === undefined) throw new FormatError('could not parse formatting clause: unexpected end of string');
      if (next >= args.length) throw new FormatError(`index ${next} out of range`);
      return formatted(verb, precision === undefined ? undefined : Number(precision), normal(args[next++] as CelValue));
    });
    if (next < args.length)
      throw new FormatError(`too many arguments supplied to string.format (expected ${next}, got ${args.length})`);
    return text;
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
}

function formatted(verb: string, precision: number | undefined, value: CelValue): string {
  switch (verb) {
    case 's':
      return shown(value);
    case 'd':
      return decimal(value);
    case 'f':
      return fixedPoint(value, precision ?? 6);
    case 'e':
      return scientific(value, precision ?? 6);
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : inBase(value, 2, verb);
    case 'o':
      return inBase(value, 8, verb);
    case 'x':
      return hex(value);
    case 'X':
      return hex(value).toUpperCase();
    default:
      throw new FormatError(`unrecognized formatting clause "${verb}"`);
  }
}

function shown(value: CelValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  if (value instanceof Uint) return String(value.value);
  const number = doubleValue(value);
  if (number !== undefined) return special(number) ?? plainNumber(number);
  if (value instanceof Uint8Array) return decodeUtf8(value) ?? String.fromCharCode(...value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatSeconds(value);
  if (value instanceof TypeValue) return value.typeName;
  if (isList(value)) return `[${value.map((item) => shown(normal(item))).join(', ')}]`;
  if (isMap(value)) {
    const entries = [...mapEntries(value)].map(([key, item]) => [shown(normal(key)), shown(normal(item))] as const);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}}`;
  }
  throw wrong('s', value);
}

function plainNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function special(value: number): string | undefined {
  if (Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function decimal(value: CelValue): string {
  if (isInt(value)) return String(value);
  if (value instanceof Uint) return String(value.value);
  const text = special(doubleValue(value) ?? 0);
  if (text === undefined) throw wrong('d', value);
  return text;
}

function real(verb: string, value: CelValue): number {
  const number =
    doubleValue(value) ?? (isInt(value) ? Number(value) : value instanceof Uint ? Number(value.value) : undefined);
  if (number === undefined) throw wrong(verb, value);
  return number;
}

function fixedPoint(value: CelValue, precision: number): string {
  const number = real('f', value);
  return special(number) ?? roundedText(number, precision, 'toFixed');
}

function scientific(value: CelValue, precision: number): string {
  const number = real('e', value);
  const text = special(number);
  if (text !== undefined) return text;
  const [mantissa, exponent] = roundedText(number, precision, 'toExponential').split('e') as [string, string];
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

function inBase(value: CelValue, base: number, verb: string): string {
  if (isInt(value)) return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  throw wrong(verb, value);
}

function hex(value: CelValue): string {
  if (typeof value === 'string') return hexBytes(utf8(value));
  return value instanceof Uint8Array ? hexBytes([...value]) : inBase(value, 16, 'x');
}

function hexBytes(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function wrong(verb: string, value: CelValue): FormatError {
  return new FormatError(`error during formatting: "${verb}" clause cannot be used on ${typeName(value)}`);
}
