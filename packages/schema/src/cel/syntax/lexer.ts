import { unquote } from './quoted.ts';
import { CelSyntaxError } from './source-error.ts';

export type TokenKind =
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'ident'
  | 'quoted'
  | 'keyword'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of quoted identifiers what stands between the quotes. */
  readonly text: string;
  readonly at: number;
  /** Of string and bytes literals: what they stand for. */
  readonly value?: string | Uint8Array;
}

const SPACE = /(?:[ \t\n\f\r]+|\/\/[^\n]*)+/y;
const NUMBER =
  /(?:0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.\d+(?:[eE][-+]?\d+)?)|\d+[uU]?)/y;
const STRING =
  /(?:[rR][bB]?|[bB][rR]?)?(?:"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|"(?:[^"\\\n\r]|\\[^\n\r])*"|'(?:[^'\\\n\r]|\\[^\n\r])*')/y;
const RAW_STRING = /(?:[rR][bB]?|[bB][rR])(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n\r]*"|'[^'\n\r]*')/y;
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED = /`([a-zA-Z0-9_.\-/ ]+)`/y;
const SYMBOL = /(?:==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}])/y;

const keywords = new Set(['true', 'false', 'null', 'in']);

/** The tokens of an expression; the last one is the end. @throws CelSyntaxError */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  for (;;) {
    at += match(SPACE)?.[0].length ?? 0;
    if (at >= source.length) break;
    const token = nextToken(match, at);
    if (token === undefined) {
      const char = String.fromCodePoint(source.codePointAt(at) as number);
      const wrong = char === '"' || char === "'" ? source.slice(at) : char;
      throw new CelSyntaxError(at, `Syntax error: token recognition error at: '${wrong}'`);
    }
    tokens.push(token[0]);
    at += token[1];
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: source.length });
  return tokens;
}

function nextToken(match: (pattern: RegExp) => RegExpExecArray | null, at: number): [Token, number] | undefined {
  const text = (match(RAW_STRING) ?? match(STRING))?.[0];
  if (text !== undefined) {
    const value = unquote(text, at);
    return [{ kind: typeof value === 'string' ? 'string' : 'bytes', text, at, value }, text.length];
  }
  const ident = match(IDENT)?.[0];
  if (ident !== undefined) {
    return [{ kind: keywords.has(ident) ? 'keyword' : 'ident', text: ident, at }, ident.length];
  }
  const number = match(NUMBER)?.[0];
  if (number !== undefined) return [{ kind: numberKind(number), text: number, at }, number.length];
  const quoted = match(QUOTED);
  if (quoted) return [{ kind: 'quoted', text: quoted[1] as string, at }, quoted[0].length];
  const symbol = match(SYMBOL)?.[0];
  return symbol === undefined ? undefined : [{ kind: 'symbol', text: symbol, at }, symbol.length];
}

function numberKind(text: string): 'int' | 'uint' | 'double' {
  if (/[uU]$/.test(text)) return 'uint';
  return /^0[xX]/.test(text) || /^\d+$/.test(text) ? 'int' : 'double';
}
