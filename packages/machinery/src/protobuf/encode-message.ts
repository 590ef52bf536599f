import { decodeBase64 } from '../encoding/base64.ts';
import { encodeJson } from '../json/encode.ts';
import { NumberLexeme } from '../json/number-lexeme.ts';
import { compareText } from '../text/compare-text.ts';
import { parseTime } from '../time/time.ts';
import type { FieldNode, ListNode, MapNode, ScalarNode, StructNode, TypeNode } from '../typed/type-node.ts';
import { BYTES, FIXED64, VARINT } from './wire.ts';
import type { WireWriter } from './wire-writer.ts';

type Tree = { readonly [key: string]: unknown };

/**
 * Writes the proto2 message of a Go struct, byte for byte as Go does: fields by their numbers, maps by their keys, zero
 * values too unless they are behind a pointer. The object is JSON as `orderFields` leaves it; fields that have no number
 * (kind and apiVersion) are not part of the message.
 */
export function encodeMessage(type: StructNode, object: Tree, out: WireWriter): void {
  writeFields(planOf(type), object, out);
}

/** Puts a value's bytes before those that are there. `undefined` stands for the zero value. */
type Write = (value: unknown, out: WireWriter) => void;

/** How one field gets into its message. */
interface FieldPlan {
  /** Absent for the message of an embedded Go struct, which JSON does not show: its fields are those of the object. */
  readonly name: string | undefined;
  /** Number and wire type; 0 where every item has a tag of its own and `write` knows it. */
  readonly tag: number;
  readonly write: Write;
  /** Nothing is written for an absent value. */
  readonly optional: boolean;
}

/** The fields of a message, the last first, as they are written. */
type Plan = readonly FieldPlan[];

const plans = new WeakMap<StructNode, Plan>();

function planOf(type: StructNode): Plan {
  let plan = plans.get(type);
  if (plan === undefined) {
    plan = planOfFields([...type.fields.values()], 0);
    plans.set(type, plan);
  }
  return plan;
}

function planOfFields(fields: readonly FieldNode[], level: number): Plan {
  const numbered: { readonly number: number; readonly plan: FieldPlan }[] = [];
  const embedded = new Map<number, FieldNode[]>();
  for (const field of fields) {
    const around = field.protobufAround?.[level];
    if (around !== undefined) embedded.set(around, [...(embedded.get(around) ?? []), field]);
    else if (field.protobuf !== undefined) {
      numbered.push({ number: field.protobuf, plan: fieldPlan(field, field.protobuf) });
    }
  }
  for (const [number, inside] of embedded) {
    const plan = planOfFields(inside, level + 1);
    const write: Write = (object, out) => writeDelimited(plan, object as Tree, out);
    numbered.push({ number, plan: { name: undefined, tag: tagOf(number, BYTES), write, optional: false } });
  }
  return numbered.sort((a, b) => b.number - a.number).map(({ plan }) => plan);
}

function writeFields(plan: Plan, object: Tree, out: WireWriter): void {
  for (let i = 0; i < plan.length; i++) {
    const field = plan[i]!;
    const value = field.name === undefined ? object : object[field.name];
    if (value !== undefined && value !== null) field.write(value, out);
    else if (field.optional) continue;
    else field.write(undefined, out);
    if (field.tag !== 0) out.unsigned(field.tag);
  }
}

function writeDelimited(plan: Plan, object: Tree, out: WireWriter): void {
  const before = out.length;
  writeFields(plan, object, out);
  out.unsigned(out.length - before);
}

function fieldPlan(field: FieldNode, number: number): FieldPlan {
  const { name, type } = field;
  if (type.node === 'list') return { name, tag: 0, write: repeated(number, type), optional: true };
  if (type.node === 'map') return { name, tag: 0, write: entries(number, type), optional: true };
  const isBytes = type.node === 'scalar' && type.scalar === 'bytes';
  return { name, tag: tagOf(number, wireOf(type)), write: writerOf(type), optional: field.pointer || isBytes };
}

/** Every item with a tag of its own. */
function repeated(number: number, { item }: ListNode): Write {
  const write = writerOf(item);
  const tag = tagOf(number, wireOf(item));
  return (value, out) => {
    const items = value as readonly unknown[];
    for (let i = items.length - 1; i >= 0; i--) {
      write(items[i] ?? undefined, out);
      out.unsigned(tag);
    }
  };
}

/** Repeated messages of key (1) and value (2), in the order of the keys. */
function entries(number: number, { value: type }: MapNode): Write {
  const writeValue = writerOf(type);
  const [tag, keyTag, valueTag] = [tagOf(number, BYTES), tagOf(1, BYTES), tagOf(2, wireOf(type))];
  return (value, out) => {
    const map = value as Tree;
    const keys = Object.keys(map);
    if (keys.length > 1) keys.sort(compareText);
    for (let i = keys.length - 1; i >= 0; i--) {
      const before = out.length;
      writeValue(map[keys[i]!] ?? undefined, out);
      out.unsigned(valueTag);
      out.string(keys[i]!);
      out.unsigned(keyTag);
      out.unsigned(out.length - before);
      out.unsigned(tag);
    }
  };
}

