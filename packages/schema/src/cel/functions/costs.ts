import {
  type CallEstimate,
  fixed,
  PATTERN_FACTOR,
  plus,
  type Range,
  type Sized,
  scaled,
  TEXT_FACTOR,
  times,
} from '../cost/estimate.ts';
import { runtimeSize } from '../values/size.ts';
import type { CelValue } from '../values/value.ts';
import type { Costs } from './overload.ts';

const sizeOf = (args: readonly Sized[], index: number): Range => args[index]?.size ?? fixed(0);
const actual = (args: readonly CelValue[], index: number): number => runtimeSize(args[index] as CelValue);

/** Reading one argument so many times; the result is as long as the argument where it is said to be. */
export function reading(index: number, passes = 1, keepsSize = false): Costs {
  const factor = TEXT_FACTOR * passes;
  return {
    estimate: (args): CallEstimate => {
      const size = sizeOf(args, index);
      const cost = scaled(size, factor);
      return keepsSize ? { cost, size } : { cost };
    },
    cost: (args) => Math.ceil(actual(args, index) * factor),
  };
}

/** Matching a text with a regular expression. */
export function matching(text: number, pattern: number, result?: (size: Range) => Range): Costs {
  return {
    estimate: (args): CallEstimate => {
      // One is added so that a costly pattern costs even on an empty text.
      const textCost = scaled(plus(sizeOf(args, text), fixed(1)), TEXT_FACTOR);
      const cost = times(textCost, scaled(sizeOf(args, pattern), PATTERN_FACTOR));
      return result ? { cost, size: result(sizeOf(args, text)) } : { cost };
    },
    cost: (args) =>
      Math.ceil((1 + actual(args, text)) * TEXT_FACTOR) * Math.ceil(actual(args, pattern) * PATTERN_FACTOR),
  };
}

/** Searching one text in another. */
export const searching: Costs = {
  estimate: (args): CallEstimate => ({
    cost: times(scaled(sizeOf(args, 0), TEXT_FACTOR), scaled(sizeOf(args, 1), TEXT_FACTOR)),
  }),
  cost: (args) => Math.ceil(actual(args, 0) * TEXT_FACTOR) * Math.ceil(actual(args, 1) * TEXT_FACTOR),
};
