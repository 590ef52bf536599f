import { parseDurationNanos, utf8 } from '@opwright/machinery';
import { type Sized, scaled, TEXT_FACTOR } from '../cost/estimate.ts';
import { BOOL, BYTES, type CelType, DOUBLE, DURATION, INT, STRING, TIMESTAMP, UINT } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { INT_OVERFLOW, intOf, UINT_OVERFLOW, uintOf } from '../values/numbers.ts';
import { decodeUtf8 } from '../values/text.ts';
import { duration, formatSeconds, formatTimestamp, SECOND, timestamp, timestampOf } from '../values/times.ts';
import { type CelValue, Double, type Duration, double, type Timestamp, type Uint } from '../values/value.ts';
import { reading } from './costs.ts';
import { formatDouble } from './format-double.ts';
import { global, type Implementation, type Overload } from './overload.ts';

type AnyDouble = number | Double;
type AnyInt = number | bigint;

const same: Implementation = (value: CelValue) => value;

function conversion(from: CelType, to: CelType, run: Implementation, costs = {}): Overload {
  return global(to.kind, `${from.kind}_to_${to.kind}`, [from], to, run, costs);
}

function numberOf(value: AnyDouble): number {
  return value instanceof Double ? value.value : value;
}

function doubleToInt(value: AnyDouble): CelValue {
  const number = Math.trunc(numberOf(value));
  // The bounds themselves are out: as doubles they stand for neighbours, too.
  return number > -(2 ** 63) && number < 2 ** 63 ? intOf(BigInt(number)) : INT_OVERFLOW;
}

function doubleToUint(value: AnyDouble): CelValue {
  const number = Math.trunc(numberOf(value));
  return number >= 0 && number < 2 ** 64 ? uintOf(BigInt(number)) : UINT_OVERFLOW;
}

function textToInt(text: string): CelValue {
  const value = /^[-+]?\d+$/.test(text) ? intOf(BigInt(text.replace(/^\+/, ''))) : undefined;
  return value === undefined || value instanceof CelError ? notConvertible('int', text) : value;
}

function textToUint(text: string): CelValue {
  const value = /^\d+$/.test(text) ? uintOf(BigInt(text)) : undefined;
  return value === undefined || value instanceof CelError ? notConvertible('uint', text) : value;
}

function textToDouble(text: string): CelValue {
  const special = /^([-+]?)(?:(inf(?:inity)?)|nan)$/i.exec(text);
  if (special) return special[2] ? (special[1] === '-' ? -Infinity : Infinity) : Number.NaN;
  const isNumber = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text);
  const value = Number(text);
  return isNumber && Number.isFinite(value) ? double(value) : notConvertible('double', text);
}

function textToBool(text: string): CelValue {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text) ? false : notConvertible('bool', text);
}

function textToTimestamp(text: string): CelValue {
  return timestampOf(text) ?? notConvertible('google.protobuf.Timestamp', text);
}

function textToDuration(text: string): CelValue {
  try {
    return duration(parseDurationNanos(text));
  } catch {
    return notConvertible('google.protobuf.Duration', text);
  }
}

function notConvertible(type: string, text: string): CelError {
  return new CelError(`type conversion error from '${text}' to '${type}'`);
}

function bytesToText(bytes: Uint8Array): CelValue {
  return decodeUtf8(bytes) ?? new CelError('invalid UTF-8 in bytes, cannot convert to string');
}

const textToBytesCosts = {
  estimate: ([text]: readonly Sized[]) => {
    const { size } = text as Sized;
    return { cost: scaled(size, TEXT_FACTOR), size: { min: size.min, max: size.max * 4 } };
  },
  cost: reading(0).cost as NonNullable<Overload['cost']>,
};

const bytesToTextCosts = {
  estimate: ([bytes]: readonly Sized[]) => {
    const { size } = bytes as Sized;
    return { cost: scaled(size, TEXT_FACTOR), size: { min: Math.floor(size.min / 4), max: size.max } };
  },
  cost: reading(0).cost as NonNullable<Overload['cost']>,
};

/** The functions named like types. */
export const conversions: readonly Overload[] = [
  conversion(BOOL, BOOL, same),
  conversion(STRING, BOOL, textToBool),
  conversion(BYTES, BYTES, same),
  conversion(STRING, BYTES, (text: string) => new Uint8Array(utf8(text)), textToBytesCosts),
  conversion(DOUBLE, DOUBLE, same),
  conversion(INT, DOUBLE, (value: AnyInt) => double(Number(value))),
  conversion(UINT, DOUBLE, (value: Uint) => double(Number(value.value))),
  conversion(STRING, DOUBLE, textToDouble),
  conversion(DURATION, DURATION, same),
  conversion(STRING, DURATION, textToDuration),
  conversion(INT, DURATION, (value: AnyInt) => duration(BigInt(value))),
  conversion(INT, INT, same),
  conversion(UINT, INT, (value: Uint) => intOf(value.value)),
  conversion(DOUBLE, INT, doubleToInt),
  conversion(STRING, INT, textToInt),
  conversion(TIMESTAMP, INT, ({ nanos }: Timestamp) =>
    intOf((nanos - (((nanos % SECOND) + SECOND) % SECOND)) / SECOND),
  ),
  conversion(DURATION, INT, ({ nanos }: Duration) => intOf(nanos)),
  conversion(UINT, UINT, same),
  conversion(INT, UINT, (value: AnyInt) => uintOf(BigInt(value))),
  conversion(DOUBLE, UINT, doubleToUint),
  conversion(STRING, UINT, textToUint),
  conversion(TIMESTAMP, TIMESTAMP, same),
  conversion(STRING, TIMESTAMP, textToTimestamp),
  conversion(INT, TIMESTAMP, (value: AnyInt) => timestamp(BigInt(value) * SECOND)),
  conversion(STRING, STRING, same),
  conversion(BOOL, STRING, (value: boolean) => String(value)),
  conversion(INT, STRING, (value: AnyInt) => String(value)),
  conversion(UINT, STRING, (value: Uint) => String(value.value)),
  conversion(DOUBLE, STRING, (value: AnyDouble) => formatDouble(numberOf(value))),
  conversion(BYTES, STRING, bytesToText, bytesToTextCosts),
  conversion(TIMESTAMP, STRING, formatTimestamp),
  conversion(DURATION, STRING, formatSeconds),
];
