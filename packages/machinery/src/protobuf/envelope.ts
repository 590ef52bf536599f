import { DecodeError } from '../typed/decode-error.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { decodeMessage } from './decode-message.ts';
import { BYTES, WireReader } from './wire.ts';

/** `k8s\0`: how every protobuf body of the Kubernetes API begins. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** What {@link decodeProtobuf} read. */
export interface DecodedProtobuf {
  /** Empty where the body does not say. */
  readonly apiVersion: string;
  readonly kind: string;
  /** A fresh mutable tree, apiVersion and kind included. */
  readonly object: { [key: string]: unknown };
}

/** Whether a body is in Kubernetes' protobuf format. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads a body of media type `application/vnd.kubernetes.protobuf`. The tree is what the same object's JSON would decode
 * to: zero values that Go's JSON leaves out are not in it. Takes time linear in the size of the body.
 *
 * @param resolve the type of a kind; undefined for one that is not known
 * @throws DecodeError for anything that is not such a body, or of an unknown kind
 */
export function decodeProtobuf(
  bytes: Uint8Array,
  resolve: (apiVersion: string, kind: string) => TypeNode | undefined,
): DecodedProtobuf {
  if (!isProtobuf(bytes)) {
    throw new DecodeError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const envelope = readUnknown(new WireReader(bytes, MAGIC.length));
  const { apiVersion, kind } = envelope;
  const type = resolve(apiVersion, kind);
  if (type?.node !== 'struct') throw new DecodeError(unknownKind(apiVersion, kind));
  const object: { [key: string]: unknown } = {};
  if (kind !== '') object.kind = kind;
  if (apiVersion !== '') object.apiVersion = apiVersion;
  return { apiVersion, kind, object: Object.assign(object, decodeMessage(type, new WireReader(envelope.raw))) };
}

/** runtime.Unknown: the type (1) and the object's own message (2). */
function readUnknown(reader: WireReader): TypeMeta & { raw: Uint8Array } {
  const unknown: TypeMeta & { raw: Uint8Array } = { apiVersion: '', kind: '', raw: new Uint8Array(0) };
  while (!reader.atEnd) {
    const { number, wire } = reader.tag();
    if (number === 1 && wire === BYTES) Object.assign(unknown, readTypeMeta(reader.part()));
    else if (number === 2 && wire === BYTES) unknown.raw = reader.bytes();
    else reader.skip(wire);
  }
  return unknown;
}

interface TypeMeta {
  apiVersion: string;
  kind: string;
}

function readTypeMeta(reader: WireReader): TypeMeta {
  const type = { apiVersion: '', kind: '' };
  while (!reader.atEnd) {
    const { number, wire } = reader.tag();
    if (number === 1 && wire === BYTES) type.apiVersion = reader.string();
    else if (number === 2 && wire === BYTES) type.kind = reader.string();
    else reader.skip(wire);
  }
  return type;
}

function unknownKind(apiVersion: string, kind: string): string {
  if (kind === '') return "Object 'Kind' is missing in protobuf";
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
}
