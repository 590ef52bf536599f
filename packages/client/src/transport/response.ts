import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import type { Parse, TransportResponse } from '../transport.ts';
import { TransportError } from '../transport.ts';
import { lineSplitter } from './lines.ts';

const unzip = promisify(gunzip);

/**
 * The answer that `message` carries. `failure` makes the error to throw when the body breaks off: the signal's reason or
 * a TransportError.
 */
export function responseOf(message: IncomingMessage, failure: (cause: unknown) => unknown): TransportResponse {
  const zipped = message.headers['content-encoding'] === 'gzip';
  let headers: TransportResponse['headers'] | undefined;

  async function bytes(): Promise<Buffer> {
    try {
      const whole = await readAll(message);
      return zipped && whole.length > 0 ? await unzip(whole) : whole;
    } catch (cause) {
      throw failure(cause);
    }
  }

  async function* lines(parse: Parse = parseJson): AsyncGenerator<unknown, void, undefined> {
    // Leaving the loop destroys the message, and with it the connection.
    try {
      const splitter = lineSplitter();
      for await (const chunk of zipped ? unzipped(message) : message) {
        for (const line of splitter.push(chunk)) yield parseLine(line, parse);
      }
      const rest = splitter.end();
      if (rest !== undefined) yield parseLine(rest, parse);
    } catch (cause) {
      throw failure(cause);
    } finally {
      message.destroy();
    }
  }

  return {
    status: message.statusCode ?? 0,
    // Few ask for them, and Node takes them apart when somebody does.
    get headers() {
      headers ??= headersOf(message);
      return headers;
    },
    json: async (parse = parseJson) => parse(await bytes()),
    text: async () => (await bytes()).toString(),
    lines,
    close: () => {
      message.destroy();
    },
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

function unzipped(message: IncomingMessage): Readable {
  const gunzip = createGunzip();
  message.on('error', (error) => gunzip.destroy(error));
  message.on('close', () => {
    if (!message.readableEnded) gunzip.destroy(new Error('the connection was closed within the body'));
  });
  return message.pipe(gunzip);
}

function readAll(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (message.destroyed && !message.readableEnded) {
      reject(message.errored ?? new Error('the connection was closed'));
      return;
    }
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    message.on('error', reject);
    // After `end` this changes nothing.
    message.on('close', () => reject(new Error('the connection was closed within the body')));
  });
}

function headersOf(message: IncomingMessage): TransportResponse['headers'] {
  const headers: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values !== undefined) headers[name] = values.length === 1 ? values[0]! : values;
  }
  return headers;
}
