import type { Random } from '@opwright/machinery';
import type { StructuralSchema } from '../structural/schema.ts';
import { integer, oneOf, several } from './choose.ts';
import { matchingText } from './matching-text.ts';

/** A text that is likely to be valid: of the schema's format or pattern, else of its length. */
export function arbitraryText({ format, pattern, minLength = 0, maxLength }: StructuralSchema, random: Random): string {
  const formatted = format === undefined ? undefined : FORMATS[format.replaceAll('-', '')];
  if (formatted) return formatted(random);
  const matching = pattern === undefined ? undefined : matchingText(pattern, random);
  if (matching !== undefined) return matching;
  const least = Math.max(0, minLength);
  const length = integer(random, least, Math.max(least, Math.min(maxLength ?? least + 8, least + 8)));
  return several(random, length, length, () => oneOf(random, CHARACTERS)).join('');
}

/** What conversions that split, join or parse stumble over is among them. */
const CHARACTERS = [...'abcxyzABC0129', '-', '.', '/', ':', ' ', '"', 'é', '😀'];

const digits = (random: Random, count: number) => several(random, count, count, () => integer(random, 0, 9)).join('');
const hex = (random: Random, count: number) =>
  several(random, count, count, () => integer(random, 0, 15).toString(16)).join('');
const two = (value: number) => String(value).padStart(2, '0');
const date = (random: Random) =>
  `${integer(random, 1970, 2099)}-${two(integer(random, 1, 12))}-${two(integer(random, 1, 28))}`;
const ipv4 = (random: Random) => several(random, 4, 4, () => integer(random, 0, 255)).join('.');
const host = (random: Random) => `${oneOf(random, ['a', 'web', 'node-1'])}.example.com`;
const uuid = (random: Random) => random.uuid();

/** By name without dashes. */
const FORMATS: Readonly<Record<string, (random: Random) => string>> = {
  bsonobjectid: (random) => hex(random, 24),
  byte: (random) => oneOf(random, ['YQ==', 'YWI=', 'YWJj', '////']),
  cidr: (random) => `10.${integer(random, 0, 255)}.0.0/16`,
  date,
  datetime: (random) =>
    `${date(random)}T${two(integer(random, 0, 23))}:${two(integer(random, 0, 59))}:${two(integer(random, 0, 59))}Z`,
  duration: (random) => `${integer(random, 0, 99)}${oneOf(random, ['ms', 's', 'm', 'h'])}`,
  email: (random) => `${oneOf(random, ['jane', 'a.b'])}@${host(random)}`,
  hexcolor: (random) => `#${hex(random, 6)}`,
  hostname: host,
  ipv4,
  ipv6: (random) => `2001:db8::${hex(random, 4)}`,
  mac: (random) => several(random, 6, 6, () => hex(random, 2)).join(':'),
  rgbcolor: (random) => `rgb(${several(random, 3, 3, () => integer(random, 0, 255)).join(',')})`,
  ssn: (random) => `${digits(random, 3)}-${digits(random, 2)}-${digits(random, 4)}`,
  uri: (random) => `https://${host(random)}/${hex(random, 2)}`,
  uuid,
  uuid4: uuid,
};
