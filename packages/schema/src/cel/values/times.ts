import { CelError } from './error.ts';
import { Duration, Timestamp } from './value.ts';

export const SECOND = 1_000_000_000n;
/** The beginning of year 1, which to Go is no time. */
export const MIN_TIME = -62_135_596_800n * SECOND;
const MAX_TIME = 253_402_300_799n * SECOND + 999_999_999n;
const MAX_INT = 2n ** 63n - 1n;

/** A timestamp within years 1 to 9999. */
export function timestamp(nanos: bigint, offset = 0): Timestamp | CelError {
  return nanos < MIN_TIME || nanos > MAX_TIME ? new CelError('timestamp overflow') : new Timestamp(nanos, offset);
}

/** A duration within what 64 bits of nanoseconds hold. */
export function duration(nanos: bigint): Duration | CelError {
  return nanos < -MAX_INT - 1n || nanos > MAX_INT ? new CelError('duration overflow') : new Duration(nanos);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/** An RFC 3339 time; undefined for other texts. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, , month, day, hour, minute, second] = match.map(Number) as number[];
  const [, year, , , , , , fraction = '', zone = 'Z'] = match;
  if ((hour as number) > 23 || (minute as number) > 59 || (second as number) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), (month as number) - 1, day);
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return undefined;
  const seconds = date.getTime() / 1000 + (hour as number) * 3600 + (minute as number) * 60 + (second as number);
  const offset = zoneOffset(zone);
  if (offset === undefined) return undefined;
  return BigInt(seconds - offset) * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

/** The time that a text stands for, with the offset it is written in; undefined for other texts. */
export function timestampOf(text: string): Timestamp | CelError | undefined {
  const nanos = parseTimestamp(text);
  return nanos === undefined ? undefined : timestamp(nanos, zoneOffset(RFC3339.exec(text)?.[8] ?? 'Z'));
}

/** A date alone, at midnight UTC. */
export function parseDate(text: string): bigint | undefined {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined;
}

function zoneOffset(zone: string): number | undefined {
  const match = /^([+-])?(\d\d):(\d\d)$/.exec(zone);
  if (!match) return /^[Zz]$/.test(zone) ? 0 : undefined;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === '-' ? -seconds : seconds;
}

/** As RFC 3339 prints it, with as many digits as it takes. */
export function formatTimestamp({ nanos, offset }: Timestamp): string {
  const [seconds, rest] = split(nanos);
  const text = new Date((Number(seconds) + offset) * 1000).toISOString().slice(0, -5);
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
  return `${text}${fraction}${formatOffset(offset)}`;
}

function formatOffset(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset) / 60;
  const [hour, minute] = [Math.trunc(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offset < 0 ? '-' : '+'}${hour}:${minute}`;
}

/** In seconds, with as many digits as it takes: `1.5s`. */
export function formatSeconds({ nanos }: Duration): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const fraction = String(magnitude % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${nanos < 0n ? '-' : ''}${magnitude / SECOND}${fraction === '' ? '' : `.${fraction}`}s`;
}

/** Whole seconds, rounded down, and the nanoseconds of the second. */
function split(nanos: bigint): [bigint, bigint] {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  return [(nanos - rest) / SECOND, rest];
}

export type TimeField =
  | 'getFullYear'
  | 'getMonth'
  | 'getDayOfYear'
  | 'getDayOfMonth'
  | 'getDate'
  | 'getDayOfWeek'
  | 'getHours'
  | 'getMinutes'
  | 'getSeconds'
  | 'getMilliseconds';

/** A field of a time's calendar form in a time zone: UTC, an offset (`+02:00`) or a name of the IANA database. */
export function timeField(field: TimeField, { nanos }: Timestamp, zone = 'UTC'): number | CelError {
  const [seconds, rest] = split(nanos);
  const offset = offsetAt(zone, Number(seconds) * 1000);
  if (offset === undefined) return new CelError(`unknown time zone ${zone}`);
  const date = new Date((Number(seconds) + offset) * 1000);
  switch (field) {
    case 'getFullYear':
      return date.getUTCFullYear();
    case 'getMonth':
      return date.getUTCMonth();
    case 'getDayOfYear': {
      const start = new Date(date.getTime());
      start.setUTCMonth(0, 1);
      return Math.round((date.getTime() - start.getTime()) / 86_400_000);
    }
    case 'getDayOfMonth':
      return date.getUTCDate() - 1;
    case 'getDate':
      return date.getUTCDate();
    case 'getDayOfWeek':
      return date.getUTCDay();
    case 'getHours':
      return date.getUTCHours();
    case 'getMinutes':
      return date.getUTCMinutes();
    case 'getSeconds':
      return date.getUTCSeconds();
    case 'getMilliseconds':
      return Number(rest / 1_000_000n);
  }
}

/** Seconds east of UTC at a time. */
function offsetAt(zone: string, ms: number): number | undefined {
  if (zone === 'UTC' || zone === '') return 0;
  const fixed = zoneOffset(zone);
  if (fixed !== undefined) return fixed;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const parts = new Map(format.formatToParts(new Date(ms)).map(({ type, value }) => [type as string, value]));
    const number = (name: string) => Number(parts.get(name));
    const local = new Date(0);
    local.setUTCFullYear(number('year'), number('month') - 1, number('day'));
    local.setUTCHours(number('hour'), number('minute'), number('second'));
    return (local.getTime() - ms) / 1000;
  } catch {
    return undefined;
  }
}
