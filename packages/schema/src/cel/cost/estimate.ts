import type { CelType } from '../types/type.ts';

/** A lower and an upper bound. Bounds are exact up to 2^53; beyond they round, which no limit notices. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export type CostEstimate = Range;

/** The cost of a call, and the size of what it returns. */
export interface CallEstimate {
  readonly cost: CostEstimate;
  readonly size?: Range;
}

/** An argument of a call, as far as its size is known. */
export interface Sized {
  readonly type: CelType;
  readonly size: Range;
  /** The size of a list's items. */
  readonly items: Range;
  /** The value of a literal int. */
  readonly literal?: number;
}

/** What Kubernetes takes for infinity. */
export const UNLIMITED = 2 ** 64;
export const UNKNOWN: Range = { min: 0, max: UNLIMITED };

/** Reading a text once, per character. */
export const TEXT_FACTOR = 0.1;
/** Running a regular expression, per character of the pattern. */
export const PATTERN_FACTOR = 0.25;

export function fixed(value: number): Range {
  return { min: value, max: value };
}

export function plus(a: Range, b: Range): Range {
  return { min: limited(a.min + b.min), max: limited(a.max + b.max) };
}

export function times(a: Range, b: Range): Range {
  return { min: product(a.min, b.min), max: product(a.max, b.max) };
}

/** Scaled by a factor and rounded up. */
export function scaled(range: Range, factor: number): Range {
  return { min: limited(Math.ceil(range.min * factor)), max: limited(Math.ceil(range.max * factor)) };
}

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : limited(a * b);
}

function limited(value: number): number {
  return Math.min(value, UNLIMITED);
}
