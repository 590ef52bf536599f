import { encodeJson } from '../json/encode.ts';
import type { JsonValue } from '../json.ts';
import { compareText } from '../text/compare-text.ts';
import { goQuote } from '../text/go-quote.ts';
import { isPlainObject } from '../trees/own.ts';

/**
 * One step of a path into an object: a field, an item of a `map` list by its keys, an item of a `set` list by its
 * value, or an item of an atomic list by its position (read, never written).
 */
export type PathElement =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly fields: readonly KeyField[] }
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'index'; readonly index: number };

/** A key of a `map` list's item and its value; the fields of one element are sorted by name. */
export type KeyField = readonly [name: string, value: JsonValue];

/**
 * A path element as FieldsV1 writes it: `f:image`, `k:{"name":"a"}`, `v:"x"`, `i:0`. The text is canonical (key fields
 * sorted, values as Go writes them), so that equal elements are equal strings.
 */
export type PathKey = string;

// Sets are made of few different field names. Handing out one string per name saves joining and hashing it again.
const fieldKeys = new Map<string, PathKey>();

/** Keys come from users: what is kept about them is thrown away now and then. */
function remember<Value>(memory: Map<string, Value>, key: string, value: Value): void {
  if (memory.size >= REMEMBERED) memory.clear();
  memory.set(key, value);
}

const REMEMBERED = 10_000;

export function fieldKey(name: string): PathKey {
  let key = fieldKeys.get(name);
  if (key === undefined) {
    key = `f:${name}`;
    remember(fieldKeys, name, key);
  }
  return key;
}

/** `fields` must be sorted by name. */
export function listItemKey(fields: readonly KeyField[]): PathKey {
  let text = 'k:{';
  for (let i = 0; i < fields.length; i++) {
    const [name, value] = fields[i]!;
    text += `${i === 0 ? '' : ','}${goJson(name)}:${goJson(value)}`;
  }
  return `${text}}`;
}

export function setItemKey(value: JsonValue): PathKey {
  return `v:${goJson(value)}`;
}

export function indexKey(index: number): PathKey {
  return `i:${index}`;
}

// Sorting and printing ask for the same few elements again and again.
const parsedKeys = new Map<PathKey, PathElement | undefined>();

/**
 * The element that a FieldsV1 key names; undefined for a type of element that is not known (to be ignored).
 * @throws Error when the key is not well formed.
 */
export function parsePathKey(key: string): PathElement | undefined {
  if (parsedKeys.has(key)) return parsedKeys.get(key);
  const element = parse(key);
  remember(parsedKeys, key, element);
  return element;
}

function parse(key: string): PathElement | undefined {
  if (key.length < 2) throw new Error('key must be 2 characters long:');
  if (key[1] !== ':') throw new Error(`missing colon: ${key}`);
  const rest = key.slice(2);
  switch (key[0]) {
    case 'f':
      return { kind: 'field', name: rest };
    case 'k':
      return { kind: 'key', fields: parseKeyFields(rest) };
    case 'v':
      return { kind: 'value', value: JSON.parse(rest) as JsonValue };
    case 'i':
      if (!/^[+-]?\d+$/.test(rest)) throw new Error(`strconv.Atoi: parsing ${goQuote(rest)}: invalid syntax`);
      return { kind: 'index', index: Number(rest) };
    default:
      return undefined;
  }
}

/** The canonical text of an element. */
export function pathKey(element: PathElement): PathKey {
  switch (element.kind) {
    case 'field':
      return fieldKey(element.name);
    case 'key':
      return listItemKey(element.fields);
    case 'value':
      return setItemKey(element.value);
    case 'index':
      return indexKey(element.index);
  }
}

/** Prints a path as conflicts and errors do: `.spec.containers[name="a"].image`, `[="v"]`, `[0]`. */
export function printPath(path: readonly PathKey[]): string {
  let text = '';
  for (const key of path) text += printPathKey(key);
  return text;
}

export function printPathKey(key: PathKey): string {
  const element = parsePathKey(key);
  switch (element?.kind) {
    case 'field':
      return `.${element.name}`;
    case 'key':
      return `[${element.fields.map(([name, value]) => `${name}=${printValue(value)}`).join(',')}]`;
    case 'value':
      return `[=${printValue(element.value)}]`;
    case 'index':
      return `[${element.index}]`;
    default:
      return '{{invalid path element}}';
  }
}

/** The order of elements in FieldsV1 and in messages: fields, keys, values, positions; each by content. */
export function comparePathKeys(a: PathKey, b: PathKey): number {
  if (a === b) return 0;
  const type = a.charCodeAt(0);
  if (type !== b.charCodeAt(0)) return RANK.indexOf(a[0]!) - RANK.indexOf(b[0]!);
  if (type === FIELD) return compareText(a, b);
  return compareElements(parsePathKey(a)!, parsePathKey(b)!);
}

const RANK = 'fkvi';
const FIELD = 'f'.charCodeAt(0);

function compareElements(a: PathElement, b: PathElement): number {
  if (a.kind === 'key' && b.kind === 'key') return compareKeyFields(a.fields, b.fields);
  if (a.kind === 'value' && b.kind === 'value') return compareValues(a.value, b.value);
  if (a.kind === 'index' && b.kind === 'index') return a.index - b.index;
  return 0;
}

function compareKeyFields(a: readonly KeyField[], b: readonly KeyField[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [nameA, valueA] = a[i]!;
    const [nameB, valueB] = b[i]!;
    const order = compareText(nameA, nameB) || compareValues(valueA, valueB);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers before strings before booleans before everything else; what cannot be a key in practice by its text. */
function compareValues(a: JsonValue, b: JsonValue): number {
  const rank = valueRank(a) - valueRank(b);
  if (rank !== 0) return rank;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return compareText(JSON.stringify(a), JSON.stringify(b));
}

function valueRank(value: JsonValue): number {
  return ['number', 'string', 'boolean', 'object'].indexOf(typeof value);
}

function parseKeyFields(text: string): KeyField[] {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error(`expected an object of keys, got ${text}`);
  }
  const fields = Object.entries(parsed as Record<string, JsonValue>);
  return fields.sort(([a], [b]) => compareText(a, b));
}

function printValue(value: JsonValue): string {
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[${value.map(printValue).join(',')}]`;
  if (isPlainObject(value)) {
    return Object.entries(value)
      .map(([key, item]) => `${key}=${printValue(item as JsonValue)}`)
      .join('');
  }
  return String(value);
}

/** JSON as Kubernetes writes it into a path element: HTML characters and all control characters are escaped. */
function goJson(value: JsonValue): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  const text = encodeJson(value);
  return SHORT_ESCAPE.test(text) ? text.replace(ESCAPES, longEscape) : text;
}

const PLAIN = /^[\w .:/@-]*$/;
const SHORT_ESCAPE = /\\[bf]/;
const ESCAPES = /\\./g;

function longEscape(found: string): string {
  if (found === '\\b') return '\\u0008';
  return found === '\\f' ? '\\u000c' : found;
}
