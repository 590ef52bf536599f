/** The UTF-8 form of a text; lone surrogates become the replacement character. */
export function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const code = scalarValue(char);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return bytes;
}

/** Go's `len` of a string: the length of its UTF-8 form. */
export function byteLength(text: string): number {
  let length = 0;
  for (const char of text) {
    const code = scalarValue(char);
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

function scalarValue(char: string): number {
  const code = char.codePointAt(0)!;
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f);
}

/** Bytes that are no part of a text: 0x80 to 0xff as lone surrogates, from here on. */
const LONE_BYTES = 0xdc00;

/** A byte that is no UTF-8, as part of a text: it is not lost, and `goQuote` shows it. */
export function textOfByte(byte: number): string {
  return String.fromCharCode(LONE_BYTES + byte);
}

/** The byte that a lone surrogate stands for, if it does. */
export function loneByte(code: number): number | undefined {
  return code >= LONE_BYTES + 0x80 && code <= LONE_BYTES + 0xff ? code - LONE_BYTES : undefined;
}

/** A text without lone surrogates, as it is written: the replacement character stands where they were. */
export function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}
