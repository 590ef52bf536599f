/*
 * Finds parts of JSON that is there as UTF-8, in text without white space between tokens, as API servers write it. Where the
 * text is something else nothing is found. Offsets are in bytes; -1 = not found.
 */

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** Where the value of the member begins, of the object that begins at `at`. */
export function memberOf(json: Uint8Array, at: number, name: Uint8Array): number {
  if (json[at] !== OPEN_BRACE) return -1;
  for (let key = at + 1; json[key] === QUOTE; ) {
    const colon = endOfString(json, key);
    if (colon < 0 || json[colon] !== COLON) return -1;
    if (colon - key === name.length + 2 && holds(json, key + 1, name)) return colon + 1;
    const end = endOf(json, colon + 1);
    if (end < 0 || json[end] !== COMMA) return -1;
    key = end + 1;
  }
  return -1;
}

/** Whether these bytes are there. */
export function holds(json: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (json[at + i] !== bytes[i]) return false;
  return true;
}

/** Where the value that begins at `at` has ended. */
export function endOf(json: Uint8Array, at: number): number {
  const { length } = json;
  let depth = 0;
  for (let i = at; i < length; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) {
      i = endOfString(json, i) - 1;
      if (i < 0) return -1;
      if (depth === 0) return i + 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      // A number or a word ends before what comes next.
      if (depth === 0) return i;
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (byte === COMMA && depth === 0) {
      return i;
    }
  }
  return -1;
}

/** Where the string that begins at `at` has ended. */
export function endOfString(json: Uint8Array, at: number): number {
  const { length } = json;
  for (let i = at + 1; i < length; i++) {
    const byte = json[i]!;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i += 1;
  }
  return -1;
}
