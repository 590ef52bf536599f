import { encodeBase64 } from '../encoding/base64.ts';
import { parseJson } from '../json/parse.ts';
import { JsonSyntaxError } from '../json/syntax-error.ts';
import { formatQuantity, parseQuantity, QuantityError } from '../quantity.ts';
import { formatMicroTime, formatTime } from '../time/time.ts';
import { getOwn, setOwn } from '../trees/own.ts';
import { DecodeError } from '../typed/decode-error.ts';
import { isZero, zeroValue } from '../typed/go-values.ts';
import { plainTree } from '../typed/plain-tree.ts';
import type { AnyNode, FieldNode, MapNode, ScalarNode, StructNode, TypeNode } from '../typed/type-node.ts';
import { decodeUtf8 } from './utf8.ts';
import { BYTES, FIXED64, VARINT, type WireReader } from './wire.ts';

type Tree = { [key: string]: unknown };

/** Deeper than any object, JSONSchemaProps included, but for hostile ones. */
const MAX_DEPTH = 200;

/**
 * A proto2 message of a Go struct as the tree that its JSON would parse to. Unknown fields are skipped. Zero values that
 * Go's JSON leaves out are left out; the rest of Go's emission is the business of `orderFields`.
 */
export function decodeMessage(type: StructNode, reader: WireReader, depth = 0): Tree {
  const object: Tree = {};
  readInto(object, layoutOf(type), reader, depth);
  return object;
}

/** Field number → field, or the layout of a message that JSON does not show. */
type Layout = Map<number, FieldNode | Layout>;

const layouts = new WeakMap<StructNode, Layout>();

function layoutOf(type: StructNode): Layout {
  let layout = layouts.get(type);
  if (layout === undefined) {
    layout = new Map();
    for (const field of type.fields.values()) {
      if (field.protobuf === undefined) continue;
      let into = layout;
      for (const number of field.protobufAround ?? []) {
        const around = into.get(number) ?? new Map();
        into.set(number, around);
        into = around as Layout;
      }
      into.set(field.protobuf, field);
    }
    layouts.set(type, layout);
  }
  return layout;
}

function readInto(object: Tree, layout: Layout, reader: WireReader, depth: number): void {
  if (depth > MAX_DEPTH) throw new DecodeError('proto: exceeded max depth');
  while (!reader.atEnd) {
    const { number, wire } = reader.tag();
    const found = layout.get(number);
    if (found === undefined) {
      reader.skip(wire);
    } else if (found instanceof Map) {
      expect(wire, BYTES, 'an embedded message');
      readInto(object, found, reader.part(), depth + 1);
    } else {
      readField(object, found, wire, reader, depth);
    }
  }
}

function readField(object: Tree, field: FieldNode, wire: number, reader: WireReader, depth: number): void {
  const { name, type } = field;
  if (type.node === 'list') {
    const items = (getOwn(object, name) as unknown[] | undefined) ?? [];
    setOwn(object, name, items);
    readItems(items, type.item, wire, reader, name, depth);
  } else if (type.node === 'map') {
    const entries = (getOwn(object, name) as Tree | undefined) ?? {};
    setOwn(object, name, entries);
    expect(wire, BYTES, name);
    readEntry(entries, type, reader.part(), name, depth);
  } else if (type.node === 'struct') {
    // A message that comes in two parts is merged.
    const struct = (getOwn(object, name) as Tree | undefined) ?? {};
    setOwn(object, name, struct);
    expect(wire, BYTES, name);
    readInto(struct, layoutOf(type), reader.part(), depth + 1);
  } else {
    const value = readValue(type, wire, reader, name, depth);
    const forgotten = value === null || (!field.pointer && field.whenAbsent === 'omit' && isZero(type, value));
    if (forgotten) delete object[name];
    else setOwn(object, name, value);
  }
}

function readItems(
  items: unknown[],
  type: TypeNode,
  wire: number,
  reader: WireReader,
  name: string,
  depth: number,
): void {
  const packable = type.node === 'scalar' && (isInteger(type) || type.scalar === 'boolean');
  if (!packable || wire !== BYTES) {
    items.push(readValue(type, wire, reader, name, depth));
    return;
  }
  const packed = reader.part();
  while (!packed.atEnd) items.push(readValue(type, VARINT, packed, name, depth));
}

/** Maps are repeated messages of key (1) and value (2). */
function readEntry(entries: Tree, type: MapNode, reader: WireReader, name: string, depth: number): void {
  let key = '';
  let value: unknown;
  while (!reader.atEnd) {
    const { number, wire } = reader.tag();
    if (number === 1) {
      expect(wire, BYTES, name);
      key = reader.string();
    } else if (number === 2) {
      value = readValue(type.value, wire, reader, name, depth);
    } else {
      reader.skip(wire);
    }
  }
  setOwn(entries, key, value ?? zeroValue(type.value));
}

function readValue(type: TypeNode, wire: number, reader: WireReader, name: string, depth: number): unknown {
  switch (type.node) {
    case 'scalar':
      return readScalar(type, wire, reader, name);
    case 'struct':
      expect(wire, BYTES, name);
      return decodeMessage(type, reader.part(), depth + 1);
    case 'list': {
      // A list inside a map or a list is a message of its own with the items in field 1 (ExtraValue).
      expect(wire, BYTES, name);
      const items: unknown[] = [];
      eachField(reader.part(), (part, number, itemWire) => {
        if (number !== 1) return false;
        readItems(items, type.item, itemWire, part, name, depth + 1);
        return true;
      });
      return items;
    }
    case 'any':
      expect(wire, BYTES, name);
      return readAny(type, reader.part(), depth);
    case 'map':
      throw new DecodeError(`proto: ${name}: no message for a map of maps`);
  }
}

