import { type JsonPath, JsonPathError, type JsonPathFilter, type JsonPathOperand, type JsonPathStep } from './path.ts';

/**
 * Reads one path: `.spec.n`, `.metadata.annotations['a\.b/c']`, `.a\.b`, `.items[0]`, `.items[*]`, `..name`,
 * `.conditions[?(@.type=="Ready")].status`. A leading `$` and braces around the whole are allowed. In Kubernetes' dialect
 * `['a.b']` is the same as `.a.b`: a dot within a key needs a backslash there too.
 *
 * @throws JsonPathError that says what is wrong where
 * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export function parseJsonPath(text: string): JsonPath {
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const parser = new Parser(bare, text);
  parser.takeIf('$');
  const steps = parser.steps();
  parser.end();
  return steps;
}

const FIELD_END = new Set([
  '*',
  '',
  '.',
  ',',
  '[',
  ']',
  '(',
  ')',
  '$',
  '@',
  '{',
  '}',
  ' ',
  '\t',
  '\n',
  '\r',
  '=',
  '!',
  '<',
  '>',
  '"',
  "'",
]);
const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;

class Parser {
  private readonly text: string;
  private readonly whole: string;
  private position = 0;

  constructor(text: string, whole: string) {
    this.text = text;
    this.whole = whole;
  }

  takeIf(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false;
    this.position += token.length;
    return true;
  }

  end(): void {
    if (this.position < this.text.length) throw this.error(`unexpected '${this.text[this.position]}'`);
  }

  /** Steps up to the first character that starts none. */
  steps(): JsonPathStep[] {
    const steps: JsonPathStep[] = [];
    for (;;) {
      if (this.takeIf('..')) {
        steps.push({ step: 'recursive' });
        if (!this.at('[')) steps.push(this.field());
      } else if (this.takeIf('.')) {
        // `.` alone is the root, `.['a']` the same as `['a']`.
        if (this.position === this.text.length && steps.length === 0) return steps;
        if (!this.at('[')) steps.push(this.fieldOrWildcard());
      } else if (this.takeIf('[')) {
        steps.push(...this.bracket());
      } else {
        return steps;
      }
    }
  }

  private fieldOrWildcard(): JsonPathStep {
    return this.takeIf('*') ? { step: 'wildcard' } : this.field();
  }

  private field(): JsonPathStep {
    let name = '';
    while (!FIELD_END.has(this.current())) {
      this.takeIf('\\');
      name += this.current();
      this.position++;
    }
    if (name === '') throw this.error('a field name is missing');
    return { step: 'field', name };
  }

  /** After `[`. */
  private bracket(): JsonPathStep[] {
    if (this.takeIf('?(')) {
      const filter = this.filter();
      this.expect(')');
      this.expect(']');
      return [{ step: 'filter', filter }];
    }
    const paths = [this.selector()];
    while (this.skipSpace().takeIf(',')) paths.push(this.selector());
    this.expect(']');
    return paths.length === 1 ? paths[0]! : [{ step: 'union', paths }];
  }

  private selector(): JsonPathStep[] {
    this.skipSpace();
    if (this.takeIf('*')) return [{ step: 'slice', by: 1 }];
    if (this.at("'")) return this.key();
    if (this.at('"')) throw this.error('a key stands in single quotes');
    const match = /^(-?\d*)(?:(:)(-?\d*)(?::(-?\d*))?)?/.exec(this.text.slice(this.position))!;
    const [found, start = '', colon, end = '', by = ''] = match;
    if (found === '' || found === '-') throw this.error("expected an index, a slice, '*', a quoted name or a filter");
    this.position += found.length;
    if (colon === undefined) return [{ step: 'index', index: Number(start) }];
    const step = by === '' ? 1 : Number(by);
    if (step <= 0) throw this.error('the step of a slice must be positive');
    return [
      {
        step: 'slice',
        ...(start !== '' && { start: Number(start) }),
        ...(end !== '' && { end: Number(end) }),
        by: step,
      },
    ];
  }

  /** A key in single quotes: fields between the dots that have no backslash. */
  private key(): JsonPathStep[] {
    const end = this.text.indexOf("'", this.position + 1);
    if (end < 0) throw this.error('a quoted text does not end');
    const key = this.text.slice(this.position + 1, end);
    if (key === '') throw this.error('a key is missing');
    this.position = end + 1;
    return key.split(/(?<!\\)\./).map((name) => ({ step: 'field', name: name.replace(/\\/g, '') }));
  }

  private filter(): JsonPathFilter {
    const left = this.operand();
    const operator = OPERATORS.find((candidate) => this.skipSpace().takeIf(candidate));
    return operator === undefined ? { operator: 'exists', left } : { operator, left, right: this.operand() };
  }

  private operand(): JsonPathOperand {
    this.skipSpace();
    if (this.takeIf('@')) return { path: this.steps() };
    if (this.at("'") || this.at('"')) return { literal: this.quoted() };
    const word = /^[^\s=!<>)]*/.exec(this.text.slice(this.position))![0];
    this.position += word.length;
    if (word === 'true' || word === 'false') return { literal: word === 'true' };
    const number = Number(word);
    if (word === '' || Number.isNaN(number)) {
      throw this.error(`expected @, a quoted text, a number, true or false${word === '' ? '' : `, found '${word}'`}`);
    }
    return { literal: number };
  }

  private quoted(): string {
    const quote = this.current();
    let value = '';
    this.position++;
    while (!this.at(quote)) {
      this.takeIf('\\');
      if (this.position >= this.text.length) throw this.error('a quoted text does not end');
      value += this.current();
      this.position++;
    }
    this.position++;
    return value;
  }

  private expect(token: string): void {
    this.skipSpace();
    if (this.takeIf(token)) return;
    const found = this.current();
    throw this.error(`expected '${token}', found ${found === '' ? 'the end' : `'${found}'`}`);
  }

  private skipSpace(): this {
    while (/\s/.test(this.current())) this.position++;
    return this;
  }

  private at(token: string): boolean {
    return this.text.startsWith(token, this.position);
  }

  private current(): string {
    return this.text[this.position] ?? '';
  }

  private error(message: string): JsonPathError {
    const offset = this.position + (this.whole.length === this.text.length ? 0 : 1);
    return new JsonPathError(`invalid JSONPath ${JSON.stringify(this.whole)}: ${message} at character ${offset + 1}`);
  }
}
