import { intOf } from '../values/numbers.ts';
import { double, Uint } from '../values/value.ts';
import type { CallExpr, Expr } from './ast.ts';
import { type Token, type TokenKind, tokenize } from './lexer.ts';
import { expandMacro } from './macros.ts';
import { CelSyntaxError } from './source-error.ts';

/** What the API server accepts at most: code points, and levels of nesting. */
const MAX_SIZE = 100_000;
const MAX_DEPTH = 250;
/** How many operators may follow each other; a tree deeper than that would exhaust the stack of whoever walks it. */
const MAX_CHAIN = 1_500;

const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** Binary operators by how tightly they bind. */
const operators: ReadonlyMap<string, readonly [precedence: number, name: string]> = new Map([
  ['||', [1, '_||_']],
  ['&&', [2, '_&&_']],
  ['==', [3, '_==_']],
  ['!=', [3, '_!=_']],
  ['<', [3, '_<_']],
  ['<=', [3, '_<=_']],
  ['>', [3, '_>_']],
  ['>=', [3, '_>=_']],
  ['in', [3, '@in']],
  ['+', [4, '_+_']],
  ['-', [4, '_-_']],
  ['*', [5, '_*_']],
  ['/', [5, '_/_']],
  ['%', [5, '_%_']],
]);

const OPERAND = `{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`;

