/**
 * Patterns of a schema are RE2; the API server matches them in linear time. Here they are translated to RegExp, which
 * means the same for every construct that is accepted: RE2's classes, anchors, escapes, named groups, and flags at the start
 * ((?i), (?s), (?m)). What RE2 itself refuses (lookaround, back references, repeats above 1000) is refused here too, and so
 * are flags in the middle, `(?U)` and `\C`, which have no counterpart. RegExp backtracks: a pattern with nested repeats can
 * be slow on hostile input where RE2 would not be, so that regex.ts decides which patterns run this way.
 */
export type Pattern = { readonly regExp: RegExp } | { readonly error: string };

const compiled = new Map<string, Pattern>();
const CACHE_LIMIT = 4096;

/** The pattern as a RegExp, or why it has none in the words of Go's regexp package. */
export function compilePattern(pattern: string): Pattern {
  let result = compiled.get(pattern);
  if (!result) {
    result = translate(pattern);
    if (compiled.size >= CACHE_LIMIT) compiled.clear();
    compiled.set(pattern, result);
  }
  return result;
}

function translate(pattern: string): Pattern {
  try {
    const [flags, body] = leadingFlags(pattern);
    return { regExp: new RegExp(new Translator(body, flags.includes('s')).all(), `u${flags}`) };
  } catch (error) {
    const reason = error instanceof PatternError ? error.message : `invalid or unsupported syntax: \`${pattern}\``;
    return { error: `error parsing regexp: ${reason}` };
  }
}

class PatternError extends Error {}

function leadingFlags(pattern: string): [flags: string, body: string] {
  const match = /^\(\?([ims]+)\)/.exec(pattern);
  return match ? [[...new Set(match[1])].join(''), pattern.slice(match[0].length)] : ['', pattern];
}

const SPACE = '\\t\\n\\f\\r ';
const NOT_SPACE = '\\0-\\x08\\x0b\\x0e-\\x1f\\x21-\\u{10ffff}';

