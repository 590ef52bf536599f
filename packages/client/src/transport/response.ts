import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Parse, TransportResponse } from '../transport.ts';
import { TransportError } from '../transport.ts';
import type { Body } from './http/body.ts';
import type { Answer } from './http/connection.ts';
import { lineSplitter } from './lines.ts';

/** Most servers are asked for what is not compressed. */
const zlib = () => import('node:zlib');

/**
 * The response that an answer is. `failure` makes the error to throw when the body breaks off: the signal's reason or a
 * TransportError.
 */
export function responseOf(answer: Answer, failure: (cause: unknown) => unknown): TransportResponse {
  const { head, body } = answer;
  const zipped = head.field('content-encoding') === 'gzip';

  async function bytes(): Promise<Buffer> {
    try {
      const whole = await body.readAll();
      return zipped && whole.length > 0 ? await promisify((await zlib()).gunzip)(whole) : whole;
    } catch (cause) {
      throw failure(cause);
    }
  }

  async function* lines(parse: Parse = parseJson): AsyncGenerator<unknown, void, undefined> {
    try {
      const splitter = lineSplitter();
      const source = zipped ? await unzipped(body) : body;
      for (let chunk = await source.read(); chunk; chunk = await source.read()) {
        for (const line of splitter.push(chunk)) yield parseLine(line, parse);
      }
      const rest = splitter.end();
      if (rest !== undefined) yield parseLine(rest, parse);
    } catch (cause) {
      throw failure(cause);
    } finally {
      body.cancel();
    }
  }

  return {
    status: head.status,
    get headers() {
      return head.headers;
    },
    has: (header) => head.field(header) !== undefined,
    json: async (parse = parseJson) => parse(await bytes()),
    text: async () => (await bytes()).toString(),
    lines,
    close: body.cancel,
  };
}

function parseJson(json: Buffer): unknown {
  return JSON.parse(json.toString());
}

function parseLine(line: Buffer, parse: Parse): unknown {
  try {
    return parse(line);
  } catch (cause) {
    throw new TransportError(`the answer has a line that is not JSON: ${line.toString().slice(0, 200)}`, { cause });
  }
}

/** What is packed in a body, as it comes. */
async function unzipped(body: Body): Promise<Pick<Body, 'read'>> {
  const { createGunzip } = await zlib();
  async function* packed(): AsyncGenerator<Buffer, void, undefined> {
    for (let chunk = await body.read(); chunk; chunk = await body.read()) yield chunk;
  }
  // What goes wrong shows in what is read.
  const chunks = pipeline(Readable.from(packed()), createGunzip(), () => {})[Symbol.asyncIterator]();
  return {
    async read() {
      const { done, value } = await chunks.next();
      return done ? undefined : value;
    },
  };
}
