import { decodeBase64, type FieldNode, type StructNode, type TypeNode } from '@opwright/machinery';

/**
 * What a Go client sends, for tests: the envelope and the object's message, written from the same type data that the
 * decoder reads, by independent means (Buffer, TextEncoder, BigInt).
 */
export function encodeProtobuf(type: StructNode, object: Tree): Uint8Array {
  const typeMeta = [bytes(1, utf8(String(object.apiVersion ?? ''))), bytes(2, utf8(String(object.kind ?? '')))];
  const unknown = [bytes(1, join(typeMeta)), bytes(2, message(type, object)), bytes(3, utf8('')), bytes(4, utf8(''))];
  return join([Uint8Array.of(0x6b, 0x38, 0x73, 0x00), ...unknown]);
}

type Tree = { readonly [key: string]: unknown };

function message(type: StructNode, object: Tree): Uint8Array {
  return join(group([...type.fields.values()], object, 0));
}

/** The fields whose message is `level` deep inside the struct's own, with the messages around the deeper ones. */
function group(fields: readonly FieldNode[], object: Tree, level: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const deeper = new Map<number, FieldNode[]>();
  for (const field of fields) {
    const around = field.protobufAround?.[level];
    if (around !== undefined) deeper.set(around, [...(deeper.get(around) ?? []), field]);
    else if (field.protobuf !== undefined) parts.push(...fieldParts(field, object[field.name]));
  }
  for (const [number, inside] of deeper) parts.push(bytes(number, join(group(inside, object, level + 1))));
  return parts;
}

function fieldParts(field: FieldNode, value: unknown): Uint8Array[] {
  const number = field.protobuf!;
  const { type } = field;
  if (type.node === 'list') return ((value ?? []) as unknown[]).map((item) => element(number, type.item, item));
  if (type.node === 'map') {
    return Object.entries((value ?? {}) as Tree).map(([key, entry]) =>
      bytes(number, join([bytes(1, utf8(key)), element(2, type.value, entry)])),
    );
  }
  if (value === undefined || value === null) {
    // Go writes what cannot be nil even when it is zero.
    const nil = field.pointer || (type.node === 'scalar' && type.scalar === 'bytes');
    return nil ? [] : [element(number, type, undefined)];
  }
  return [element(number, type, value)];
}

function element(number: number, type: TypeNode, value: unknown): Uint8Array {
  switch (type.node) {
    case 'struct':
      return bytes(number, message(type, (value ?? {}) as Tree));
    case 'list':
      return bytes(number, join((value as unknown[]).map((item) => element(1, type.item, item))));
    case 'any':
      return bytes(number, any(type.name, type.struct, value));
    case 'map':
      throw new Error('no map of maps');
    case 'scalar':
      break;
  }
  switch (type.scalar) {
    case 'int32':
    case 'int64':
    case 'integer':
      return varint(number, BigInt((value as number | undefined) ?? 0));
    case 'boolean':
      return varint(number, value === true ? 1n : 0n);
    case 'number': {
      const buffer = Buffer.alloc(8);
      buffer.writeDoubleLE(value as number);
      return join([tag(number, 1), buffer]);
    }
    case 'bytes':
      return bytes(number, decodeBase64((value as string | undefined) ?? ''));
    case 'quantity':
      return bytes(number, value === undefined ? utf8('') : bytes(1, utf8(String(value))));
    case 'intOrString':
      return bytes(
        number,
        join([
          varint(1, typeof value === 'string' ? 1n : 0n),
          varint(2, typeof value === 'number' ? BigInt(value) : 0n),
          bytes(3, utf8(typeof value === 'string' ? value : '')),
        ]),
      );
    case 'time':
    case 'microTime':
      return bytes(number, time(value as string | undefined));
    default:
      return bytes(number, utf8(String(value ?? '')));
  }
}

function time(text: string | undefined): Uint8Array {
  if (text === undefined) return new Uint8Array(0);
  const micros = Number(/\.(\d{6})Z$/.exec(text)?.[1] ?? 0);
  return join([varint(1, BigInt(Math.floor(Date.parse(text) / 1000))), varint(2, BigInt(micros) * 1000n)]);
}

function any(name: string, struct: TypeNode | undefined, value: unknown): Uint8Array {
  if (struct?.node !== 'struct') return value === undefined ? new Uint8Array(0) : bytes(1, utf8(JSON.stringify(value)));
  if (typeof value === 'boolean') return varint(1, value ? 1n : 0n);
  if (Array.isArray(value)) {
    return join(value.map((item) => bytes(2, typeof item === 'string' ? utf8(item) : message(struct, item as Tree))));
  }
  const schema = bytes(name === 'JSONSchemaPropsOrBool' ? 2 : 1, message(struct, value as Tree));
  return name === 'JSONSchemaPropsOrBool' ? join([varint(1, 1n), schema]) : schema;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const join = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const tag = (number: number, wire: number): Uint8Array => rawVarint(BigInt(number * 8 + wire));

const bytes = (number: number, content: Uint8Array): Uint8Array =>
  join([tag(number, 2), rawVarint(BigInt(content.length)), content]);

const varint = (number: number, value: bigint): Uint8Array => join([tag(number, 0), rawVarint(value)]);

function rawVarint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
