import { constants, createDeflate, createInflate } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteQueue } from '../byte-queue.ts';
import type { Connection } from '../connection.ts';
import { DICTIONARY, lengthPrefixed } from './dictionary.ts';
import { spdyStreams } from './session.ts';

/** The other end of a connection: what it sends comes in the pieces that it chooses, what it gets is kept. */
function client() {
  const incoming = byteQueue();
  const gone = new AbortController();
  const sent: Buffer[] = [];
  const connection: Connection = {
    incoming,
    send: async (data) => void sent.push(Buffer.from(data)),
    close: () => gone.abort(),
    signal: gone.signal,
  };
  const deflate = createDeflate({ dictionary: DICTIONARY });
  const compressed: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => compressed.push(chunk));

  async function open(id: number, headers: Record<string, string>): Promise<Buffer> {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(Object.keys(headers).length);
    const pairs = Object.entries(headers).flatMap(([name, value]) => [lengthPrefixed(name), lengthPrefixed(value)]);
    compressed.length = 0;
    deflate.write(Buffer.concat([count, ...pairs]));
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const ids = Buffer.alloc(10);
    ids.writeUInt32BE(id);
    return control(1, Buffer.concat([ids, ...compressed]));
  }
  return { connection, incoming, sent, open, closed: gone.signal };
}

function control(type: number, payload: Uint8Array, flags = 0): Buffer {
  const header = Buffer.of(0x80, 3, 0, type, flags, 0, 0, 0);
  header.writeUIntBE(payload.byteLength, 5, 3);
  return Buffer.concat([header, payload]);
}

function data(id: number, bytes: Uint8Array, isLast = false): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(id);
  header[4] = isLast ? 1 : 0;
  header.writeUIntBE(bytes.byteLength, 5, 3);
  return Buffer.concat([header, bytes]);
}

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('streams get their own data, in whatever pieces the connection delivers the frames', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(1, 3, 5), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 }),
      fc.integer({ min: 1, max: 30 }),
      async (messages, pieceBytes) => {
        const { connection, incoming, open } = client();
        const opened = [await open(1, { streamtype: 'a' }), await open(3, { streamtype: 'b' }), await open(5, {})];
        const frames = Buffer.concat([
          ...opened,
          ...messages.map(([id, bytes]) => data(id, bytes)),
          ...[1, 3, 5].map((id) => data(id, new Uint8Array(), true)),
        ]);
        for (let at = 0; at < frames.length; at += pieceBytes) void incoming.push(frames.subarray(at, at + pieceBytes));
        incoming.end();
        const received = new Map<number, Promise<Buffer>>();
        for await (const stream of spdyStreams(connection)) received.set(stream.id, all(stream.incoming));
        for (const id of [1, 3, 5]) {
          const wanted = Buffer.concat(messages.filter(([to]) => to === id).map(([, bytes]) => bytes));
          expect(await received.get(id)).toEqual(wanted);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a stream is replied to with headers that go on the compressed stream of those before', async () => {
  const { connection, incoming, sent, open } = client();
  for (const id of [1, 3]) await incoming.push(await open(id, { StreamType: 'data', port: '80' }));
  incoming.end();
  for await (const { headers } of spdyStreams(connection)) {
    expect(headers).toEqual({ streamtype: ['data'], port: ['80'] });
  }
  const inflate = createInflate({ dictionary: DICTIONARY });
  const headers: Buffer[] = [];
  inflate.on('data', (chunk: Buffer) => headers.push(chunk));
  for (const [index, reply] of sent.entries()) {
    expect(reply.subarray(0, 4)).toEqual(Buffer.of(0x80, 3, 0, 2));
    expect(reply.readUInt32BE(8)).toBe(2 * index + 1);
    inflate.write(reply.subarray(12));
  }
  await new Promise<void>((resolve) => inflate.flush(() => resolve()));
  expect(Buffer.concat(headers)).toEqual(Buffer.alloc(8));
});

test('pings come back, resets end a stream, and what we end or reset is told', async () => {
  const { connection, incoming, sent, open } = client();
  await incoming.push(await open(1, {}));
  await incoming.push(control(6, Buffer.of(0, 0, 0, 9)));
  await incoming.push(control(3, Buffer.of(0, 0, 0, 1, 0, 0, 0, 5)));
  incoming.end();
  for await (const stream of spdyStreams(connection)) {
    void all(stream.incoming).then(async () => {
      await stream.send('hi');
      await stream.end();
      await stream.reset();
    });
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent.slice(1)).toEqual([
    control(6, Buffer.of(0, 0, 0, 9)),
    data(1, Buffer.from('hi')),
    data(1, new Uint8Array(), true),
    control(3, Buffer.of(0, 0, 0, 1, 0, 0, 0, 5)),
  ]);
});

test('a connection that speaks something else is closed', async () => {
  const { connection, incoming, closed } = client();
  await incoming.push(control(1, Buffer.concat([Buffer.alloc(10), Buffer.from('no header block')])));
  incoming.end();
  await expect(drain(spdyStreams(connection))).rejects.toThrow();
  expect(closed.aborted).toBe(true);
});

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) void item;
}