function tagOf(number: number, wire: number): number {
  return number * 8 + wire;
}

function wireOf(type: TypeNode): number {
  if (type.node !== 'scalar') return BYTES;
  const { scalar } = type;
  if (scalar === 'number') return FIXED64;
  return scalar === 'int32' || scalar === 'int64' || scalar === 'integer' || scalar === 'boolean' ? VARINT : BYTES;
}

/** Writes a value of a type, with its length where it has one, without its tag. */
function writerOf(type: TypeNode): Write {
  switch (type.node) {
    case 'scalar':
      return scalarWriter(type);
    case 'struct': {
      // Types may contain themselves, so a plan is looked up when it is first used.
      let plan: Plan | undefined;
      return (value, out) => {
        plan ??= planOf(type);
        writeDelimited(plan, (value ?? NOTHING) as Tree, out);
      };
    }
    case 'list': {
      // A list inside a map or a list is a message of its own with the items in field 1 (ExtraValue).
      const write = repeated(1, type);
      return message((value, out) => {
        if (value !== undefined) write(value, out);
      });
    }
    case 'any':
      return message(type.struct === undefined ? writeJson : alternatives(type.name, type.struct));
    case 'map':
      throw new Error('protobuf has no message for a map of maps');
  }
}

const NOTHING: Tree = Object.freeze({});

function scalarWriter(type: ScalarNode): Write {
  switch (type.scalar) {
    case 'int32':
    case 'int64':
    case 'integer':
      return writeInteger;
    case 'boolean':
      return (value, out) => out.boolean(value === true);
    case 'number':
      return (value, out) => out.double(Number(value ?? 0));
    case 'bytes':
      return (value, out) => out.bytes(decodeBase64((value ?? '') as string));
    case 'quantity':
      return message((value, out) => {
        out.string(String(value ?? '0'));
        out.unsigned(tagOf(1, BYTES));
      });
    case 'intOrString':
      return message(writeIntOrString);
    case 'time':
    case 'microTime':
      return message(writeTime);
    default:
      return (value, out) => out.string((value ?? '') as string);
  }
}

/** A message of its own, with its length. */
function message(write: Write): Write {
  return (value, out) => {
    const before = out.length;
    write(value, out);
    out.unsigned(out.length - before);
  };
}

function writeInteger(value: unknown, out: WireWriter): void {
  if (value instanceof NumberLexeme) out.bigInteger(BigInt(value.lexeme));
  else out.integer((value ?? 0) as number);
}

/** type 0 is a number (field 2), 1 a text (field 3); all three are always there. */
function writeIntOrString(value: unknown, out: WireWriter): void {
  out.string(typeof value === 'string' ? value : '');
  out.unsigned(tagOf(3, BYTES));
  out.integer(typeof value === 'number' ? value : 0);
  out.unsigned(tagOf(2, VARINT));
  out.unsigned(typeof value === 'string' ? 1 : 0);
  out.unsigned(tagOf(1, VARINT));
}

/** Seconds and nanoseconds since the epoch; no time is an empty message. */
function writeTime(value: unknown, out: WireWriter): void {
  if (value === undefined) return;
  const text = value as string;
  // Most times are written as Kubernetes writes them, which the platform reads fastest.
  const ms = text.length === 20 ? Date.parse(text) : parseTime(text);
  if (ms === undefined || Number.isNaN(ms)) return;
  const micros = Math.round(ms * 1000);
  const seconds = Math.floor(micros / 1e6);
  out.integer((micros - seconds * 1e6) * 1000);
  out.unsigned(tagOf(2, VARINT));
  out.integer(seconds);
  out.unsigned(tagOf(1, VARINT));
}

/** RawExtension, FieldsV1 and JSON carry JSON text in field 1. */
function writeJson(value: unknown, out: WireWriter): void {
  if (value === undefined) return;
  out.string(encodeJson(value));
  out.unsigned(tagOf(1, BYTES));
}

/** JSONSchemaPropsOr…: whether anything is allowed (1) and the schema (2), or the schema (1) and the list (2). */
function alternatives(name: string, schema: TypeNode): Write {
  let writeSchema: Write | undefined;
  const [first, second] = [tagOf(1, BYTES), tagOf(2, BYTES)];
  const put = (value: unknown, tag: number, out: WireWriter) => {
    writeSchema ??= writerOf(schema);
    if (typeof value === 'string') out.string(value);
    else writeSchema(value, out);
    out.unsigned(tag);
  };
  if (name === 'JSONSchemaPropsOrBool') {
    return (value, out) => {
      if (typeof value === 'object') put(value, second, out);
      out.boolean(value !== false && value !== undefined);
      out.unsigned(tagOf(1, VARINT));
    };
  }
  return (value, out) => {
    if (!Array.isArray(value)) {
      if (value !== undefined) put(value, first, out);
      return;
    }
    for (let i = value.length - 1; i >= 0; i--) put(value[i], second, out);
  };
}
