/** `2026-11-20T17:26:07Z`: metav1.Time, seconds (fractions are cut off). */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = `${seconds(ms)}Z`;
    lastSecond = second;
  }
  return lastText;
}

// An API server writes the current second again and again: one text for all objects.
let lastSecond = Number.NaN;
let lastText = '';

/** `2026-11-20T17:26:07.250000Z`: metav1.MicroTime, always six digits. `ms` may have a fraction. */
export function formatMicroTime(ms: number): string {
  const micros = Math.round(ms * 1000);
  const fraction = ((micros % 1_000_000) + 1_000_000) % 1_000_000;
  return `${seconds((micros - fraction) / 1000)}.${String(fraction).padStart(6, '0')}Z`;
}

function seconds(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, -5);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** An RFC 3339 time in ms since the epoch (with a fraction below ms), or undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const offset = match[8] === undefined ? 0 : Number(match[9]) * 60 + Number(match[10]);
  if (Number(match[9] ?? 0) > 24 || Number(match[10] ?? 0) > 59) return undefined;
  const fraction = match[7] === undefined ? 0 : Number(`${match[7]}e3`);
  return date.getTime() + fraction - (match[8] === '-' ? -offset : offset) * 60_000;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
