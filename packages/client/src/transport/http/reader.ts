import { FIELD, NAME, VALUE } from './grammar.ts';

/** What an answer begins with. */
export interface ResponseHead {
  readonly status: number;
  /** Lower-case names; what came more than once has all its values, in order. Taken apart when somebody asks for them. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The value of a header in lower case; of one that came more than once all, after commas. */
  field(name: string): string | undefined;
}

/** Hears of the parts of an answer, in order. */
export interface ResponseSink {
  head(head: ResponseHead): void;
  /** Bytes of the body, which must not be kept. */
  data(bytes: Buffer): void;
  /** The answer is complete. `reusable`: another request may follow on the connection. */
  end(reusable: boolean): void;
}

/** Takes the bytes of a connection apart. What it throws says that the connection cannot be used any more. */
export interface ResponseReader {
  /** A request with `method` was sent: its answer comes next. */
  expect(method: string): void;
  /** @throws Error when it is not what HTTP allows here */
  push(bytes: Buffer): void;
  /** The server has closed the connection. @throws Error when the answer is not complete by that */
  close(): void;
}

/** The part of an answer that comes next; `rest`: all until the connection is closed. */
type Part = 'none' | 'head' | 'sized' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' | 'rest';

/** Of a head, a line of a chunk, or trailers. */
const LIMIT = 64 * 1024;
const EMPTY = Buffer.alloc(0);
const LINE_END = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** The version, the status, and the fields, each after a line end. */
const HEAD = new RegExp(`^HTTP/1\\.([01]) ([1-5]\\d\\d)(?: ${VALUE})?((?:\\r\\n${NAME}:${VALUE})*)$`);
const CONTENT_LENGTH = /^\d{1,15}$/;
const CHUNK_SIZE = new RegExp(`^([\\da-fA-F]{1,12})[\\t ]*(?:;${VALUE})?$`);
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/;

