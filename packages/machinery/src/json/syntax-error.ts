import { goQuote } from '../text/go-quote.ts';

/** Text that is not JSON. The message is the one of Go's encoding/json. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The error for the character at `offset`, or for the end of the text. */
export function invalidCharacter(text: string, offset: number, context: string): JsonSyntaxError {
  if (offset >= text.length) return new JsonSyntaxError('unexpected end of JSON input', offset);
  return new JsonSyntaxError(`invalid character ${quoteByte(text, offset)} ${context}`, offset);
}

// Go scans bytes: of a character beyond ASCII it names the first byte of the UTF-8 form.
function quoteByte(text: string, offset: number): string {
  const code = text.codePointAt(offset)!;
  const byte =
    code < 0x80 ? code : code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
  if (byte === 0x27) return "'\\''";
  if (byte === 0x22) return "'\"'";
  return `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`;
}
