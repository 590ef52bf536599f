import { goQuote } from '../text/go-quote.ts';
import { utf8 } from '../text/utf8.ts';

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

/** The error for the character at `offset`, or for the end of the text between two tokens or within a string. */
export function invalidCharacter(text: string, offset: number, context: string): JsonSyntaxError {
  if (offset >= text.length) return new JsonSyntaxError('unexpected end of JSON input', offset);
  return characterError(text, offset, context);
}

/** The same within a literal, number or escape: where such a token breaks off Go reports the blank that it reads there. */
export function invalidInToken(text: string, offset: number, context: string): JsonSyntaxError {
  return offset >= text.length ? characterError(' ', 0, context) : characterError(text, offset, context);
}

function characterError(text: string, offset: number, context: string): JsonSyntaxError {
  return new JsonSyntaxError(`invalid character ${quoteByte(text, offset)} ${context}`, offset);
}

// Go scans bytes: of a character beyond ASCII it names the first byte of the UTF-8 form.
function quoteByte(text: string, offset: number): string {
  const char = String.fromCodePoint(text.codePointAt(offset)!);
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${goQuote(String.fromCharCode(utf8(char)[0]!)).slice(1, -1)}'`;
}
