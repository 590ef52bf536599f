import { goQuote, utf8 } from '@opwright/machinery';
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

/** How values print that there is more than one way for. */
interface Style {
  readonly shown: (value: CelValue) => string;
  readonly fixedPoint: (value: CelValue, precision: number) => string;
  readonly scientific: (value: CelValue, precision: number) => string;
}

/** `"%s has %d".format(args)` as the specification has it. The clauses are s, d, f, e, b, x, X and o; f and e take a precision. */
export function formatText(template: string, args: readonly CelValue[]): CelValue {
  return filled(template, args, { shown, fixedPoint, scientific });
}

/**
 * The same as the API server has it, which loads an older version: lists and maps print as CEL would write them, numbers with
 * a fraction as in English texts, and only doubles have one.
 */
export function formatTextByLocale(template: string, args: readonly CelValue[]): CelValue {
  return filled(template, args, englishStyle);
}

function filled(template: string, args: readonly CelValue[], style: Style): CelValue {
  let next = 0;
  try {
    const text = template.replace(CLAUSE, (clause, precision: string | undefined, verb: string | undefined) => {
      if (clause === '%%') return '%';
      if (verb === undefined) throw new FormatError('could not parse formatting clause: unexpected end of string');
      if (next >= args.length) throw new FormatError(`index ${next} out of range`);
      return formatted(verb, precision === undefined ? 6 : Number(precision), normal(args[next++] as CelValue), style);
    });
    if (next < args.length)
      throw new FormatError(`too many arguments supplied to string.format (expected ${next}, got ${args.length})`);
    return text;
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
}

function formatted(verb: string, precision: number, value: CelValue, style: Style): string {
  switch (verb) {
    case 's':
      return style.shown(value);
    case 'd':
      return decimal(value);
    case 'f':
      return style.fixedPoint(value, precision);
    case 'e':
      return style.scientific(value, precision);
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

const englishStyle: Style = {
  shown: (value) => (isList(value) || isMap(value) ? literal(value) : shown(value)),
  fixedPoint: (value, precision) => {
    const text = fixedPoint(onlyDouble('f', value), precision);
    return text.replace(/\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ','));
  },
  scientific: (value, precision) => {
    const [mantissa, exponent] = scientific(onlyDouble('e', value), precision).split('e') as [string, string?];
    if (exponent === undefined) return mantissa;
    const superscript = exponent.replace(/\d|[-+]/g, (char) => SUPERSCRIPTS[char] ?? '');
    return `${mantissa}\u00d710${superscript}`;
  },
};

const SUPERSCRIPTS: Readonly<Record<string, string>> = Object.fromEntries([
  ['-', '\u207b'],
  ...[...'\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'].map((char, digit) => [String(digit), char]),
]);

function onlyDouble(verb: string, value: CelValue): CelValue {
  if (doubleValue(value) === undefined) throw wrong(verb, value);
  return value;
}

/** A value as CEL would write it, inside of a list or a map. */
function literal(item: CelValue): string {
  const value = normal(item);
  const number = doubleValue(value);
  if (number !== undefined) return Number.isFinite(number) ? number.toFixed(6) : goQuote(shown(value));
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof Uint8Array) return `b${goQuote(shown(value))}`;
  if (value instanceof Timestamp) return `timestamp(${goQuote(shown(value))})`;
  if (value instanceof Duration) return `duration(${goQuote(shown(value))})`;
  if (isList(value)) return `[${value.map(literal).join(', ')}]`;
  if (!isMap(value)) return shown(value);
  const entries = [...mapEntries(value)].map(([key, each]) => `${literal(key)}:${literal(each)}`);
  return `{${entries.sort().join(', ')}}`;
}
