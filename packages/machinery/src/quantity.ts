/** The suffix family that a quantity is written in. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/**
 * An amount of CPU, memory, storage, … as Kubernetes counts it: exact, in steps of a billionth. Immutable.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
  /** How it was written, where Kubernetes keeps that: it then prints so, canonical or not. */
  readonly text?: string;
}

/** A text that is not a quantity. The message is Kubernetes'. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NO_NUMBER = 'unable to parse numeric part of quantity';
const WRONG_SUFFIX = "unable to parse quantity's suffix";

const NANO = 10n ** 9n;
const MAX_INT64 = 2n ** 63n - 1n;
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

/** Decimal suffixes by exponent. */
const DECIMAL_SUFFIXES = new Map([
  [-9, 'n'],
  [-6, 'u'],
  [-3, 'm'],
  [0, ''],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
  [15, 'P'],
  [18, 'E'],
]);
const DECIMAL_EXPONENTS = new Map([...DECIMAL_SUFFIXES].map(([exponent, suffix]) => [suffix, exponent]));
/** Each is 1024 times the one before. */
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Far beyond any use; without a limit `1e999999999` would fill the memory. */
const MAX_EXPONENT = 400;

/**
 * Reads `500m`, `1.5Gi`, `2e3`. Finer than a billionth is rounded away from zero; binary quantities end at 2^63-1.
 *
 * @throws QuantityError
 */
export function parseQuantity(text: string): Quantity {
  const match = text === '' ? null : SHAPE.exec(text);
  if (match === null) throw new QuantityError(WRONG_FORMAT);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const unit = readSuffix(suffix);
  const significant = whole.replace(/^0+/, '');
  const quick = isQuick(significant, fraction, unit);
  if (whole + fraction === '' && !quick) throw new QuantityError(NO_NUMBER);
  const digits = significant + fraction;
  let nanos = roundedNanos(BigInt(digits === '' ? 0 : digits), fraction.length, unit);
  let { format } = unit;
  if (format === 'BinarySI') {
    if (nanos > MAX_INT64 * NANO) nanos = MAX_INT64 * NANO;
    if (nanos > 0n && nanos < NANO) format = 'DecimalSI';
  }
  if (sign === '-') nanos = -nanos;
  return quick && keepsText(significant, fraction, unit) ? { nanos, format, text } : { nanos, format };
}

interface Unit {
  readonly format: QuantityFormat;
  /** A power of ten, for binary units of two. */
  readonly exponent: number;
}

function readSuffix(suffix: string): Unit {
  const decimal = DECIMAL_EXPONENTS.get(suffix);
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal };
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) return { format: 'BinarySI', exponent: 10 * binary };
  if (/^[eE][-+]?\d+$/.test(suffix)) {
    const exponent = Number(suffix.slice(1));
    if (Math.abs(exponent) <= MAX_EXPONENT) return { format: 'DecimalExponent', exponent };
  }
  throw new QuantityError(WRONG_SUFFIX);
}

/** `unscaled / 10^places` of the unit in billionths, rounded up. */
function roundedNanos(unscaled: bigint, places: number, unit: Unit): bigint {
  if (unit.format === 'BinarySI') return divideUp(unscaled * 2n ** BigInt(unit.exponent) * NANO, 10n ** BigInt(places));
  const power = unit.exponent + 9 - places;
  return power >= 0 ? unscaled * 10n ** BigInt(power) : divideUp(unscaled, 10n ** BigInt(-power));
}

// Kubernetes has a quick parser for short numbers, and it shows: what that one finds canonical enough prints as it was
// written, and only that one takes a suffix without a number for zero.
function isQuick(significant: string, fraction: string, unit: Unit): boolean {
  const length = Math.max(1, significant.length);
  if (unit.format === 'BinarySI') return fraction === '' && length + Math.trunc((unit.exponent * 3) / 10) < 15;
  return length + fraction.length <= 18 && unit.exponent - fraction.length >= -9;
}

function keepsText(significant: string, fraction: string, unit: Unit): boolean {
  if (significant === '') return false;
  if (unit.format === 'BinarySI') return BigInt(significant) % 8n !== 0n;
  return (unit.exponent - fraction.length) % 3 === 0 && !(significant + fraction).endsWith('000');
}

