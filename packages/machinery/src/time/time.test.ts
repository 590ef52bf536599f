import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DurationError, formatDuration, formatDurationNanos, parseDuration, parseDurationNanos } from './duration.ts';
import { humanDuration } from './human-duration.ts';
import { formatMicroTime, formatTime, parseTime } from './time.ts';

const epoch = Date.UTC(2026, 10, 20, 17, 26, 7);

describe('times', () => {
  test('print in seconds and in microseconds', () => {
    expect(formatTime(epoch + 999)).toBe('2026-11-20T17:26:07Z');
    expect(formatMicroTime(epoch)).toBe('2026-11-20T17:26:07.000000Z');
    expect(formatMicroTime(epoch + 250.125)).toBe('2026-11-20T17:26:07.250125Z');
    expect(formatMicroTime(-0.001)).toBe('1969-12-31T23:59:59.999999Z');
    expect(formatTime(-1)).toBe('1969-12-31T23:59:59Z');
  });

  test('read back what they print', () => {
    const seconds = fc.integer({ min: -62135596800, max: 253402300799 });
    fc.assert(
      fc.property(seconds, (value) => {
        expect(parseTime(formatTime(value * 1000))).toBe(value * 1000);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(parseTime(formatMicroTime(ms))).toBe(ms);
      }),
    );
  });

  test.each([
    ['2026-11-20T17:26:07Z', epoch],
    ['2026-11-20T19:26:07+02:00', epoch],
    ['2026-11-20T05:56:07-11:30', epoch],
    ['2026-11-20T17:26:07.5Z', epoch + 500],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0001-01-01T00:00:00Z', -62135596800000],
  ])('read %s', (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });

  test.each([
    '',
    '2026-11-20',
    '2026-11-20 17:26:07Z',
    '2026-11-20t17:26:07z',
    '2026-11-20T17:26Z',
    '2026-11-20T17:26:07',
    '2026-11-20T17:26:07.Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T17:26:60Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-20T17:26:07+0200',
    '2026-11-20T17:26:07Z\n',
  ])('are not %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});

describe('durations', () => {
  test.each([
    ['1h30m0.5s', 5_400_500, '1h30m0.5s'],
    ['90m', 5_400_000, '1h30m0s'],
    ['1.5h', 5_400_000, '1h30m0s'],
    ['300ms', 300, '300ms'],
    ['1500us', 1.5, '1.5ms'],
    ['2\u00b5s', 0.002, '2\u00b5s'],
    ['-10s', -10_000, '-10s'],
    ['0', 0, '0s'],
    ['+.5s', 500, '500ms'],
    ['1ns', 0.000001, '1ns'],
  ])('read %s', (text, ms, canonical) => {
    expect(parseDuration(text)).toBe(ms);
    expect(formatDuration(ms)).toBe(canonical);
  });

  test.each([
    ['', 'time: invalid duration ""'],
    ['x', 'time: invalid duration "x"'],
    ['.s', 'time: invalid duration ".s"'],
    ['1', 'time: missing unit in duration "1"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
    ['1\u00e9', 'time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"'],
  ])('reject %j with the message of Go', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new DurationError(message));
  });

  test('read back what they print, to the nanosecond', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (nanos) => {
        expect(parseDurationNanos(formatDurationNanos(nanos))).toBe(nanos);
      }),
    );
  });
});

describe('humanDuration', () => {
  const s = 1000;
  const m = 60 * s;
  const h = 60 * m;
  const d = 24 * h;

  test.each([
    [-2 * s, '<invalid>'],
    [-1999, '0s'],
    [0, '0s'],
    [63 * s, '63s'],
    [2 * m - 1, '119s'],
    [2 * m, '2m'],
    [5 * m + 47 * s, '5m47s'],
    [10 * m + 47 * s, '10m'],
    [3 * h - 1, '179m'],
    [3 * h + 12 * m, '3h12m'],
    [8 * h + 12 * m, '8h'],
    [48 * h - 1, '47h'],
    [2 * d, '2d'],
    [2 * d + 3 * h, '2d3h'],
    [8 * d + 3 * h, '8d'],
    [365 * d, '365d'],
    [2 * 365 * d + 30 * d, '2y30d'],
    [8 * 365 * d + 30 * d, '8y'],
  ])('prints %i ms as %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});
