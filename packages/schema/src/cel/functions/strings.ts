import {
  type CallEstimate,
  fixed,
  plus,
  type Range,
  type Sized,
  scaled,
  TEXT_FACTOR,
  times,
  UNLIMITED,
} from '../cost/estimate.ts';
import { DYN, INT, listOf, STRING } from '../types/type.ts';
import { CelError, NO_OVERLOAD } from '../values/error.ts';
import { runtimeSize } from '../values/size.ts';
import { codePoints } from '../values/text.ts';
import type { CelValue } from '../values/value.ts';
import { reading } from './costs.ts';
import { formatText, formatTextByLocale } from './format-text.ts';
import { global, member, type Overload } from './overload.ts';

type Int = number | bigint;

function outOfRange(index: Int): CelError {
  return new CelError(`index out of range: ${index}`);
}

function charAt(text: string, index: Int): CelValue {
  const chars = codePoints(text);
  if (index < 0 || index > chars.length) return outOfRange(index);
  return chars[Number(index)] ?? '';
}

function indexOf(text: string, part: string, offset: Int = 0): CelValue {
  const chars = codePoints(text);
  if (offset < 0) return outOfRange(offset);
  if (part === '') return offset > chars.length ? outOfRange(offset) : Number(offset);
  if (offset >= chars.length) return chars.length === 0 || offset === chars.length ? -1 : outOfRange(offset);
  return position(chars, text.indexOf(part, unitOffset(chars, Number(offset))));
}

function lastIndexOf(text: string, part: string, offset?: Int): CelValue {
  const chars = codePoints(text);
  if (offset !== undefined && (offset < 0 || offset >= Math.max(1, chars.length))) return outOfRange(offset);
  if (offset === undefined) return part === '' ? chars.length : position(chars, text.lastIndexOf(part));
  return part === '' ? Number(offset) : position(chars, text.lastIndexOf(part, unitOffset(chars, Number(offset))));
}

function unitOffset(chars: readonly string[], offset: number): number {
  return chars.slice(0, offset).join('').length;
}

/** An offset in UTF-16 units as one in code points. */
function position(chars: readonly string[], units: number): number {
  let rest = units;
  for (let index = 0; rest > 0; index++) {
    rest -= (chars[index] as string).length;
    if (rest === 0) return index + 1;
  }
  return units < 0 ? -1 : 0;
}

function join(list: readonly CelValue[], separator = ''): CelValue {
  return list.every((item) => typeof item === 'string') ? list.join(separator) : NO_OVERLOAD;
}

function replace(text: string, old: string, replacement: string, limit: Int = -1): string {
  let left = limit < 0 ? Number.POSITIVE_INFINITY : Number(limit);
  if (old !== '') {
    const parts = text.split(old);
    const count = Math.min(parts.length - 1, left);
    const rest = parts.slice(count).join(old);
    return [...parts.slice(0, count), rest].join(replacement);
  }
  let out = left-- > 0 ? replacement : '';
  for (const char of text) out += left-- > 0 ? char + replacement : char;
  return out;
}

function split(text: string, separator: string, limit: Int = -1): readonly string[] {
  if (limit === 0) return [];
  const parts = separator === '' ? codePoints(text) : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, Number(limit) - 1), parts.slice(Number(limit) - 1).join(separator)];
}

