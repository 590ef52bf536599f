import { compileRegex } from '../../structural/regex.ts';
import { type CallEstimate, type Sized, scaled, TEXT_FACTOR } from '../cost/estimate.ts';
import { BOOL, BYTES, type CelType, DURATION, DYN, INT, listOf, mapOf, STRING, TIMESTAMP } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { mapSize } from '../values/maps.ts';
import { textSize } from '../values/text.ts';
import { SECOND, type TimeField, timeField } from '../values/times.ts';
import { typeName } from '../values/type-name.ts';
import { type CelMap, type CelValue, type Duration, type Timestamp, TypeValue } from '../values/value.ts';
import { conversions } from './conversions.ts';
import { matching, reading, searching } from './costs.ts';
import { operatorOverloads } from './operators.ts';
import { global, type Implementation, member, type Overload } from './overload.ts';

const A: CelType = { kind: 'param', name: 'A' };
const B: CelType = { kind: 'param', name: 'B' };

function size(value: string | Uint8Array | readonly CelValue[] | CelMap): number {
  if (typeof value === 'string') return textSize(value);
  return value instanceof Uint8Array || Array.isArray(value) ? value.length : mapSize(value as CelMap);
}

/** Whether any part of a text matches a pattern of RE2. */
function matches(text: string, pattern: string): boolean | CelError {
  const regex = compileRegex(pattern);
  return 'error' in regex ? new CelError(regex.error) : regex.test(text);
}

const sized: readonly (readonly [string, CelType])[] = [
  ['bytes', BYTES],
  ['list', listOf(A)],
  ['map', mapOf(A, B)],
  ['string', STRING],
];

const timeFields: readonly TimeField[] = [
  'getFullYear',
  'getMonth',
  'getDayOfYear',
  'getDayOfMonth',
  'getDate',
  'getDayOfWeek',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
];

const durationUnits: readonly (readonly [string, bigint])[] = [
  ['getHours', 3600n * SECOND],
  ['getMinutes', 60n * SECOND],
  ['getSeconds', SECOND],
  ['getMilliseconds', 1_000_000n],
];

function timeFunction(name: TimeField): Overload[] {
  const run: Implementation = (time: Timestamp, zone?: string) => timeField(name, time, zone);
  return [
    member(name, `timestamp_to_${name}`, [TIMESTAMP], INT, run),
    member(name, `timestamp_to_${name}_with_tz`, [TIMESTAMP, STRING], INT, run),
  ];
}

/** Every unit counts the whole duration. The specification has only the last second's milliseconds; cel-go does not. */
function durationField(name: string, unit: bigint): Overload {
  const run: Implementation = ({ nanos }: Duration) => Number(nanos / unit);
  return member(name, `duration_to_${name}`, [DURATION], INT, run);
}

const affix = {
  estimate: ([, text]: readonly Sized[]): CallEstimate => ({ cost: scaled((text as Sized).size, TEXT_FACTOR) }),
  cost: reading(0).cost as NonNullable<Overload['cost']>,
};

/** CEL's standard functions. */
export const standardLibrary: readonly Overload[] = [
  ...operatorOverloads,
  ...conversions,
  global('dyn', 'to_dyn', [A], DYN, (value: CelValue) => value),
  global('type', 'type', [A], { kind: 'type', of: A }, (value: CelValue) => new TypeValue(typeName(value))),
  ...sized.map(([kind, type]) => global('size', `size_${kind}`, [type], INT, size)),
  ...sized.map(([kind, type]) => member('size', `${kind}_size`, [type], INT, size)),
  global('matches', 'matches', [STRING, STRING], BOOL, matches, matching(0, 1)),
  member('matches', 'matches_string', [STRING, STRING], BOOL, matches, matching(0, 1)),
  member(
    'contains',
    'contains_string',
    [STRING, STRING],
    BOOL,
    (text: string, part: string) => text.includes(part),
    searching,
  ),
  member(
    'startsWith',
    'starts_with_string',
    [STRING, STRING],
    BOOL,
    (text: string, part: string) => text.startsWith(part),
    affix,
  ),
  member(
    'endsWith',
    'ends_with_string',
    [STRING, STRING],
    BOOL,
    (text: string, part: string) => text.endsWith(part),
    affix,
  ),
  ...timeFields.flatMap(timeFunction),
  ...durationUnits.map(([name, unit]) => durationField(name, unit)),
];
