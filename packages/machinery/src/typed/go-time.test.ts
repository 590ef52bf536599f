import { describe, expect, test } from 'vitest';
import { normalizeTime } from './go-time.ts';

test('a time is written in UTC and seconds, a micro time with six digits', () => {
  expect(normalizeTime('2026-02-28T23:30:00.999-01:00', 'time')).toBe('2026-03-01T00:30:00Z');
  expect(normalizeTime('2026-02-28T23:30:00.123456+00:30', 'microTime')).toBe('2026-02-28T23:00:00.123456Z');
});

describe("what is no time is refused in Go's words", () => {
  const layout = '2006-01-02T15:04:05Z07:00';
  test.each([
    ['', `parsing time "" as "${layout}": cannot parse "" as "2006"`],
    ['2026', `parsing time "2026" as "${layout}": cannot parse "" as "-"`],
    ['2026-1-1', `parsing time "2026-1-1" as "${layout}": cannot parse "1-1" as "01"`],
    ['2026-01-02 03:04:05Z', `parsing time "2026-01-02 03:04:05Z" as "${layout}": cannot parse " 03:04:05Z" as "T"`],
    ['2026-01-02T03:04:05', `parsing time "2026-01-02T03:04:05" as "${layout}": cannot parse "" as "Z07:00"`],
    ['2026-13-02T03:04:05Z', 'parsing time "2026-13-02T03:04:05Z": month out of range'],
    ['2026-02-30T03:04:05Z', 'parsing time "2026-02-30T03:04:05Z": day out of range'],
    ['2026-01-02T24:04:05Z', 'parsing time "2026-01-02T24:04:05Z": hour out of range'],
    ['2026-01-02T03:60:05Z', 'parsing time "2026-01-02T03:60:05Z": minute out of range'],
    ['2026-01-02T03:04:05Zx', 'parsing time "2026-01-02T03:04:05Zx": extra text: "x"'],
  ])('%s', (text, message) => {
    expect(() => normalizeTime(text, 'time')).toThrow(message);
  });
});