/** RE2's named classes, as the inside of a RegExp class. */
const posixClasses = new Map<string, string>([
  ['alnum', '0-9A-Za-z'],
  ['alpha', 'A-Za-z'],
  ['ascii', '\\x00-\\x7f'],
  ['blank', '\\t '],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`\\{-~'],
  ['space', '\\t\\n\\x0b\\f\\r '],
  ['upper', 'A-Z'],
  ['word', '0-9A-Za-z_'],
  ['xdigit', '0-9A-Fa-f'],
]);

const simpleEscapes = new Map<string, string>([
  ['a', '\\x07'],
  ['f', '\\f'],
  ['n', '\\n'],
  ['r', '\\r'],
  ['t', '\\t'],
  ['v', '\\v'],
]);

class Translator {
  private position = 0;
  private readonly text: string;
  private readonly dotMatchesNewline: boolean;

  constructor(text: string, dotMatchesNewline: boolean) {
    this.text = text;
    this.dotMatchesNewline = dotMatchesNewline;
  }

  all(): string {
    let out = '';
    while (this.position < this.text.length) out += this.next();
    return out;
  }

  private next(): string {
    const rest = this.text.slice(this.position);
    const repeat = /^\{(\d+)(?:,(\d*))?\}/.exec(rest);
    if (repeat) {
      if (Number(repeat[1]) > 1000 || Number(repeat[2] ?? 0) > 1000) {
        throw new PatternError(`invalid repeat count: \`${repeat[0]}\``);
      }
      return this.take(repeat[0].length);
    }
    switch (rest[0]) {
      case '(':
        return this.group(rest);
      case '[':
        return this.class();
      case '\\':
        return this.escape(false);
      case '.':
        this.position++;
        return this.dotMatchesNewline ? '.' : '[^\\n]';
      case '{':
      case '}':
      case ']':
        return `\\${this.take(1)}`;
      default:
        return this.take(1);
    }
  }

  private group(rest: string): string {
    if (!rest.startsWith('(?')) return this.take(1);
    if (rest.startsWith('(?:')) return this.take(3);
    const named = /^\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>/.exec(rest);
    if (!named)
      throw new PatternError(`invalid or unsupported Perl syntax: \`${rest.slice(0, rest[2] === '<' ? 4 : 3)}\``);
    this.position += named[0].length;
    return `(?<${named[1]}>`;
  }

  /** An escape, as a RegExp atom or as part of a class. */
  private escape(inClass: boolean): string {
    const rest = this.text.slice(this.position);
    const char = rest[1];
    if (char === undefined) throw new PatternError('trailing backslash at end of expression: ``');
    const property = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest);
    if (property) {
      this.position += property[0].length;
      return unicodeProperty(property[1] as string, property[2] === '^', property[3] ?? (property[4] as string));
    }
    const hex = /^\\x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(rest);
    if (hex) return this.skip(hex[0], `\\u{${hex[1] ?? hex[2]}}`);
    const octal = /^\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    if (octal) return this.skip(octal[0], `\\u{${Number.parseInt(octal[0].slice(1), 8).toString(16)}}`);
    const simple = simpleEscapes.get(char);
    if (simple) return this.skip(`\\${char}`, simple);
    if (/[dDwW]/.test(char)) return this.take(2);
    if (char === 's') return this.skip('\\s', inClass ? SPACE : `[${SPACE}]`);
    if (char === 'S') return this.skip('\\S', inClass ? NOT_SPACE : `[^${SPACE}]`);
    if (!inClass) {
      if (char === 'b' || char === 'B') return this.take(2);
      if (char === 'A') return this.skip('\\A', '(?<![\\s\\S])');
      if (char === 'z') return this.skip('\\z', '(?![\\s\\S])');
      if (char === 'Q') return this.quotation(rest);
    }
    if (/[0-9A-Za-z]/.test(char)) throw new PatternError(`invalid escape sequence: \`\\${char}\``);
    const codePoint = rest.codePointAt(1) as number;
    return this.skip(`\\${String.fromCodePoint(codePoint)}`, `\\u{${codePoint.toString(16)}}`);
  }

  private quotation(rest: string): string {
    const end = rest.indexOf('\\E');
    const quoted = end < 0 ? rest.slice(2) : rest.slice(2, end);
    this.position += end < 0 ? rest.length : end + 2;
    return [...quoted].map((char) => `\\u{${(char.codePointAt(0) as number).toString(16)}}`).join('');
  }

  private class(): string {
    const start = this.position;
    let out = this.take(1);
    if (this.text[this.position] === '^') out += this.take(1);
    for (let first = true; first || this.text[this.position] !== ']'; first = false) {
      if (this.position >= this.text.length) throw new PatternError(`missing closing ]: \`${this.text.slice(start)}\``);
      out += this.classItem();
    }
    this.position++;
    return `${out}]`;
  }

  private classItem(): string {
    const rest = this.text.slice(this.position);
    const posix = /^\[:(\^?)(\w+):\]/.exec(rest);
    if (posix) {
      const inside = posixClasses.get(posix[2] as string);
      if (inside === undefined || posix[1] === '^')
        throw new PatternError(`invalid character class range: \`${posix[0]}\``);
      return this.skip(posix[0], inside);
    }
    const low = this.classChar();
    const isRange =
      this.text[this.position] === '-' && !/^-(?:\]|$)/.test(this.text.slice(this.position)) && isOneChar(low);
    if (!isRange) return low;
    this.position++;
    return `${low}-${this.classChar()}`;
  }

  private classChar(): string {
    if (this.text[this.position] === '\\') return this.escape(true);
    const char = String.fromCodePoint(this.text.codePointAt(this.position) as number);
    return this.skip(char, /[-\]\\^[]/.test(char) ? `\\${char}` : char);
  }

  private take(length: number): string {
    const taken = this.text.slice(this.position, this.position + length);
    this.position += length;
    return taken;
  }

  private skip(taken: string, replacement: string): string {
    this.position += taken.length;
    return replacement;
  }
}

/** Whether a translated class item is a single character, and can start a range. */
function isOneChar(item: string): boolean {
  return [...item].length === 1 || /^\\(?:u\{[0-9a-fA-F]+\}|x[0-9a-f]{2}|[fnrtv]|[-\]\\^[])$/.test(item);
}

/** General categories keep their name; everything else is a script. */
function unicodeProperty(kind: string, negated: boolean, name: string): string {
  const isNegated = (kind === 'P') !== negated;
  const isCategory = /^[CLMNPSZ][a-z]?$/.test(name);
  return `\\${isNegated ? 'P' : 'p'}{${isCategory ? name : `Script=${name}`}}`;
}
