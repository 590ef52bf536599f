import { type ByteQueue, byteQueue } from '../byte-queue.ts';
import type { Connection, Stream } from '../connection.ts';
import { type Headers, headerReader, headerWriter } from './headers.ts';

/** A stream that the client has opened. */
export interface SpdyStream extends Stream {
  readonly id: number;
  readonly headers: Headers;
  /** Gives the stream up, in both directions. */
  reset(): Promise<void>;
}

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const HEADERS = 8;
const FIN = 1;
const CANCEL = 5;
const HEADER_BYTES = 8;
/** More than any client sends in one. */
const LONGEST_FRAME = 16 * 1024 * 1024;

/**
 * The server's side of SPDY/3.1, as far as Kubernetes' clients use it: they open streams with headers, both sides send
 * and close their halves. There is no flow control by frames: who reads slowly makes the connection wait.
 *
 * @see https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 */
export async function* spdyStreams(connection: Connection): AsyncGenerator<SpdyStream> {
  const queues = new Map<number, ByteQueue>();
  const reader = headerReader();
  const headerBlock = headerWriter();
  let failed = false;

  const send = (frame: Buffer) => connection.send(frame);
  const stream = (id: number, headers: Headers, incoming: ByteQueue): SpdyStream => ({
    id,
    headers,
    incoming,
    send: (data) => send(dataFrame(id, typeof data === 'string' ? Buffer.from(data) : data, false)),
    end: () => send(dataFrame(id, new Uint8Array(), true)),
    async reset() {
      queues.get(id)?.end();
      queues.delete(id);
      await send(controlFrame(RST_STREAM, words(id, CANCEL)));
    },
  });

  try {
    for await (const { control, type, flags, payload } of frames(connection)) {
      const id = payload.length >= 4 || !control ? (control ? payload.readUInt32BE(0) : type) & 0x7fffffff : 0;
      if (!control) {
        await queues.get(id)?.push(payload);
        if (flags & FIN) queues.get(id)?.end();
        continue;
      }
      switch (type) {
        case SYN_STREAM: {
          const headers = await reader.read(payload.subarray(10));
          const incoming = byteQueue();
          queues.set(id, incoming);
          if (flags & FIN) incoming.end();
          await send(controlFrame(SYN_REPLY, Buffer.concat([words(id), headerBlock({})])));
          yield stream(id, headers, incoming);
          break;
        }
        case HEADERS:
          // Nobody needs them, but they are part of the compressed data.
          await reader.read(payload.subarray(4));
          break;
        case RST_STREAM:
          queues.get(id)?.end();
          queues.delete(id);
          break;
        case PING:
          await send(controlFrame(PING, payload));
          break;
        case GOAWAY:
          return;
        default:
          break;
      }
    }
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    for (const queue of queues.values()) queue.end();
    reader.close();
    if (failed) connection.close();
  }
}

interface Frame {
  readonly control: boolean;
  /** Of a control frame; the stream of a data frame. */
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
}

async function* frames({ incoming }: Connection): AsyncGenerator<Frame> {
  let buffered = Buffer.alloc(0);
  for await (const chunk of incoming) {
    buffered = buffered.length === 0 ? Buffer.from(chunk) : Buffer.concat([buffered, chunk]);
    while (buffered.length >= HEADER_BYTES) {
      const length = buffered.readUIntBE(5, 3);
      if (length > LONGEST_FRAME) throw new Error(`a SPDY frame of ${length} bytes is too long`);
      if (buffered.length < HEADER_BYTES + length) break;
      const first = buffered.readUInt32BE(0);
      const control = first >>> 31 === 1;
      yield {
        control,
        type: control ? first & 0xffff : first,
        flags: buffered.readUInt8(4),
        payload: buffered.subarray(HEADER_BYTES, HEADER_BYTES + length),
      };
      buffered = buffered.subarray(HEADER_BYTES + length);
    }
  }
}

function dataFrame(id: number, data: Uint8Array, isLast: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(id);
  header.writeUInt8(isLast ? FIN : 0, 4);
  header.writeUIntBE(data.byteLength, 5, 3);
  return Buffer.concat([header, data]);
}

function controlFrame(type: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(0x8003);
  header.writeUInt16BE(type, 2);
  header.writeUIntBE(payload.byteLength, 5, 3);
  return Buffer.concat([header, payload]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