function readScalar(type: ScalarNode, wire: number, reader: WireReader, name: string): unknown {
  switch (type.scalar) {
    case 'int32':
    case 'int64':
    case 'integer':
      expect(wire, VARINT, name);
      return type.scalar === 'int32' ? reader.integer() | 0 : reader.integer();
    case 'boolean':
      expect(wire, VARINT, name);
      return reader.unsigned() !== 0;
    case 'number':
      expect(wire, FIXED64, name);
      return finite(reader.double(), name);
    default:
      expect(wire, BYTES, name);
  }
  switch (type.scalar) {
    case 'bytes':
      return encodeBase64(reader.bytes());
    case 'quantity':
      return readQuantity(reader.part());
    case 'intOrString':
      return readIntOrString(reader.part());
    case 'time':
    case 'microTime':
      return readTime(reader.part(), type.scalar);
    default:
      return reader.string();
  }
}

function readQuantity(reader: WireReader): string {
  let text = '';
  eachField(reader, (part, number, wire) => {
    if (number !== 1 || wire !== BYTES) return false;
    text = part.string();
    return true;
  });
  try {
    return text === '' ? '0' : formatQuantity(parseQuantity(text));
  } catch (error) {
    throw error instanceof QuantityError ? new DecodeError(error.message) : error;
  }
}

/** type 0 is a number (field 2), 1 a text (field 3). */
function readIntOrString(reader: WireReader): number | string {
  let isText = false;
  let int = 0;
  let text = '';
  eachField(reader, (part, number, wire) => {
    if (number === 1 && wire === VARINT) isText = part.integer() === 1;
    else if (number === 2 && wire === VARINT) int = part.integer() | 0;
    else if (number === 3 && wire === BYTES) text = part.string();
    else return false;
    return true;
  });
  return isText ? text : int;
}

const MAX_SECONDS = 253_402_300_799; // 9999-12-31T23:59:59Z, where RFC 3339 ends
const MIN_SECONDS = -62_135_596_800; // 0001-01-01T00:00:00Z: Go's zero time

/** Seconds and nanoseconds since the epoch. Both 0, or none, is no time, as is Go's zero time. */
function readTime(reader: WireReader, precision: 'time' | 'microTime'): string | null {
  let seconds = 0;
  let nanos = 0;
  eachField(reader, (part, number, wire) => {
    if (wire !== VARINT || number > 2) return false;
    if (number === 1) seconds = part.integer();
    else nanos = part.integer();
    return true;
  });
  if ((seconds === 0 && nanos === 0) || (seconds === MIN_SECONDS && nanos === 0)) return null;
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos >= 1e9) {
    throw new DecodeError('Time.MarshalJSON: year outside of range [0,9999]');
  }
  return precision === 'microTime'
    ? formatMicroTime(seconds * 1000 + Math.floor(nanos / 1000) / 1000)
    : formatTime(seconds * 1000);
}

/** RawExtension, FieldsV1 and JSON carry JSON text in field 1; JSONSchemaPropsOr… one of two alternatives. */
function readAny(type: AnyNode, reader: WireReader, depth: number): unknown {
  let value: unknown = null;
  const { struct } = type;
  eachField(reader, (part, number, wire) => {
    if (struct?.node !== 'struct') {
      if (number !== 1 || wire !== BYTES) return false;
      value = readJson(part.bytes());
      return true;
    }
    const alternative = ALTERNATIVES[type.name]?.[number];
    if (alternative === undefined) return false;
    if (alternative === 'boolean') {
      expect(wire, VARINT, type.name);
      const allows = part.unsigned() !== 0;
      if (typeof value !== 'object' || value === null) value = allows;
      return true;
    }
    expect(wire, BYTES, type.name);
    const found = alternative === 'strings' ? part.string() : decodeMessage(struct, part.part(), depth + 1);
    if (alternative === 'struct') value = found;
    else if (Array.isArray(value)) value.push(found);
    else value = [found];
    return true;
  });
  return value;
}

const ALTERNATIVES: Readonly<Record<string, Readonly<Record<number, 'struct' | 'structs' | 'strings' | 'boolean'>>>> = {
  JSONSchemaPropsOrBool: { 1: 'boolean', 2: 'struct' },
  JSONSchemaPropsOrArray: { 1: 'struct', 2: 'structs' },
  JSONSchemaPropsOrStringArray: { 1: 'struct', 2: 'strings' },
};

function readJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null;
  try {
    return plainTree(parseJson(decodeUtf8(bytes)).value);
  } catch (error) {
    throw error instanceof JsonSyntaxError ? new DecodeError(error.message) : error;
  }
}

/** Offers every field to `read`; what it does not take is skipped. */
function eachField(reader: WireReader, read: (reader: WireReader, number: number, wire: number) => boolean): void {
  while (!reader.atEnd) {
    const { number, wire } = reader.tag();
    if (!read(reader, number, wire)) reader.skip(wire);
  }
}

function isInteger(type: ScalarNode): boolean {
  return type.scalar === 'int32' || type.scalar === 'int64' || type.scalar === 'integer';
}

function finite(value: number, name: string): number {
  if (!Number.isFinite(value)) throw new DecodeError(`json: unsupported value for ${name}: ${value}`);
  return value;
}

function expect(wire: number, wanted: number, name: string): void {
  if (wire !== wanted) throw new DecodeError(`proto: wrong wireType = ${wire} for field ${name}`);
}
