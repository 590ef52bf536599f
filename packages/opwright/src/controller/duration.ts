const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds, or text in Go's notation: `500ms`, `30s`, `1h30m`. */
export type Duration = number | string;

/** The duration in ms. @throws RangeError when it is negative or not a duration */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number') {
    if (duration >= 0 && Number.isFinite(duration)) return duration;
    throw new RangeError(`invalid duration ${duration}: give milliseconds, 0 or more`);
  }
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(duration)) {
    throw new RangeError(`invalid duration "${duration}": write it as 500ms, 30s, 5m or 1h30m`);
  }
  let total = 0;
  for (const [, value, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) total += Number(value) * UNITS[unit!]!;
  return total;
}
