import { type NumberLexeme, readNumber } from './number-lexeme.ts';
import { invalidCharacter, invalidInToken, type JsonSyntaxError } from './syntax-error.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads JSON's tokens from a text, front to back; its errors are Go's. */
export class JsonScanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Steps over the one-character token if it is next, white space before it in any case. */
  takeIf(token: string): boolean {
    this.skipSpace();
    if (this.text[this.position] !== token) return false;
    this.position++;
    return true;
  }

  /** An object's key and the colon after it. */
  key(): string {
    this.skipSpace();
    if (this.text.charCodeAt(this.position) !== QUOTE) {
      throw this.unexpected('looking for beginning of object key string');
    }
    const key = this.string();
    if (!this.takeIf(':')) throw this.unexpected('after object key');
    return key;
  }

  scalar(): string | number | NumberLexeme | boolean | null {
    this.skipSpace();
    const char = this.text[this.position];
    if (char === '"') return this.string();
    if (char === 't') return this.literal('true', true);
    if (char === 'f') return this.literal('false', false);
    if (char === 'n') return this.literal('null', null);
    if (char !== undefined && (char === '-' || isDigit(char.charCodeAt(0)))) return this.number();
    throw this.unexpected('looking for beginning of value');
  }

  /** Nothing but white space may follow. */
  end(): void {
    this.skipSpace();
    if (this.position < this.text.length) throw this.unexpected('after top-level value');
  }

  unexpected(context: string): JsonSyntaxError {
    return invalidCharacter(this.text, this.position, context);
  }

  private broken(context: string): JsonSyntaxError {
    return invalidInToken(this.text, this.position, context);
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.position++;
    }
  }

  private literal<Value>(word: string, value: Value): Value {
    for (let i = 1; i < word.length; i++) {
      this.position++;
      if (this.text[this.position] !== word[i]) {
        throw this.broken(`in literal ${word} (expecting '${word[i]}')`);
      }
    }
    this.position++;
    return value;
  }

  private number(): number | NumberLexeme {
    const start = this.position;
    if (this.text[this.position] === '-') {
      this.position++;
      if (!this.atDigit()) throw this.broken('in numeric literal');
    }
    if (this.text[this.position] === '0') this.position++;
    else this.digits();
    if (this.text[this.position] === '.') {
      this.position++;
      if (!this.atDigit()) throw this.broken('after decimal point in numeric literal');
      this.digits();
    }
    const exponent = this.text[this.position];
    if (exponent === 'e' || exponent === 'E') {
      this.position++;
      const sign = this.text[this.position];
      if (sign === '+' || sign === '-') this.position++;
      if (!this.atDigit()) throw this.broken('in exponent of numeric literal');
      this.digits();
    }
    return readNumber(this.text.slice(start, this.position));
  }

  private atDigit(): boolean {
    return isDigit(this.text.charCodeAt(this.position));
  }

  private digits(): void {
    while (this.atDigit()) this.position++;
  }

  private string(): string {
    const { text } = this;
    let result = '';
    let surrogates = false;
    let runStart = this.position + 1;
    let position = runStart;
    for (;;) {
      const code = text.charCodeAt(position);
      if (code === QUOTE) {
        this.position = position + 1;
        result += text.slice(runStart, position);
        return surrogates ? toWellFormed(result) : result;
      }
      if (code === BACKSLASH) {
        this.position = position;
        const char = this.escape();
        surrogates ||= isSurrogate(char);
        result += text.slice(runStart, position) + char;
        position = runStart = this.position;
      } else if (code < 0x20 || Number.isNaN(code)) {
        this.position = position;
        throw this.unexpected('in string literal');
      } else {
        position++;
      }
    }
  }

  /** At a backslash: the character that the escape stands for. */
  private escape(): string {
    this.position++;
    const char = this.text[this.position];
    if (char === 'u') {
      let code = 0;
      for (let i = 0; i < 4; i++) {
        this.position++;
        const digit = hexDigit(this.text.charCodeAt(this.position));
        if (digit < 0) throw this.broken('in \\u hexadecimal character escape');
        code = code * 16 + digit;
      }
      this.position++;
      return String.fromCharCode(code);
    }
    const plain = char === undefined ? undefined : ESCAPES.get(char);
    if (plain === undefined) throw this.broken('in string escape code');
    this.position++;
    return plain;
  }
}

const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

// Go has no lone surrogates: it reads the replacement character instead.
function toWellFormed(text: string): string {
  return text.replace(LONE_SURROGATE, '\ufffd');
}

function isSurrogate(char: string): boolean {
  const code = char.charCodeAt(0);
  return code >= 0xd800 && code <= 0xdfff;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
