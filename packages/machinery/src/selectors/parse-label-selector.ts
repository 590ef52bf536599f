import {
  EVERYTHING,
  type LabelOperator,
  type LabelRequirement,
  type LabelSelector,
  labelKeyError,
  labelRequirement,
  labelSelector,
  SelectorError,
} from './label-selector.ts';

/**
 * Reads `app=web,tier in (a,b),!old,gen>3`: the grammar of the `labelSelector` query parameter.
 *
 * @throws SelectorError with Kubernetes' message
 */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements = new Parser(tokenize(text)).selector();
  return requirements.length === 0 ? EVERYTHING : labelSelector(requirements);
}

type TokenKind = 'identifier' | 'in' | 'notin' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const END: Token = { kind: 'end', text: '' };
const SYMBOLS: readonly TokenKind[] = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'];
const SPACE = /[ \t\r\n]/;
const WORD_END = /[ \t\r\n=!(),><]/;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    if (SPACE.test(text[position]!)) {
      position++;
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, position));
    let word = symbol ?? '';
    if (symbol === undefined) {
      let end = position;
      while (end < text.length && !WORD_END.test(text[end]!)) end++;
      word = text.slice(position, end);
    }
    position += word.length;
    const kind = symbol ?? (word === 'in' || word === 'notin' ? word : 'identifier');
    tokens.push({ kind, text: word });
  }
  return tokens;
}

const OPERATORS = new Map<TokenKind, LabelOperator>([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
]);

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  selector(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const start = this.peek();
      if (start.kind === 'end') return requirements;
      if (start.kind !== 'identifier' && start.kind !== '!') {
        throw expected(start, ", expected: !, identifier, or 'end of string'");
      }
      requirements.push(this.describedRequirement());
      const separator = this.take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw expected(separator, ", expected: ',' or 'end of string'");
      const next = this.peek();
      if (next.kind !== 'identifier' && next.kind !== '!') throw expected(next, ", expected: identifier after ','");
    }
  }

  private describedRequirement(): LabelRequirement {
    try {
      return this.requirement();
    } catch (error) {
      if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  private requirement(): LabelRequirement {
    let token = this.take();
    const negated = token.kind === '!';
    if (negated) token = this.take();
    if (token.kind !== 'identifier') throw expected(token, ', expected: identifier');
    const key = token.text;
    const keyError = labelKeyError(key, '<nil>');
    if (keyError !== undefined) throw new SelectorError(keyError);
    if (negated) return labelRequirement(key, '!', []);
    const next = this.peek().kind;
    if (next === 'end' || next === ',') return labelRequirement(key, 'exists', []);

    const operatorToken = this.take('operator');
    const operator = OPERATORS.get(operatorToken.kind);
    if (operator === undefined) throw expected(operatorToken, ', expected: in, notin, =, ==, !=, gt, lt');
    const values = operator === 'in' || operator === 'notin' ? this.values() : [this.exactValue()];
    return labelRequirement(key, operator, values);
  }

  private exactValue(): string {
    const next = this.peek();
    if (next.kind === 'end' || next.kind === ',') return '';
    const value = this.take();
    if (value.kind !== 'identifier') throw expected(value, ', expected: identifier');
    return value.text;
  }

  private values(): string[] {
    const open = this.take();
    if (open.kind !== '(') throw expected(open, " expected: '('");
    const first = this.peek();
    if (first.kind === ')') {
      this.take();
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') throw expected(first, ", expected: ',', ')' or identifier");
    const values = this.valueList();
    if (this.take().kind !== ')') throw expected(first, ", expected: ')'");
    return values;
  }

  /** Values up to the closing parenthesis; between commas, before the first and after the last may be the empty one. */
  private valueList(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.take();
      if (token.kind === 'identifier') {
        values.push(token.text);
        const next = this.peek();
        if (next.kind === ')') return values;
        if (next.kind !== ',') throw expected(next, ", expected: ',' or ')'");
      } else if (token.kind === ',') {
        if (values.length === 0) values.push('');
        const next = this.peek();
        if (next.kind === ')') {
          values.push('');
          return values;
        }
        if (next.kind === ',') {
          this.take();
          values.push('');
        }
      } else {
        throw expected(token, ", expected: ',', or identifier");
      }
    }
  }

  // `in` and `notin` are keywords only where an operator may stand.
  private peek(context: 'value' | 'operator' = 'value'): Token {
    const token = this.tokens[this.position] ?? END;
    const keyword = token.kind === 'in' || token.kind === 'notin';
    return keyword && context === 'value' ? { kind: 'identifier', text: token.text } : token;
  }

  private take(context: 'value' | 'operator' = 'value'): Token {
    const token = this.peek(context);
    this.position++;
    return token;
  }
}

function expected(found: Token, what: string): SelectorError {
  return new SelectorError(`found '${found.text}'${what}`);
}
