import { expect, it } from 'vitest';
import { textFormat } from './formats.ts';

it.each<[format: string, good: readonly string[], bad: readonly string[]]>([
  ['bsonobjectid', ['507f1f77bcf86cd799439011'], ['507f1f77']],
  ['byte', ['aGVsbG8=', 'QUJD'], ['a', 'aGVsbG8']],
  ['cidr', ['10.0.0.0/8', 'fd00::/64'], ['10.0.0.0', '10.0.0.0/33', 'fd00::/129']],
  ['creditcard', ['4111 1111 1111 1111'], ['4111111111111112', 'x']],
  ['date', ['2026-02-28', '2024-02-29'], ['2026-02-29', '2026-13-01', '26-01-01']],
  [
    'date-time',
    ['2026-01-02T03:04:05Z', '2026-01-02t03:04:05.5+02:00'],
    ['2026-01-02 03:04:05Z', '2026-01-02T24:04:05Z', 'x'],
  ],
  ['duration', ['1h30m', '22 ns', '2 days', '0'], ['x', '1 fortnight', '']],
  ['email', ['a@b.c', 'A B <a@b>'], ['a', 'a@', '@b']],
  ['hexcolor', ['#fff', '123456'], ['#ff', 'red']],
  ['hostname', ['example.com', 'a-b', '1a.example'], ['-a', 'a_b', `${'a'.repeat(64)}.com`]],
  ['ipv4', ['10.0.0.1'], ['10.0.0', '10.0.0.256', '::1']],
  ['ipv6', ['::1', 'fd00:1:2:3:4:5:6:7', '::ffff:1.2.3.4'], ['1.2.3.4', ':::', '1:2']],
  ['isbn', ['0-321-75104-3', '978-0321751041'], ['0321751044']],
  ['isbn10', ['0321751043'], ['978-0321751041']],
  ['isbn13', ['978-0321751041'], ['0321751043']],
  ['mac', ['01:23:45:67:89:ab', '01-23-45-67-89-ab', '0123.4567.89ab'], ['01:23', 'x']],
  ['password', [''], []],
  ['rgbcolor', ['rgb(1, 2,255)'], ['rgb(1,2,256)', 'rgb(1,2)']],
  ['ssn', ['123-45-6789'], ['123456789']],
  ['uri', ['https://a.b/c?d', '/a', 'urn:x'], ['a', '', '//a b\n']],
  ['uuid', ['6ba7b810-9dad-11d1-80b4-00c04fd430c8'], ['6ba7b810']],
  ['uuid3', ['6ba7b810-9dad-31d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-11d1-80b4-00c04fd430c8']],
  ['uuid4', ['6ba7b810-9dad-41d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-41d1-70b4-00c04fd430c8']],
  ['uuid5', ['6ba7b810-9dad-51d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-41d1-80b4-00c04fd430c8']],
])('the format %s tells good from bad', (format, good, bad) => {
  const check = textFormat(format);
  expect(good.filter((text) => !check?.(text))).toEqual([]);
  expect(bad.filter((text) => check?.(text))).toEqual([]);
});

it('other formats are not checked', () => {
  expect(textFormat('semver')).toBeUndefined();
});