/** A quantity from a number of whole units. */
export function quantityOf(units: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { nanos: BigInt(units) * NANO, format };
}

/** The text as Kubernetes prints it: the largest suffix that needs no fraction. */
export function formatQuantity(quantity: Quantity): string {
  const { nanos, text } = quantity;
  if (text !== undefined) return text;
  if (nanos === 0n) return '0';
  const small = nanos > -1024n * NANO && nanos < 1024n * NANO;
  const format = quantity.format === 'BinarySI' && (small || nanos % NANO !== 0n) ? 'DecimalSI' : quantity.format;
  if (format === 'BinarySI') {
    const [mantissa, power] = withoutFactor(nanos / NANO, 1024n);
    return `${mantissa}${BINARY_SUFFIXES[power]}`;
  }
  const [reduced, removed] = withoutFactor(nanos, 10n);
  const exponent = Math.floor((removed - 9) / 3) * 3;
  const mantissa = reduced * 10n ** BigInt(removed - 9 - exponent);
  if (format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  // Beyond exa there is no suffix.
  if (exponent > 18) return `${mantissa * 10n ** BigInt(exponent - 18)}E`;
  return `${mantissa}${DECIMAL_SUFFIXES.get(exponent)}`;
}

/** The text of a quantity as the API server stores it: `0.5` becomes `500m`. @throws QuantityError */
export function canonicalQuantity(text: string): string {
  return formatQuantity(parseQuantity(text));
}

/** Negative, zero or positive, as for sorting. @throws QuantityError for texts that are not quantities */
export function compareQuantities(a: Quantity | string, b: Quantity | string): number {
  const difference = toQuantity(a).nanos - toQuantity(b).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The sum, in the first one's format (a zero takes the other's). @throws QuantityError */
export function addQuantities(a: Quantity | string, b: Quantity | string): Quantity {
  const [left, right] = [toQuantity(a), toQuantity(b)];
  return { nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format };
}

/** The difference, in the first one's format (a zero takes the other's). @throws QuantityError */
export function subtractQuantities(a: Quantity | string, b: Quantity | string): Quantity {
  const right = toQuantity(b);
  return addQuantities(a, { nanos: -right.nanos, format: right.format });
}

/** Rounded away from zero to whole thousandths, as the defaults of resource lists do; unchanged when it is whole already. */
export function roundUpToMilli(quantity: Quantity | string): Quantity {
  const value = toQuantity(quantity);
  const milli = NANO / 1000n;
  if (value.nanos % milli === 0n) return value;
  return { nanos: roundAway(value.nanos, milli) * milli, format: value.format };
}

/** The nearest JavaScript number of units: `500m` is 0.5. @throws QuantityError */
export function quantityAsNumber(quantity: Quantity | string): number {
  const { nanos } = toQuantity(quantity);
  return Number(nanos / NANO) + Number(nanos % NANO) / 1e9;
}

/** Whole units, rounded away from zero: what integer arithmetic in Kubernetes uses (`Value()`). @throws QuantityError */
export function quantityAsInteger(quantity: Quantity | string): bigint {
  return roundAway(toQuantity(quantity).nanos, NANO);
}

/** Whole thousandths, rounded away from zero: `MilliValue()`, the way CPU is counted. @throws QuantityError */
export function quantityAsMilli(quantity: Quantity | string): bigint {
  return roundAway(toQuantity(quantity).nanos, NANO / 1000n);
}

function toQuantity(value: Quantity | string): Quantity {
  return typeof value === 'string' ? parseQuantity(value) : value;
}

function roundAway(value: bigint, step: bigint): bigint {
  return value < 0n ? -divideUp(-value, step) : divideUp(value, step);
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

/** The value divided by the factor as often as it goes, and how often that is. */
function withoutFactor(value: bigint, factor: bigint): [bigint, number] {
  let rest = value;
  let times = 0;
  while (rest % factor === 0n) {
    rest /= factor;
    times++;
  }
  return [rest, times];
}
