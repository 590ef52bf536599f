import type { CallEstimate, CostEstimate, Sized } from '../cost/estimate.ts';
import type { CelType } from '../types/type.ts';
import type { CelValue } from '../values/value.ts';

/** One signature of a function. Of members (`target.name(…)`) the target is the first argument. */
export interface Overload {
  readonly name: string;
  readonly id: string;
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** Gets values of the declared types, never errors. Operators have none: the compiler knows them. */
  readonly run?: Implementation;
  /** What a call costs at most, where that is not 1. */
  readonly estimate?: (args: readonly Sized[]) => CallEstimate | CostEstimate;
  /** What a call did cost, where that is not 1. */
  readonly cost?: (args: readonly CelValue[], result: CelValue) => number;
}

/** Declared with the types that the overload's arguments have at run time. */
export type Implementation = (...args: never[]) => CelValue;

export type Costs = Pick<Overload, 'estimate' | 'cost'>;

/** A signature `name(…)`. */
export function global(
  name: string,
  id: string,
  args: readonly CelType[],
  result: CelType,
  run: Implementation,
  costs: Costs = {},
): Overload {
  return { name, id, member: false, args, result, run, ...costs };
}

/** A signature `target.name(…)`. */
export function member(
  name: string,
  id: string,
  args: readonly CelType[],
  result: CelType,
  run: Implementation,
  costs: Costs = {},
): Overload {
  return { name, id, member: true, args, result, run, ...costs };
}
