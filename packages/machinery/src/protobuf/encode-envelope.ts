import type { StructNode } from '../typed/type-node.ts';
import { encodeMessage } from './encode-message.ts';
import { BYTES } from './wire.ts';
import { WireWriter } from './wire-writer.ts';

/** `k8s\0`: how every protobuf body of the Kubernetes API begins. */
const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/**
 * An object as `application/vnd.kubernetes.protobuf`, the same bytes as Go's. Takes time linear in the size of the object and
 * copies nothing of it.
 *
 * @param type the struct of the object's kind
 * @param object JSON as `orderFields` leaves it; its `apiVersion` and `kind` name it
 */
export function encodeProtobuf(type: StructNode, object: { readonly [key: string]: unknown }): Uint8Array {
  const out = new WireWriter();
  writeEnvelope(type, object, out);
  return out.finish();
}

/** Bytes that {@link encodeProtobufList} writes before others get a turn: one or two milliseconds of work. */
const SLICE = 256 * 1024;

/**
 * {@link encodeProtobuf} of a list, in steps: whoever asks for the next one can let others work in between. The last one returns
 * the bytes.
 */
export function* encodeProtobufList(
  type: StructNode,
  list: { readonly [key: string]: unknown },
): Generator<undefined, Uint8Array, undefined> {
  const out = new WireWriter();
  const { items, ...frame } = list;
  const field = type.fields.get('items');
  if (field?.protobuf === undefined || field.type.node !== 'list' || field.type.item.node !== 'struct')
    throw new Error(`${String(list.kind)} is no list`);
  const { item } = field.type;
  const tag = field.protobuf * 8 + BYTES;
  const before = beginEnvelope(out);
  // Items are what a list ends with, and so what is written first.
  let sliceBegan = out.length;
  for (const object of (items as readonly object[]).toReversed()) {
    const end = out.length;
    encodeMessage(item, object as { readonly [key: string]: unknown }, out);
    out.unsigned(out.length - end);
    out.unsigned(tag);
    if (out.length - sliceBegan < SLICE) continue;
    yield;
    sliceBegan = out.length;
  }
  encodeMessage(type, frame, out);
  endEnvelope(frame, out, before);
  return out.finish();
}

/**
 * One event of a watch as `application/vnd.kubernetes.protobuf;stream=watch`: four bytes that say how long it is (the highest
 * first), then a WatchEvent whose object has an envelope of its own.
 */
export function encodeWatchFrame(
  eventType: string,
  type: StructNode,
  object: { readonly [key: string]: unknown },
): Uint8Array {
  const out = new WireWriter();
  // WatchEvent: type 1, object 2 (a RawExtension: raw 1).
  writeEnvelope(type, object, out);
  out.unsigned(out.length);
  out.unsigned(8 + BYTES);
  out.unsigned(out.length);
  out.unsigned(2 * 8 + BYTES);
  out.string(eventType);
  out.unsigned(8 + BYTES);
  const { length } = out;
  out.raw(Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length));
  return out.finish();
}

/** runtime.Unknown: the type (1), the object's own message (2), contentEncoding (3) and contentType (4), which are empty. */
function writeEnvelope(type: StructNode, object: { readonly [key: string]: unknown }, out: WireWriter): void {
  const before = beginEnvelope(out);
  encodeMessage(type, object, out);
  endEnvelope(object, out, before);
}

/** Returns where the object's message is to end. */
function beginEnvelope(out: WireWriter): number {
  out.string('');
  out.unsigned(4 * 8 + BYTES);
  out.string('');
  out.unsigned(3 * 8 + BYTES);
  return out.length;
}

function endEnvelope(object: { readonly [key: string]: unknown }, out: WireWriter, before: number): void {
  out.unsigned(out.length - before);
  out.unsigned(2 * 8 + BYTES);
  const withObject = out.length;
  out.string(String(object.kind ?? ''));
  out.unsigned(2 * 8 + BYTES);
  out.string(String(object.apiVersion ?? ''));
  out.unsigned(8 + BYTES);
  out.unsigned(out.length - withObject);
  out.unsigned(8 + BYTES);
  out.raw(MAGIC);
}
