import { createInflate } from 'node:zlib';
import { DICTIONARY, DICTIONARY_ID, lengthPrefixed } from './dictionary.ts';

/** Lower-case names. Several values of one name are a list. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/** Reads the header blocks of a connection, which are one stream of compressed data. In their order. */
export interface HeaderReader {
  /** @throws Error for data that is no header block */
  read(block: Uint8Array): Promise<Headers>;
  close(): void;
}

export function headerReader(): HeaderReader {
  const inflate = createInflate({ dictionary: DICTIONARY });
  let text = Buffer.alloc(0);
  let arrived: () => void = () => {};
  let failure: Error | undefined;
  inflate.on('data', (chunk: Buffer) => {
    text = Buffer.concat([text, chunk]);
    arrived();
  });
  inflate.on('error', (error) => {
    failure = error;
    arrived();
  });
  return {
    async read(block) {
      text = Buffer.alloc(0);
      inflate.write(block);
      for (;;) {
        if (failure !== undefined) throw failure;
        const headers = parse(text);
        if (headers !== undefined) return headers;
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
    close: () => inflate.close(),
  };
}

/** Undefined as long as the block is not complete. */
function parse(block: Buffer): Headers | undefined {
  let at = 0;
  const number = (): number | undefined => {
    at += 4;
    return at > block.length ? undefined : block.readUInt32BE(at - 4);
  };
  const text = (): string | undefined => {
    const length = number();
    if (length === undefined) return undefined;
    at += length;
    return at > block.length ? undefined : block.toString('utf8', at - length, at);
  };
  const count = number();
  if (count === undefined) return undefined;
  const headers: Record<string, readonly string[]> = {};
  for (let pair = 0; pair < count; pair++) {
    const [name, value] = [text(), text()];
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = value.split('\0');
  }
  return headers;
}

/** An empty stored block: it makes the peer hand out what came before. */
const FLUSH = Buffer.of(0, 0, 0, 0xff, 0xff);

/**
 * Writes header blocks. They go into stored blocks of the compressed stream: they are small, and need no state so.
 */
export function headerWriter(): (headers: Headers) => Buffer {
  let begun = false;
  return (headers) => {
    const pairs = Object.entries(headers).flatMap(([name, values]) => [
      lengthPrefixed(name),
      lengthPrefixed(values.join('\0')),
    ]);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(Object.keys(headers).length);
    const data = Buffer.concat([count, ...pairs]);
    const block = Buffer.alloc(5);
    block.writeUInt16LE(data.length, 1);
    block.writeUInt16LE(~data.length & 0xffff, 3);
    const beginning = begun ? Buffer.alloc(0) : streamHeader();
    begun = true;
    return Buffer.concat([beginning, block, data, FLUSH]);
  };
}

/** Of a zlib stream with a window of 32 KiB and a dictionary that is known by its checksum. */
function streamHeader(): Buffer {
  const header = Buffer.alloc(6);
  const [method, withDictionary] = [0x78, 0x20];
  header[0] = method;
  header[1] = withDictionary + ((31 - ((method * 256 + withDictionary) % 31)) % 31);
  header.writeUInt32BE(DICTIONARY_ID, 2);
  return header;
}
