import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createResponseReader } from './reader.ts';

/** What a reader makes of pieces that come one after the other, each for an answer that is expected then. */
function read(pieces: readonly Uint8Array[], { method = 'GET', answers = 1, closes = false } = {}) {
  const found: { status: number; headers: object; body: string; reusable: boolean | undefined }[] = [];
  const reader = createResponseReader({
    head: ({ status, headers }) => found.push({ status, headers: { ...headers }, body: '', reusable: undefined }),
    data(bytes) {
      found.at(-1)!.body += bytes.toString('latin1');
    },
    end(reusable) {
      found.at(-1)!.reusable = reusable;
      if (found.length < answers) reader.expect(method);
    },
  });
  reader.expect(method);
  for (const piece of pieces) reader.push(Buffer.from(piece));
  if (closes) reader.close();
  return found;
}

const readText = (text: string, options?: Parameters<typeof read>[1]) => read([Buffer.from(text, 'latin1')], options);

const fieldValue = fc
  .string({ unit: fc.constantFrom(...' \t!"az:;,~\xa0\xff') })
  .map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''));

const body = fc.string({ unit: fc.constantFrom('\r', '\n', '0', '5', 'HTTP/1.1 200', '\xff', '{'), maxLength: 30 });

/** An answer as a text, and what a reader is to find in it. */
const answer = fc
  .record({
    status: fc.constantFrom(200, 201, 404, 500),
    provisional: fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 \r\nlink: x\r\n\r\n'),
    values: fc.array(fieldValue, { maxLength: 3 }),
    chunks: fc.array(body, { maxLength: 4 }),
    isChunked: fc.boolean(),
    extension: fc.constantFrom('', ';a=b', ' ; "c"'),
    trailers: fc.constantFrom('', 'Digest: x\r\n', 'A: 1\r\nB:\r\n'),
  })
  .map(({ status, provisional, values, chunks, isChunked, extension, trailers }) => {
    const found = { status, body: chunks.join(''), reusable: true };
    const fields = values.map((value) => `X-Test:\t${value} \r\n`).join('');
    const headers = values.length === 0 ? {} : { 'x-test': values.length === 1 ? values[0] : values };
    const start = `${provisional}HTTP/1.1 ${status} Some: reason\r\n${fields}`;
    const sized = `${start}Content-Length: ${found.body.length}\r\n\r\n${found.body}`;
    if (!isChunked)
      return { text: sized, found: { ...found, headers: { ...headers, 'content-length': `${found.body.length}` } } };
    const parts = chunks.filter(Boolean).map((chunk) => `${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`);
    return {
      text: `${start}Transfer-Encoding: Chunked\r\n\r\n${parts.join('')}0${extension}\r\n${trailers}\r\n`,
      found: { ...found, headers: { ...headers, 'transfer-encoding': 'Chunked' } },
    };
  });

function cut(text: string, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return ends.map((end, i) => Buffer.from(text.slice(ends[i - 1] ?? 0, end), 'latin1'));
}

test('however the bytes of answers are cut, the same answers are found', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(answer, fc.array(fc.nat(), { maxLength: 12 })), { minLength: 1, maxLength: 4 }),
      (answers) => {
        const pieces = answers.flatMap(([{ text }, places]) => cut(text, places));
        expect(read(pieces, { answers: answers.length })).toEqual(answers.map(([{ found }]) => found));
      },
    ),
  );
});

test('each byte may come alone', () => {
  fc.assert(
    fc.property(answer, ({ text, found }) => {
      expect(read([...Buffer.from(text, 'latin1')].map((byte) => Uint8Array.of(byte)))).toEqual([found]);
    }),
    { numRuns: 20 },
  );
});

test('an answer that breaks off is an error wherever it does', () => {
  fc.assert(
    fc.property(answer, fc.nat(), ({ text }, place) => {
      expect(() => readText(text.slice(0, place % text.length), { closes: true })).toThrow('the connection was closed');
    }),
  );
});

