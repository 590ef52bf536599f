import { NumberLexeme } from '../json/number-lexeme.ts';

/**
 * Whether two JSON trees say the same. The order of properties does not matter, an undefined property is an absent
 * one, lexemes are equal when they are written alike. Other instances of classes are equal only to themselves.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) {
      if (!deepEqual(a[i], b[i])) return false;
    }
    return true;
  }
  if (Array.isArray(b)) return false;
  if (a instanceof NumberLexeme) return b instanceof NumberLexeme && a.lexeme === b.lexeme;
  if (b instanceof NumberLexeme) return false;
  return equalObjects(a as Record<string, unknown>, b as Record<string, unknown>);
}

function equalObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let defined = 0;
  for (const key of Object.keys(a)) {
    const value = a[key];
    if (value === undefined) continue;
    defined++;
    if (!Object.hasOwn(b, key) || !deepEqual(value, b[key])) return false;
  }
  for (const key of Object.keys(b)) {
    if (b[key] !== undefined) defined--;
  }
  return defined === 0;
}
