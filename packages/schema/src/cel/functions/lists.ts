import { type CallEstimate, fixed, plus, type Sized, scaled, TEXT_FACTOR, times } from '../cost/estimate.ts';
import { BOOL, BYTES, type CelType, DOUBLE, DURATION, INT, listOf, STRING, TIMESTAMP, UINT } from '../types/type.ts';
import { equals } from '../values/equality.ts';
import { CelError } from '../values/error.ts';
import { mapEntries } from '../values/maps.ts';
import { normal } from '../values/numbers.ts';
import { add, order } from '../values/operators.ts';
import { runtimeSize } from '../values/size.ts';
import { isList, isMap } from '../values/type-name.ts';
import { type CelValue, Double, Duration, Uint } from '../values/value.ts';
import { type Costs, member, type Overload } from './overload.ts';

type List = readonly CelValue[];

const A: CelType = { kind: 'param', name: 'A' };
const summable: readonly (readonly [string, CelType, CelValue])[] = [
  ['int', INT, 0],
  ['uint', UINT, new Uint(0n)],
  ['double', DOUBLE, new Double(0)],
  ['duration', DURATION, new Duration(0n)],
];
const comparable: readonly (readonly [string, CelType])[] = [
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['bool', BOOL],
  ['duration', DURATION],
  ['timestamp', TIMESTAMP],
  ['string', STRING],
  ['bytes', BYTES],
];

function isSorted(list: List): CelValue {
  for (let index = 1; index < list.length; index++) {
    const sign = order(list[index - 1] as CelValue, list[index] as CelValue);
    if (sign instanceof CelError) return sign;
    if (sign > 0) return false;
  }
  return true;
}

function sum(list: List, zero: CelValue): CelValue {
  let total: CelValue | undefined;
  for (const item of list) {
    total = total === undefined ? normal(item) : add(total, item);
    if (total instanceof CelError) return total;
  }
  return total ?? zero;
}

function extreme(list: List, name: string, direction: number): CelValue {
  let found: CelValue | undefined;
  for (const item of list) {
    if (found === undefined) {
      found = item;
      continue;
    }
    const sign = order(item, found);
    if (sign instanceof CelError) return sign;
    if (sign * direction > 0) found = item;
  }
  return found === undefined ? new CelError(`${name} called on empty list`) : normal(found);
}

/** One pass over a list, in which texts and bytes count by their length. */
const pass: Costs = {
  estimate: ([list]: readonly Sized[]): CallEstimate => {
    const { size, items, type } = list as Sized;
    const kind = type.kind === 'list' ? type.item.kind : 'dyn';
    const isText = kind === 'string' || kind === 'bytes';
    return { cost: times(size, isText ? plus(fixed(1), scaled(items, TEXT_FACTOR)) : fixed(1)) };
  },
  cost: ([list]) => traversal(list as CelValue),
};

function traversal(value: CelValue): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.trunc(runtimeSize(value) * TEXT_FACTOR);
  if (isList(value)) return value.reduce<number>((total, item) => total + traversal(item), 0);
  if (!isMap(value)) return 1;
  let total = 0;
  for (const [key, item] of mapEntries(value)) total += traversal(key) + traversal(item);
  return total;
}

/** Kubernetes' functions on lists. */
export const listsLibrary: readonly Overload[] = [
  ...comparable.map(([name, type]) =>
    member('isSorted', `list_${name}_is_sorted_bool`, [listOf(type)], BOOL, isSorted, pass),
  ),
  ...summable.map(([name, type, zero]) =>
    member('sum', `list_${name}_sum_${name}`, [listOf(type)], type, (list: List) => sum(list, zero), pass),
  ),
  ...comparable.map(([name, type]) =>
    member('max', `list_${name}_max_${name}`, [listOf(type)], type, (list: List) => extreme(list, 'max', 1), pass),
  ),
  ...comparable.map(([name, type]) =>
    member('min', `list_${name}_min_${name}`, [listOf(type)], type, (list: List) => extreme(list, 'min', -1), pass),
  ),
  member(
    'indexOf',
    'list_a_index_of_int',
    [listOf(A), A],
    INT,
    (list: List, item: CelValue) => list.findIndex((each) => equals(each, item)),
    pass,
  ),
  member(
    'lastIndexOf',
    'list_a_last_index_of_int',
    [listOf(A), A],
    INT,
    (list: List, item: CelValue) => list.findLastIndex((each) => equals(each, item)),
    pass,
  ),
];