function substring(text: string, start: Int, end?: Int): CelValue {
  const chars = codePoints(text);
  if (start < 0 || start > chars.length) return outOfRange(start);
  if (end === undefined) return chars.slice(Number(start)).join('');
  if (end < 0 || end > chars.length) return outOfRange(end);
  if (start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  return chars.slice(Number(start), Number(end)).join('');
}

/** Unicode's white space, which is not quite what JavaScript trims. */
const SPACE = '[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const SPACES = new RegExp(`^${SPACE}|${SPACE}$`, 'g');

/** A text as a literal in double quotes. */
function quote(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
    '"': '\\"',
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what gets escaped
  return `"${text.replace(/[\x07-\r\\"]/g, (char) => escapes[char] as string).replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')}"`;
}

const oncePreserving = reading(0, 1, true);
const twice = reading(0, 2);

function sizes(args: readonly Sized[], index: number): Range {
  return args[index]?.size ?? fixed(0);
}

/** The shortest and the longest that replacing can make a text. */
function replaceEstimate(args: readonly Sized[]): CallEstimate {
  const [size, old, replacement] = [sizes(args, 0), sizes(args, 1), sizes(args, 2)];
  let [most, kept] = [0, 0];
  if (old.min === 0) [most, kept] = [size.max < UNLIMITED ? size.max + 1 : size.max, size.max];
  else if (replacement.max <= old.min) kept = size.max;
  else most = Math.ceil(size.max / old.min);
  let [least, left] = [0, 0];
  if (old.max === 0) [least, left] = [size.min + 1, size.min];
  else if (old.max <= replacement.min) left = size.min;
  else least = Math.ceil(size.min / old.max);
  const result = plus(times({ min: least, max: most }, replacement), { min: left, max: kept });
  return { cost: scaled(size, 2 * TEXT_FACTOR), size: result };
}

function splitEstimate(args: readonly Sized[]): CallEstimate {
  const size = sizes(args, 0);
  return { cost: scaled(size, 2 * TEXT_FACTOR), size: { min: 0, max: args[2]?.literal ?? size.max } };
}

function joinEstimate(args: readonly Sized[]): CallEstimate {
  const [list, separator] = args as [Sized, Sized | undefined];
  let size = times(list.size, list.items);
  if (separator) {
    const separators = { min: Math.max(0, list.size.min - 1), max: Math.max(0, list.size.max - 1) };
    size = plus(size, times(separator.size, separators));
  }
  return { cost: scaled(size, TEXT_FACTOR), size };
}

const joining = {
  estimate: joinEstimate,
  cost: (_args: readonly CelValue[], result: CelValue) => Math.ceil(runtimeSize(result) * 2 * TEXT_FACTOR),
};
const replacing = { estimate: replaceEstimate, cost: twice.cost as NonNullable<Overload['cost']> };
const splitting = { estimate: splitEstimate, cost: twice.cost as NonNullable<Overload['cost']> };
const quoting = {
  estimate: (args: readonly Sized[]): CallEstimate => {
    const size = sizes(args, 0);
    return { cost: scaled(size, TEXT_FACTOR), size: { min: size.min + 2, max: size.max * 2 + 2 } };
  },
  cost: oncePreserving.cost as NonNullable<Overload['cost']>,
};

const T = STRING;

/** ext.Strings version 2: what the API server has. */
export const stringsLibrary: readonly Overload[] = [
  member('charAt', 'string_char_at_int', [T, INT], T, charAt),
  member('format', 'string_format', [T, listOf(DYN)], T, formatTextByLocale, reading(0)),
  member('indexOf', 'string_index_of_string', [T, T], INT, indexOf, reading(0)),
  member('indexOf', 'string_index_of_string_int', [T, T, INT], INT, indexOf, reading(0)),
  member('lastIndexOf', 'string_last_index_of_string', [T, T], INT, lastIndexOf, reading(0)),
  member('lastIndexOf', 'string_last_index_of_string_int', [T, T, INT], INT, lastIndexOf, reading(0)),
  member('join', 'list_join', [listOf(T)], T, join, joining),
  member('join', 'list_join_string', [listOf(T), T], T, join, joining),
  member(
    'lowerAscii',
    'string_lower_ascii',
    [T],
    T,
    (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
    oncePreserving,
  ),
  member(
    'upperAscii',
    'string_upper_ascii',
    [T],
    T,
    (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
    oncePreserving,
  ),
  member('replace', 'string_replace_string_string', [T, T, T], T, replace, replacing),
  member('replace', 'string_replace_string_string_int', [T, T, T, INT], T, replace, replacing),
  member('split', 'string_split_string', [T, T], listOf(T), split, splitting),
  member('split', 'string_split_string_int', [T, T, INT], listOf(T), split, splitting),
  member('substring', 'string_substring_int', [T, INT], T, substring, oncePreserving),
  member('substring', 'string_substring_int_int', [T, INT, INT], T, substring, oncePreserving),
  member('trim', 'string_trim', [T], T, (text: string) => text.replace(SPACES, ''), oncePreserving),
  global('strings.quote', 'strings_quote', [T], T, quote, quoting),
];

/** What later versions of ext.Strings add, or do in another way. */
export const laterStringsLibrary: readonly Overload[] = [
  member('format', 'string_format', [T, listOf(DYN)], T, formatText, reading(0)),
  member(
    'reverse',
    'string_reverse',
    [T],
    T,
    (text: string) => [...codePoints(text)].reverse().join(''),
    oncePreserving,
  ),
];
