import type { Random } from '@opwright/machinery';
import { chance, integer, oneOf } from './choose.ts';

/**
 * A text that matches the pattern; undefined for patterns with anything but literals, classes, groups, alternatives and
 * repeats. Anchors are taken for granted, so that the text is all that the pattern matches.
 */
export function matchingText(pattern: string, random: Random): string | undefined {
  const reader = new Reader(pattern, random);
  try {
    const text = reader.alternatives();
    return reader.isAtEnd ? text : undefined;
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class Unsupported extends Error {}

/** A repeat without an upper bound adds at most this many. */
const MORE = 4;

const range = (from: string, to: string): string[] => {
  const [first, last] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
  // Of a large class some characters are as good as all of them.
  return Array.from({ length: Math.min(last - first + 1, 128) }, (_, index) => String.fromCodePoint(first + index));
};
const DIGITS = range('0', '9');
const WORD = [...range('a', 'z'), ...range('A', 'Z'), ...DIGITS, '_'];
const SPACE = [' ', '\t'];
const PRINTABLE = range(' ', '~');
const without = (excluded: readonly string[]) => PRINTABLE.filter((character) => !excluded.includes(character));

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  d: DIGITS,
  w: WORD,
  s: SPACE,
  D: without(DIGITS),
  W: without(WORD),
  S: without(SPACE),
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

/** Reads a pattern from left to right, choosing as it goes. */
class Reader {
  private position = 0;
  private readonly pattern: readonly string[];
  private readonly random: Random;

  constructor(pattern: string, random: Random) {
    this.pattern = [...pattern];
    this.random = random;
  }

  get isAtEnd(): boolean {
    return this.position === this.pattern.length;
  }

  private get next(): string | undefined {
    return this.pattern[this.position];
  }

  private take(): string {
    const character = this.next;
    if (character === undefined) throw new Unsupported();
    this.position += 1;
    return character;
  }

  private takes(text: string): boolean {
    const found = this.pattern.slice(this.position, this.position + text.length).join('') === text;
    if (found) this.position += text.length;
    return found;
  }

  alternatives(): string {
    const options = [this.sequence()];
    while (this.takes('|')) options.push(this.sequence());
    return oneOf(this.random, options);
  }

  private sequence(): string {
    let text = '';
    while (this.next !== undefined && this.next !== '|' && this.next !== ')') text += this.repeated();
    return text;
  }

  private repeated(): string {
    const start = this.position;
    const first = this.atom();
    const [min, max] = this.bounds();
    this.takes('?');
    const end = this.position;
    const count = integer(this.random, min, max);
    if (count === 0) return '';
    let text = first;
    for (let index = 1; index < count; index += 1) {
      // Each repetition chooses anew.
      this.position = start;
      text += this.atom();
    }
    this.position = end;
    return text;
  }

  private bounds(): [min: number, max: number] {
    if (this.takes('*')) return [0, MORE];
    if (this.takes('+')) return [1, 1 + MORE];
    if (this.takes('?')) return [0, 1];
    const match = /^\{(\d+)(,(\d*))?\}/.exec(this.pattern.slice(this.position, this.position + 12).join(''));
    if (!match) return [1, 1];
    this.position += match[0].length;
    const min = Number(match[1]);
    if (match[2] === undefined) return [min, min];
    return [min, Math.min(match[3] === '' ? min + MORE : Number(match[3]), min + 32)];
  }

  private atom(): string {
    if (this.takes('^') || this.takes('$')) return '';
    if (this.takes('(')) return this.group();
    if (this.takes('[')) return oneOf(this.random, this.characterClass());
    if (this.takes('.')) return oneOf(this.random, PRINTABLE);
    if (this.takes('\\')) return this.escape();
    if ('*+?{'.includes(this.next ?? '')) throw new Unsupported();
    return this.take();
  }

  private group(): string {
    if (this.takes('?:') || this.next !== '?') return this.closed();
    const name = /^\?P?<[A-Za-z]\w*>/.exec(this.pattern.slice(this.position, this.position + 64).join(''));
    if (!name) throw new Unsupported();
    this.position += name[0].length;
    return this.closed();
  }

  private closed(): string {
    const text = this.alternatives();
    if (!this.takes(')')) throw new Unsupported();
    return text;
  }

  private escape(): string {
    const character = this.take();
    if (character === 'b' || character === 'A' || character === 'z') return '';
    const named = CLASSES[character];
    if (named) return oneOf(this.random, named);
    return this.escaped(character);
  }

  private escaped(character: string): string {
    const control = ESCAPES[character];
    if (control !== undefined) return control;
    if (/[A-Za-z0-9]/.test(character)) throw new Unsupported();
    return character;
  }

  private characterClass(): readonly string[] {
    const isNegated = this.takes('^');
    const members: string[] = [];
    do {
      if (this.takes('[:')) throw new Unsupported();
      const from = this.take();
      const named = from === '\\' ? CLASSES[this.next ?? ''] : undefined;
      if (named) {
        this.take();
        members.push(...named);
        continue;
      }
      const first = from === '\\' ? this.escaped(this.take()) : from;
      const isRange = this.next === '-' && this.pattern[this.position + 1] !== ']';
      if (!isRange) {
        members.push(first);
        continue;
      }
      this.take();
      const to = this.take();
      members.push(...range(first, to === '\\' ? this.escaped(this.take()) : to));
    } while (!this.takes(']'));
    const choices = isNegated ? without(members) : members;
    if (choices.length === 0) throw new Unsupported();
    // Now and then the edges, where mistakes are.
    return chance(this.random, 0.2) ? [choices[0] as string, choices.at(-1) as string] : choices;
  }
}
