import type { Random } from '@opwright/machinery';

/** A whole number from `min` to `max`, both included. */
export function integer(random: Random, min: number, max: number): number {
  return min + Math.floor(random.next() * (max - min + 1));
}

export function oneOf<T>(random: Random, options: readonly [T, ...T[]] | readonly T[]): T {
  return options[integer(random, 0, options.length - 1)] as T;
}

/** True with this probability. */
export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

/** As many results as a number from `min` to `max` says. */
export function several<T>(random: Random, min: number, max: number, make: () => T): T[] {
  return Array.from({ length: integer(random, min, max) }, make);
}
