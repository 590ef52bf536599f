import { BOOL, type CelType, listOf, optionalOf } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { doubleValue } from '../values/numbers.ts';
import { runtimeSize } from '../values/size.ts';
import { MIN_TIME } from '../values/times.ts';
import { isList, isMap } from '../values/type-name.ts';
import { type CelValue, Duration, Optional, Timestamp, Uint } from '../values/value.ts';
import { global, member, type Overload } from './overload.ts';

const V: CelType = { kind: 'param', name: 'V' };

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.nanos === MIN_TIME;
  if (value instanceof Uint8Array || isList(value) || isMap(value)) return runtimeSize(value) === 0;
  return value instanceof Optional ? value.value === undefined : doubleValue(value) === 0;
}

/** Optional values. */
export const optionalsLibrary: readonly Overload[] = [
  global('optional.of', 'optional_of', [V], optionalOf(V), (value: CelValue) => new Optional(value)),
  global('optional.none', 'optional_none', [], optionalOf(V), () => Optional.none),
  global('optional.ofNonZeroValue', 'optional_ofNonZeroValue', [V], optionalOf(V), (value: CelValue) =>
    isZero(value) ? Optional.none : new Optional(value),
  ),
  member('hasValue', 'optional_hasValue', [optionalOf(V)], BOOL, ({ value }: Optional) => value !== undefined),
  member('value', 'optional_value', [optionalOf(V)], V, ({ value }: Optional) => value ?? presentValue(value)),
  member('or', 'optional_or_optional', [optionalOf(V), optionalOf(V)], optionalOf(V), (a: Optional, b: Optional) =>
    a.value === undefined ? b : a,
  ),
  member('orValue', 'optional_orValue_value', [optionalOf(V), V], V, ({ value }: Optional, other: CelValue) =>
    value === undefined ? other : value,
  ),
  global('optional.unwrap', 'optional_unwrap', [listOf(optionalOf(V))], listOf(V), unwrapAll),
  member('unwrapOpt', 'optional_unwrapOpt', [listOf(optionalOf(V))], listOf(V), unwrapAll),
];

function presentValue(value: null | undefined): CelValue {
  return value === null ? null : new CelError('optional.none() dereference');
}

function unwrapAll(list: readonly CelValue[]): readonly CelValue[] {
  return list.flatMap((item) => (item instanceof Optional && item.value !== undefined ? [item.value] : []));
}
