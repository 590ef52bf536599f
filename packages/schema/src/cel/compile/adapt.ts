import { decodeBase64, NumberLexeme, parseDurationNanos } from '@opwright/machinery';
import type { CelType } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { normal } from '../values/numbers.ts';
import { duration, parseDate, timestamp, timestampOf } from '../values/times.ts';
import { isMap } from '../values/type-name.ts';
import { CelMap, type CelValue, double } from '../values/value.ts';

export type Adapter = (value: CelValue) => CelValue;

/**
 * What turns a JSON value into the CEL value of its type; undefined where JSON and CEL agree. Leaves alone what is no
 * JSON any more, and null.
 */
export function adapterOf(type: CelType): Adapter | undefined {
  switch (type.kind) {
    case 'int':
    case 'dyn':
      return plainNumber;
    case 'double':
      return toDouble;
    case 'timestamp':
      return toTimestamp;
    case 'duration':
      return toDuration;
    case 'bytes':
      return toBytes;
    case 'list':
    case 'map':
    case 'object':
      return treeAdapter(type);
    default:
      return undefined;
  }
}

const trees = new WeakMap<CelType, { readonly adapter: Adapter | undefined }>();

function treeAdapter(type: CelType & { kind: 'list' | 'map' | 'object' }): Adapter | undefined {
  let known = trees.get(type);
  if (!known) {
    known = { adapter: makeTreeAdapter(type) };
    trees.set(type, known);
  }
  return known.adapter;
}

/** Trees of texts, booleans and ints stay as they are: reading an int takes its lexeme into account anyway. */
function makeTreeAdapter(type: CelType & { kind: 'list' | 'map' | 'object' }): Adapter | undefined {
  if (type.kind === 'list') {
    const item = adapterBelow(type.item);
    return item && ((value) => (Array.isArray(value) ? value.map(item) : value));
  }
  if (type.kind === 'map') {
    const each = adapterBelow(type.value);
    return each && ((value) => (isJsonObject(value) ? mapped(value, () => each) : value));
  }
  const fields = new Map<string, Adapter>();
  for (const field of type.fields.values()) {
    const adapter = adapterBelow(field.type);
    if (adapter) fields.set(field.key, adapter);
  }
  return fields.size > 0
    ? (value) => (isJsonObject(value) ? mapped(value, (key) => fields.get(key)) : value)
    : undefined;
}

function adapterBelow(type: CelType): Adapter | undefined {
  return type.kind === 'int' || type.kind === 'dyn' ? undefined : adapterOf(type);
}

function isJsonObject(value: CelValue): value is { readonly [key: string]: CelValue } {
  return isMap(value) && !(value instanceof CelMap);
}

function mapped(
  object: { readonly [key: string]: CelValue },
  adapterFor: (key: string) => Adapter | undefined,
): { readonly [key: string]: CelValue } {
  const result: { [key: string]: CelValue } = Object.create(null);
  for (const key of Object.keys(object)) {
    const value = object[key] as CelValue;
    result[key] = adapterFor(key)?.(value) ?? value;
  }
  return result;
}

function plainNumber(value: CelValue): CelValue {
  return typeof value === 'object' ? normal(value) : value;
}

function toDouble(value: CelValue): CelValue {
  if (typeof value === 'number') return double(value);
  return value instanceof NumberLexeme ? double(value.value) : value;
}

function toTimestamp(value: CelValue): CelValue {
  if (typeof value !== 'string') return value;
  const day = parseDate(value);
  if (day !== undefined) return timestamp(day);
  return timestampOf(value) ?? new CelError(`Invalid date-time format: ${value}`);
}

function toDuration(value: CelValue): CelValue {
  if (typeof value !== 'string') return value;
  try {
    return duration(parseDurationNanos(value));
  } catch {
    return new CelError(`Invalid duration ${value}`);
  }
}

function toBytes(value: CelValue): CelValue {
  if (typeof value !== 'string') return value;
  try {
    return decodeBase64(value);
  } catch {
    return new CelError('Invalid byte string');
  }
}