/**
 * Reads the answers of one HTTP/1.1 connection, however their bytes are cut. It takes the framing that HTTP/1.1 has (a length,
 * chunks, no body, all until the end), and nothing that two readers could understand in two ways.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
export function createResponseReader(sink: ResponseSink): ResponseReader {
  let part: Part = 'none';
  let method = '';
  let persistent = false;
  /** Bytes that are still to come of a body with a length, or of a chunk. */
  let left = 0;
  let trailerLength = 0;
  /** What has come of a head or line whose end has not. */
  let begun: Buffer = EMPTY;
  let bytes: Buffer = EMPTY;
  let at = 0;

  /** The text before `end`, which is passed; undefined when it has not come yet. */
  function textUntil(end: Buffer): string | undefined {
    const known = begun.length;
    const all = known === 0 ? bytes : Buffer.concat([begun, bytes]);
    const start = known === 0 ? at : 0;
    const found = all.indexOf(end, known === 0 ? at : Math.max(0, known - end.length + 1));
    if ((found < 0 ? all.length : found) - start > LIMIT) throw new Error(`the ${part} of the answer is too long`);
    if (found < 0) {
      begun = Buffer.from(all.subarray(start));
      at = bytes.length;
      return undefined;
    }
    begun = EMPTY;
    at = found + end.length - known;
    return all.toString('latin1', start, found);
  }

  function end(): void {
    part = 'none';
    sink.end(persistent && at === bytes.length);
  }

  function readHead(): void {
    const text = textUntil(HEAD_END);
    if (text === undefined) return;
    const [, version, status, fields] = HEAD.exec(text) ?? [];
    if (fields === undefined) throw new Error('the server does not speak HTTP/1.1');
    const head = headOf(Number(status), fields);
    if (head.status === 101) throw new Error('the server changes to a protocol that it was not asked for');
    // Provisional: the answer is still to come.
    if (head.status < 200) return;
    const length = head.field('content-length');
    const encoding = head.field('transfer-encoding');
    const isFramed = encoding !== undefined || length !== undefined;
    const isBodiless = method === 'HEAD' || head.status === 204 || head.status === 304;
    if (encoding !== undefined && (encoding !== 'chunked' || length !== undefined || version === '0')) {
      throw new Error('the answer has a framing that is not known, or two of them');
    }
    if (length !== undefined && !CONTENT_LENGTH.test(length)) {
      throw new Error('the length of the answer is not a number');
    }
    const isClosing = CLOSE.test(head.field('connection') ?? '');
    persistent = version === '1' && (isFramed || isBodiless) && !isClosing;
    left = Number(length ?? 0);
    sink.head(head);
    if (isBodiless || (left === 0 && length !== undefined)) end();
    else part = encoding !== undefined ? 'chunk size' : length !== undefined ? 'sized' : 'rest';
  }

  /** As much of the body as there is. */
  function readData(): void {
    const size = Math.min(left, bytes.length - at);
    const data = bytes.subarray(at, at + size);
    at += size;
    left -= size;
    sink.data(data);
    if (left > 0) return;
    if (part === 'sized') end();
    else part = 'chunk end';
  }

  function readChunkSize(): void {
    const line = textUntil(LINE_END);
    if (line === undefined) return;
    const size = CHUNK_SIZE.exec(line)?.[1];
    if (size === undefined) throw new Error('a chunk of the answer has no size');
    left = Number.parseInt(size, 16);
    trailerLength = 0;
    part = left === 0 ? 'trailers' : 'chunk';
  }

  function readChunkEnd(): void {
    const line = textUntil(LINE_END);
    if (line === undefined) return;
    if (line !== '') throw new Error('a chunk of the answer is longer than its size');
    part = 'chunk size';
  }

  function readTrailer(): void {
    const line = textUntil(LINE_END);
    if (line === undefined) return;
    if (line === '') {
      end();
      return;
    }
    if (!FIELD.test(line)) throw new Error('the answer has a malformed trailer');
    trailerLength += line.length;
    if (trailerLength > LIMIT) throw new Error('the trailers of the answer are too long');
  }

  function readRest(): void {
    sink.data(at === 0 ? bytes : bytes.subarray(at));
    at = bytes.length;
  }

  function tooMuch(): never {
    throw new Error('the server has sent more than the answer');
  }

  const read: Readonly<Record<Part, () => void>> = {
    none: tooMuch,
    head: readHead,
    sized: readData,
    'chunk size': readChunkSize,
    chunk: readData,
    'chunk end': readChunkEnd,
    trailers: readTrailer,
    rest: readRest,
  };

  return {
    expect(expected) {
      method = expected;
      part = 'head';
    },
    push(pushed) {
      bytes = pushed;
      at = 0;
      while (at < bytes.length) read[part]();
      bytes = EMPTY;
    },
    close() {
      at = 0;
      if (part === 'rest') end();
      else if (part !== 'none') throw Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
    },
  };
}

/** @param fields each after a line end */
function headOf(status: number, fields: string): ResponseHead {
  const lower = fields.toLowerCase();
  let headers: ResponseHead['headers'] | undefined;
  return {
    status,
    get headers() {
      headers ??= headersIn(fields);
      return headers;
    },
    field(name) {
      const start = `\r\n${name}:`;
      let value: string | undefined;
      for (let at = lower.indexOf(start); at >= 0; ) {
        const from = at + start.length;
        const end = lower.indexOf('\r\n', from);
        const one = trimmed(lower.slice(from, end < 0 ? undefined : end));
        value = value === undefined ? one : `${value},${one}`;
        at = lower.indexOf(start, from);
      }
      return value;
    },
  };
}

function headersIn(fields: string): ResponseHead['headers'] {
  const headers: Record<string, string | readonly string[]> = Object.create(null);
  for (const line of fields.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = trimmed(line.slice(colon + 1));
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

/** Without blanks around it; what else `trim` takes for blank is part of a value. */
function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value, start)) start += 1;
  while (end > start && isBlank(value, end - 1)) end -= 1;
  return value.slice(start, end);
}

function isBlank(value: string, at: number): boolean {
  return value[at] === ' ' || value[at] === '\t';
}
