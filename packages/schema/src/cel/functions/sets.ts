import { fixed, plus, type Sized, times, UNLIMITED } from '../cost/estimate.ts';
import { BOOL, type CelType, listOf } from '../types/type.ts';
import { equals } from '../values/equality.ts';
import type { CelValue } from '../values/value.ts';
import { global, type Overload } from './overload.ts';

const A: CelType = { kind: 'param', name: 'A' };
type List = readonly CelValue[];

function contains(list: List, part: List): boolean {
  return part.every((item) => list.some((each) => equals(each, item)));
}

/** Comparing every item with every other, in the given number of passes. */
function pairwise(passes: number): Pick<Overload, 'estimate' | 'cost'> {
  return {
    estimate: (args: readonly Sized[]) => {
      const [a, b] = args as [Sized, Sized];
      return { cost: plus(times(times(a.size, b.size), fixed(passes)), fixed(1)) };
    },
    cost: ([a, b]) => Math.min(UNLIMITED, (a as List).length * (b as List).length * passes + 1),
  };
}

/** ext.Sets: lists as sets, whatever their order. */
export const setsLibrary: readonly Overload[] = [
  global('sets.contains', 'list_sets_contains_list', [listOf(A), listOf(A)], BOOL, contains, pairwise(1)),
  global(
    'sets.equivalent',
    'list_sets_equivalent_list',
    [listOf(A), listOf(A)],
    BOOL,
    (a: List, b: List) => contains(a, b) && contains(b, a),
    pairwise(2),
  ),
  global(
    'sets.intersects',
    'list_sets_intersects_list',
    [listOf(A), listOf(A)],
    BOOL,
    (a: List, b: List) => a.some((item) => b.some((each) => equals(item, each))),
    pairwise(1),
  ),
];
