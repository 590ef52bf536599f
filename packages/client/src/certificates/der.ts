/** Writers for the part of DER (X.690) that certificates need. Each returns one complete element. */

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return element(0x30, ...items);
}

export function set(...items: readonly Uint8Array[]): Buffer {
  return element(0x31, ...items);
}

/** A context-specific element, [number], that holds other elements. */
export function tagged(number: number, ...items: readonly Uint8Array[]): Buffer {
  return element(0xa0 | number, ...items);
}

/** A context-specific element, [number], whose content is bytes. */
export function taggedBytes(number: number, bytes: Uint8Array): Buffer {
  return element(0x80 | number, bytes);
}

/** A non-negative integer, most significant byte first. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const magnitude = bytes.subarray(start);
  // A leading one-bit would make it negative.
  return (magnitude[0] ?? 0) >= 0x80 ? element(0x02, Uint8Array.of(0), magnitude) : element(0x02, magnitude);
}

export function boolean(value: boolean): Buffer {
  return element(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function octetString(bytes: Uint8Array): Buffer {
  return element(0x04, bytes);
}

/** @param unusedBits how many of the last byte's low bits do not count */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return element(0x03, Uint8Array.of(unusedBits), bytes);
}

export function utf8String(text: string): Buffer {
  return element(0x0c, Buffer.from(text));
}

/** An object identifier in dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A point in time, to the second: UTCTime before 2050, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(length)]), ...contents]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
