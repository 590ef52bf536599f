import type { Clock } from '@opwright/machinery';

/** When something began, on both clocks. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}

/**
 * Whether less than `ms` has passed by both clocks: one may have stood still while the machine was suspended, the other
 * may have been set.
 */
export function isWithin(clock: Clock, since: Moment, ms: number): boolean {
  return clock.monotonic() - since.monotonic < ms && clock.now() - since.wall < ms;
}
