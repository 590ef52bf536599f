import { byteLength } from '../text/utf8.ts';

/** A text that is not base64. The message is Go's. */
export class Base64Error extends Error {
  override readonly name = 'Base64Error';
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

/** Which alphabet: `url` is the one for URLs, without padding. */
export interface Base64Options {
  readonly url?: boolean;
}

/** Bytes as base64. */
export function encodeBase64(bytes: Uint8Array, { url = false }: Base64Options = {}): string {
  const pairs = pairsOf(url ? URL_SAFE : STANDARD);
  const rest = bytes.length % 3;
  const chunks: string[] = [];
  for (let i = 0; i < bytes.length - rest; i += 3) {
    const bits = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    chunks.push(pairs[bits >> 12]!, pairs[bits & 0xfff]!);
  }
  if (rest > 0) {
    const bits = (bytes[bytes.length - rest]! << 16) | (rest === 2 ? bytes.at(-1)! << 8 : 0);
    const quantum = pairs[bits >> 12]! + pairs[bits & 0xfff]!;
    chunks.push(quantum.slice(0, rest + 1), url ? '' : '='.repeat(3 - rest));
  }
  return chunks.join('');
}

/**
 * The bytes that a base64 text stands for. Line ends are skipped, as Go does; padding is required, with `url` forbidden.
 *
 * @throws Base64Error `illegal base64 data at input byte N`
 */
export function decodeBase64(text: string, { url = false }: Base64Options = {}): Uint8Array {
  const values = url ? URL_VALUES : STANDARD_VALUES;
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let written = 0;
  let bits = 0;
  let sextets = 0;
  let position = 0;
  const next = (): number => {
    while (text[position] === '\n' || text[position] === '\r') position++;
    return position < text.length ? text.charCodeAt(position++) : -1;
  };

  for (;;) {
    const code = next();
    if (code === -1) {
      if (sextets === 0) break;
      if (sextets === 1 || !url) throw illegal(text, position - sextets);
      written = flush(bytes, written, bits, sextets);
      break;
    }
    const value = values.get(code);
    if (value === undefined) {
      if (code !== PADDING || url) throw illegal(text, position - 1);
      if (sextets < 2) throw illegal(text, position - 1);
      const second = sextets === 2 ? next() : PADDING;
      if (second !== PADDING) {
        throw illegal(text, second === -1 ? text.length : position - 2);
      }
      written = flush(bytes, written, bits, sextets);
      if (next() !== -1) throw illegal(text, position - 1);
      break;
    }
    bits = (bits << 6) | value;
    sextets++;
    if (sextets === 4) {
      written = flush(bytes, written, bits, 4);
      bits = 0;
      sextets = 0;
    }
  }
  return bytes.subarray(0, written);
}

const PADDING = 0x3d;
const STANDARD_VALUES = valuesOf(STANDARD);
const URL_VALUES = valuesOf(URL_SAFE);

const PAIRS = new Map<string, readonly string[]>();

/** The two characters for each group of twelve bits: 4,096 texts, made when they are needed first. */
function pairsOf(alphabet: string): readonly string[] {
  let pairs = PAIRS.get(alphabet);
  if (!pairs) {
    pairs = [...alphabet].flatMap((first) => [...alphabet].map((second) => first + second));
    PAIRS.set(alphabet, pairs);
  }
  return pairs;
}

function valuesOf(alphabet: string): ReadonlyMap<number, number> {
  return new Map([...alphabet].map((char, value) => [char.charCodeAt(0), value]));
}

function flush(bytes: Uint8Array, at: number, bits: number, sextets: number): number {
  const aligned = bits << (6 * (4 - sextets));
  for (let i = 0; i < sextets - 1; i++) bytes[at + i] = (aligned >> (16 - 8 * i)) & 0xff;
  return at + sextets - 1;
}

function illegal(text: string, offset: number): Base64Error {
  return new Base64Error(`illegal base64 data at input byte ${byteLength(text.slice(0, offset))}`);
}
