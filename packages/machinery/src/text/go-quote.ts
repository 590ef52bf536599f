import { loneByte } from './utf8.ts';

/**
 * A text as Go's `%q` prints it (strconv.Quote): what Kubernetes' messages put around values.
 * Lone surrogates print as the replacement character, as they do after Go has decoded them.
 */
export function goQuote(text: string): string {
  let quoted = '"';
  for (const char of text) {
    quoted += escapeRune(char);
  }
  return `${quoted}"`;
}

const NAMED_ESCAPES = new Map<string, string>([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\u000b', '\\v'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

// Go prints letters, marks, numbers, punctuation, symbols and the ASCII space as they are.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function escapeRune(char: string): string {
  const named = NAMED_ESCAPES.get(char);
  if (named !== undefined) return named;
  if (PRINTABLE.test(char)) return char;
  const code = char.codePointAt(0)!;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  const byte = loneByte(code);
  if (byte !== undefined) return `\\x${hex(byte, 2)}`;
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}
