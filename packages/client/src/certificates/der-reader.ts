/** One value of DER (X.690): its tag, its content, and all of its bytes. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly bytes: Buffer;
}

/** What is no DER, in the words of Go's encoding/asn1. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** What a value has to be: its tag, and how Go calls the variable that it is read into. */
export interface Expected {
  readonly tag: number;
  readonly name: string;
}

/**
 * The value that begins at an offset.
 *
 * @throws DerError
 */
export function readElement(bytes: Buffer, at = 0, expected?: Expected): Element {
  if (at >= bytes.length) throw new DerError('asn1: syntax error: sequence truncated');
  const [tag = 0, first] = [bytes[at], bytes[at + 1]];
  const count = first === undefined || first < 0x80 ? 0 : first & 0x7f;
  if (first === undefined || at + 2 + count > bytes.length) {
    throw new DerError('asn1: syntax error: truncated tag or length');
  }
  if (first === 0x80) throw new DerError('asn1: syntax error: indefinite length found (not DER)');
  if (count > 4) throw new DerError('asn1: structure error: length too large');
  const length = count === 0 ? first : bytes.readUIntBE(at + 2, count);
  const start = at + 2 + count;
  if (expected !== undefined && expected.tag !== tag) throw new DerError(mismatch(expected, tag, length, start - at));
  if (start + length > bytes.length) throw new DerError('asn1: syntax error: data truncated');
  return { tag, content: bytes.subarray(start, start + length), bytes: bytes.subarray(at, start + length) };
}

/** Go names the parameters of the variable, which nobody sets here. */
const PARAMETERS =
  '{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}';

function mismatch({ tag: wanted, name }: Expected, tag: number, length: number, header: number): string {
  const found = `{class:${tag >> 6} tag:${tag & 0x1f} length:${length} isCompound:${(tag & 0x20) !== 0}}`;
  return `asn1: structure error: tags don't match (${wanted & 0x1f} vs ${found}) ${PARAMETERS} ${name} @${header}`;
}

/** The values in the content of another one. @throws DerError */
export function readElements(content: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < content.length; at += found.at(-1)!.bytes.length) found.push(readElement(content, at));
  return found;
}

/** An object identifier in dotted form. */
export function readOid({ content }: Element): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}
