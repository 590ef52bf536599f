import { setOwn } from '../trees/own.ts';
import { keptNumber, NumberLexeme } from './number-lexeme.ts';

/**
 * The same JSON value with numbers in place of lexemes, but for int64s that no JavaScript number can be; the value itself where
 * it holds none of the others.
 */
export function plainJson(value: unknown): unknown {
  if (value instanceof NumberLexeme) return keptNumber(value);
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    value.forEach((item, index) => {
      const plain = plainJson(item);
      if (plain !== item) {
        copy ??= [...value];
        copy[index] = plain;
      }
    });
    return copy ?? value;
  }
  if (typeof value === 'object' && value !== null) {
    let copy: Record<string, unknown> | undefined;
    for (const [key, item] of Object.entries(value)) {
      const plain = plainJson(item);
      if (plain !== item) {
        copy ??= { ...value };
        setOwn(copy, key, plain);
      }
    }
    return copy ?? value;
  }
  return value;
}
