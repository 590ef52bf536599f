/**
 * A JSON number whose spelling says more than its JavaScript value: an integer beyond ±2^53, or a number in fraction or
 * exponent notation that JavaScript would print differently (`1.0`, `1e3`, `2.50`). Go tells an int64 from a float64
 * by the spelling and puts the spelling into its messages. Immutable.
 */
export class NumberLexeme {
  /** As it was written. */
  readonly lexeme: string;
  /** The nearest JavaScript number. */
  readonly value: number;

  constructor(lexeme: string) {
    this.lexeme = lexeme;
    this.value = Number(lexeme);
    Object.freeze(this);
  }

  /** Written without fraction and exponent: what Go reads as an int64. */
  get isInteger(): boolean {
    return isIntegerLexeme(this.lexeme);
  }

  /** An integer that Go reads as an int64; one that is too large for that it reads as a float64. */
  get isInt64(): boolean {
    if (!this.isInteger) return false;
    const integer = BigInt(this.lexeme);
    return BigInt.asIntN(64, integer) === integer;
  }

  toString(): string {
    return this.lexeme;
  }

  /** For arithmetic and comparisons, which are JavaScript's. */
  valueOf(): number {
    return this.value;
  }

  toJSON(): number {
    conversions++;
    return this.value;
  }
}

let conversions = 0;

/** How often a lexeme was turned into a number by `JSON.stringify`: tells the encoder whether it met one. */
export function lexemeConversions(): number {
  return conversions;
}

/**
 * The number of a lexeme that is to be kept: a plain one, or the lexeme itself where only it has all the digits of an integer
 * that Go keeps, too (an int64 beyond ±2^53).
 */
export function keptNumber(lexeme: NumberLexeme): number | NumberLexeme {
  const { value, isInteger } = lexeme;
  if (!isInteger || Number.isSafeInteger(value) || String(value) === lexeme.lexeme) return value;
  return lexeme.isInt64 ? lexeme : value;
}

/** The number for a valid JSON number text: a plain one when nothing is lost by it. */
export function readNumber(text: string): number | NumberLexeme {
  const value = Number(text);
  if (isIntegerLexeme(text)) {
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    return new NumberLexeme(text);
  }
  return !Number.isInteger(value) && String(value) === text ? value : new NumberLexeme(text);
}

function isIntegerLexeme(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x2d && (code < 0x30 || code > 0x39)) return false;
  }
  return true;
}
