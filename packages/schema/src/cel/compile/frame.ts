import { CelError } from '../values/error.ts';
import type { CelValue } from '../values/value.ts';

/** One evaluation: the values of the variables, and what it has cost so far. */
export class Frame {
  readonly slots: CelValue[];
  readonly limit: number;
  cost = 0;

  constructor(slots: CelValue[], limit: number) {
    this.slots = slots;
    this.limit = limit;
  }
}

/** A compiled expression. */
export type Code = (frame: Frame) => CelValue;

/** Thrown when an evaluation has become too expensive; unlike an error value it cannot be absorbed by `&&` or `||`. */
export class CostLimitExceeded extends Error {
  override readonly name = 'CostLimitExceeded';
}

export function spend(frame: Frame, cost: number): void {
  frame.cost += cost;
  if (frame.cost > frame.limit) throw new CostLimitExceeded('operation cancelled: actual cost limit exceeded');
}

export function noSuchKey(key: string): CelError {
  return new CelError(`no such key: ${key}`);
}
