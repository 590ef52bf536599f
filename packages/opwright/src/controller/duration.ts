import { parseDuration } from '@opwright/machinery';

/** Milliseconds, or text in Go's notation: `500ms`, `30s`, `1h30m`. */
export type Duration = number | string;

/** The duration in ms. @throws RangeError when it is negative, DurationError when the text is not a duration */
export function durationMs(duration: Duration): number {
  const ms = typeof duration === 'string' ? parseDuration(duration) : duration;
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  throw new RangeError(`invalid duration ${duration}: it must be 0 or more`);
}
