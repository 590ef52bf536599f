import { utf8 } from '@opwright/machinery';
import { CelSyntaxError } from './source-error.ts';

const SIMPLE = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
  ["'", 39],
  ['"', 34],
  ['`', 96],
  ['?', 63],
]);

const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([abfnrtv\\'"`?]))/y;

/**
 * What a string or bytes literal stands for, with its prefix and its quotes. In bytes `\x41` and `\101` are bytes, in
 * strings code points. @throws CelSyntaxError
 */
export function unquote(literal: string, at: number): string | Uint8Array {
  const prefix = /^[a-zA-Z]*/.exec(literal)?.[0].toLowerCase() ?? '';
  const body = literal.slice(prefix.length);
  const quotes = body.startsWith('"""') || body.startsWith("'''") ? 3 : 1;
  // Line ends are newlines, however the source was saved.
  const text = body.slice(quotes, body.length - quotes).replace(/\r\n?/g, '\n');
  if (prefix.includes('b')) return new Uint8Array(prefix.includes('r') ? utf8(text) : unescapeBytes(text, at));
  return prefix.includes('r') ? text : unescapeText(text, at);
}

function unescapeText(text: string, at: number): string {
  if (!text.includes('\\')) return text;
  let out = '';
  for (const part of parts(text, at)) {
    if (typeof part === 'string') {
      out += part;
      continue;
    }
    if (part.code > 0x10ffff || (part.code >= 0xd800 && part.code <= 0xdfff))
      throw invalid(at, 'invalid unicode code point');
    out += String.fromCodePoint(part.code);
  }
  return out;
}

function unescapeBytes(text: string, at: number): number[] {
  const bytes: number[] = [];
  for (const part of parts(text, at)) {
    if (typeof part === 'string') bytes.push(...utf8(part));
    else if (part.isUnicode) throw invalid(at, 'unable to unescape string');
    else bytes.push(part.code);
  }
  return bytes;
}

function* parts(text: string, at: number): Generator<string | { code: number; isUnicode: boolean }> {
  let position = 0;
  while (position < text.length) {
    const next = text.indexOf('\\', position);
    if (next < 0) {
      yield text.slice(position);
      return;
    }
    if (next > position) yield text.slice(position, next);
    ESCAPE.lastIndex = next;
    const match = ESCAPE.exec(text);
    if (!match) throw invalid(at, 'unable to unescape string');
    const [all, x, capitalX, u, capitalU, octal, simple] = match;
    const hex = x ?? capitalX ?? u ?? capitalU;
    const code =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : (SIMPLE.get(simple as string) as number);
    yield { code, isUnicode: u !== undefined || capitalU !== undefined };
    position = next + all.length;
  }
}

function invalid(at: number, why: string): CelSyntaxError {
  return new CelSyntaxError(at, `Syntax error: ${why}`);
}