test('with one byte changed it is another answer or an error, and never waits for nothing', () => {
  fc.assert(
    fc.property(answer, fc.nat(), fc.nat(255), ({ text }, place, byte) => {
      const bytes = Buffer.from(text, 'latin1');
      bytes[place % bytes.length] = byte;
      try {
        for (const { body, reusable } of read([bytes], { closes: true })) {
          expect(reusable).toBeDefined();
          expect(text.length).toBeGreaterThanOrEqual(body.length);
        }
      } catch (error) {
        expect((error as Error).message).toMatch(/answer|server|connection/);
      }
    }),
  );
});

test('answers that have no body end with their head', () => {
  const lengthy = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
  expect(readText(lengthy, { method: 'HEAD' })).toMatchObject([{ status: 200, body: '', reusable: true }]);
  for (const head of ['HTTP/1.1 204 No Content', 'HTTP/1.1 304 Not Modified', 'HTTP/1.1 200 OK\r\nContent-Length: 0']) {
    expect(readText(`${head}\r\n\r\n`)).toMatchObject([{ body: '', reusable: true }]);
  }
});

test('an answer without length or chunks is all until the end', () => {
  const [found] = readText('HTTP/1.1 200 OK\r\n\r\nall of it', { closes: true });
  expect(found).toMatchObject({ body: 'all of it', reusable: false });
});

test('a connection that the server will close, or of HTTP/1.0, serves no other request', () => {
  for (const head of [
    'HTTP/1.1 200 OK\r\nConnection: Keep-Alive, CLOSE',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive',
  ]) {
    expect(readText(`${head}\r\nContent-Length: 2\r\n\r\nok`)).toMatchObject([{ body: 'ok', reusable: false }]);
  }
});

test('bytes after the answer are none of another one', () => {
  expect(() => readText('HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n')).toThrow('more than the answer');
  const reader = createResponseReader({ head() {}, data() {}, end: (reusable) => expect(reusable).toBe(false) });
  reader.expect('GET');
  expect(() => reader.push(Buffer.from('HTTP/1.1 204 No Content\r\n\r\nx'))).toThrow('more than the answer');
});

describe('what could be understood in two ways is refused', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  const refused: Record<string, string> = {
    'another protocol': 'SSH-2.0-OpenSSH\r\n\r\n',
    'another version': 'HTTP/2 200 OK\r\n\r\n',
    'a status that is none': 'HTTP/1.1 099 No\r\n\r\n',
    'a change of protocols': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
    'lines that end with a newline alone': 'HTTP/1.1 200 OK\nContent-Length: 1\n\n1\r\n\r\n',
    'a header without colon': `${head}nothing\r\n\r\n`,
    'a header with a blank before its colon': `${head}Content-Length : 1\r\n\r\n1`,
    'a header that goes on in the next line': `${head}A: 1\r\n 2\r\n\r\n`,
    'a header with a control character': `${head}A: 1\0\r\n\r\n`,
    'a header with a return in it': `${head}A: 1\rB: 2\r\n\r\n`,
    'a length and chunks': `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1`,
    'two lengths': `${head}Content-Length: 1\r\nContent-Length: 1\r\n\r\n1`,
    'a length that is no number': `${head}Content-Length: +1\r\n\r\n1`,
    'a length beyond all numbers': `${head}Content-Length: ${'9'.repeat(16)}\r\n\r\n1`,
    'an encoding that is not known': `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'chunks in HTTP/1.0': 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a chunk without size': `${head}Transfer-Encoding: chunked\r\n\r\n\r\n`,
    'a chunk with another size': `${head}Transfer-Encoding: chunked\r\n\r\n0x1\r\n1\r\n`,
    'a chunk that is longer than its size': `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n12\r\n`,
    'a trailer that is no header': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nnothing\r\n`,
    'a head without end': `${head}A: ${'a'.repeat(70_000)}`,
    'a size without end': `${head}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(70_000)}`,
    'trailers without end': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(20_000)}`,
  };
  for (const [what, text] of Object.entries(refused)) {
    test(what, () => expect(() => readText(text)).toThrow(/answer|server/));
  }
});