/** The tree of an expression. @throws CelSyntaxError */
export function parseCel(source: string): Expr {
  if (source.length > MAX_SIZE && [...source].length > MAX_SIZE) {
    const size = [...source].length;
    throw new CelSyntaxError(0, `expression code point size exceeds limit: size: ${size}, limit ${MAX_SIZE}`);
  }
  return new Parser(tokenize(source)).all();
}

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  all(): Expr {
    const expr = this.expression();
    const rest = this.peek();
    if (rest.kind !== 'end') {
      const isLast = this.tokens[this.position + 1]?.kind === 'end';
      throw syntaxError(rest, `${isLast ? 'extraneous' : 'mismatched'} input '${rest.text}' expecting <EOF>`);
    }
    return expr;
  }

  private expression(): Expr {
    if (++this.depth > MAX_DEPTH) {
      throw new CelSyntaxError(this.peek().at, `expression recursion limit exceeded: ${MAX_DEPTH}`);
    }
    const condition = this.binary(1);
    const question = this.accept('?');
    if (!question) {
      this.depth--;
      return condition;
    }
    const yes = this.binary(1);
    this.expect(':');
    const no = this.expression();
    this.depth--;
    return call('_?_:_', question, condition, yes, no);
  }

  /** Operands joined by operators that bind at least so tightly. */
  private binary(least: number): Expr {
    let left = this.unary();
    for (let length = 0; ; length++) {
      const token = this.peek();
      const operator = token.kind === 'symbol' || token.kind === 'keyword' ? operators.get(token.text) : undefined;
      if (!operator || operator[0] < least) return left;
      if (length > MAX_CHAIN) throw new CelSyntaxError(token.at, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      this.position++;
      left = call(operator[1], token, left, this.binary(operator[0] + 1));
    }
  }

  private unary(): Expr {
    const token = this.peek();
    if (token.kind !== 'symbol' || (token.text !== '!' && token.text !== '-')) return this.member(this.primary());
    this.position++;
    const next = this.peek();
    if (token.text === '-' && (next.kind === 'int' || next.kind === 'double')) {
      this.position++;
      return this.member({ kind: 'const', value: numberValue(next, '-'), at: token.at });
    }
    // A run of the same sign is one operator, of which an even number cancels out.
    let count = 1;
    while (this.peek().kind === 'symbol' && this.peek().text === token.text) {
      count++;
      this.position++;
    }
    if (this.peek().kind === 'symbol' && (this.peek().text === '!' || this.peek().text === '-')) {
      throw this.unexpected();
    }
    const operand = this.member(this.primary());
    return count % 2 === 0 ? operand : call(token.text === '!' ? '!_' : '-_', token, operand);
  }

  private member(start: Expr): Expr {
    let expr = start;
    for (let length = 0; ; length++) {
      if (length > MAX_CHAIN)
        throw new CelSyntaxError(this.peek().at, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      const dot = this.accept('.');
      if (dot) {
        expr = this.selection(expr, dot);
        continue;
      }
      const bracket = this.accept('[');
      if (bracket) {
        const optional = this.accept('?') !== undefined;
        const index = this.expression();
        this.expect(']');
        expr = call(optional ? '_[?_]' : '_[_]', bracket, expr, index);
        continue;
      }
      const brace = this.peek();
      const name = brace.kind === 'symbol' && brace.text === '{' ? qualifiedName(expr) : undefined;
      if (name === undefined) return expr;
      this.position++;
      expr = this.struct(name, brace);
    }
  }

  private selection(operand: Expr, dot: Token): Expr {
    const optional = this.accept('?') !== undefined;
    const field = this.take('ident', 'quoted');
    const open = !optional && field.kind === 'ident' ? this.accept('(') : undefined;
    if (!open) return { kind: 'select', operand, field: field.text, test: false, optional, at: dot.at };
    const args = this.arguments();
    const member: CallExpr = { kind: 'call', name: field.text, target: operand, args, at: open.at };
    return expandMacro(member) ?? member;
  }

  private primary(): Expr {
    const token = this.next();
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'double':
        return { kind: 'const', value: numberValue(token, ''), at: token.at };
      case 'string':
      case 'bytes':
        return { kind: 'const', value: token.value as string | Uint8Array, at: token.at };
      case 'keyword':
        if (token.text === 'null') return { kind: 'const', value: null, at: token.at };
        if (token.text === 'true' || token.text === 'false') {
          return { kind: 'const', value: token.text === 'true', at: token.at };
        }
        break;
      case 'ident':
        return this.identifier(token, '');
      case 'symbol':
        if (token.text === '(') {
          const inner = this.expression();
          this.expect(')');
          return inner;
        }
        if (token.text === '[') return this.list(token);
        if (token.text === '{') return this.map(token);
        if (token.text === '.') return this.identifier(this.take('ident'), '.');
        break;
      default:
    }
    this.position--;
    throw this.unexpected();
  }

  private identifier(token: Token, dot: string): Expr {
    const name = dot + token.text;
    if (reserved.has(token.text)) throw new CelSyntaxError(token.at, `reserved identifier: ${token.text}`);
    const open = this.accept('(');
    if (!open) return { kind: 'ident', name, at: token.at };
    const global: CallExpr = { kind: 'call', name, args: this.arguments(), at: open.at };
    return expandMacro(global) ?? global;
  }

  private arguments(): Expr[] {
    return this.sequence(')', () => this.expression(), false);
  }

  private list(open: Token): Expr {
    const items = this.sequence(']', () => {
      const optional = this.accept('?') !== undefined;
      return { expr: this.expression(), optional };
    });
    return { kind: 'list', items, at: open.at };
  }

  private map(open: Token): Expr {
    const entries = this.sequence('}', () => {
      const optional = this.accept('?') !== undefined;
      const key = this.expression();
      const colon = this.expect(':');
      return { key, value: this.expression(), optional, at: colon.at };
    });
    return { kind: 'map', entries, at: open.at };
  }

  private struct(name: string, open: Token): Expr {
    const fields = this.sequence('}', () => {
      const optional = this.accept('?') !== undefined;
      const field = this.take('ident', 'quoted');
      const colon = this.expect(':');
      return { name: field.text, value: this.expression(), optional, at: colon.at };
    });
    return { kind: 'struct', name, fields, at: open.at };
  }

  private sequence<T>(close: string, item: () => T, allowsTrailingComma = true): T[] {
    const items: T[] = [];
    if (this.accept(close)) return items;
    for (;;) {
      items.push(item());
      if (!this.accept(',')) break;
      if (allowsTrailingComma && this.accept(close)) return items;
    }
    this.expect(close);
    return items;
  }

  private peek(): Token {
    return this.tokens[this.position] as Token;
  }

  private next(): Token {
    return this.tokens[this.position++] as Token;
  }

  private accept(symbol: string): Token | undefined {
    const token = this.peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return undefined;
    this.position++;
    return token;
  }

  private expect(symbol: string): Token {
    const token = this.accept(symbol);
    if (token) return token;
    const found = this.peek();
    throw syntaxError(found, `mismatched input '${found.text}' expecting '${symbol}'`);
  }

  private take(...kinds: readonly TokenKind[]): Token {
    const token = this.peek();
    if (!kinds.includes(token.kind)) {
      throw syntaxError(token, `mismatched input '${token.text}' expecting IDENTIFIER`);
    }
    this.position++;
    return token;
  }

  private unexpected(): CelSyntaxError {
    const token = this.peek();
    const kind = token.kind === 'end' || token.kind === 'keyword' ? 'mismatched' : 'extraneous';
    return syntaxError(token, `${kind} input '${token.text}' expecting ${OPERAND}`);
  }
}

function syntaxError(token: Token, message: string): CelSyntaxError {
  return new CelSyntaxError(token.at, `Syntax error: ${message}`);
}

function call(name: string, token: Token, ...args: readonly Expr[]): CallExpr {
  return { kind: 'call', name, args, at: token.at };
}

function numberValue(token: Token, sign: '' | '-'): number | bigint | Uint | ReturnType<typeof double> {
  const { text, kind } = token;
  if (kind === 'double') return double(Number(sign + text));
  const digits = kind === 'uint' ? text.slice(0, -1) : text;
  const magnitude = BigInt(digits);
  if (kind === 'uint') {
    if (magnitude >= 2n ** 64n) throw new CelSyntaxError(token.at, 'invalid uint literal');
    return new Uint(magnitude);
  }
  const value = intOf(sign === '-' ? -magnitude : magnitude);
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new CelSyntaxError(token.at, 'invalid int literal');
  return value;
}

/** `a.b.c` as written, undefined for anything but names and selections. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test || expr.optional) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
