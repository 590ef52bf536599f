import { MAX_DEPTH } from '../json/depth.ts';
import { NumberLexeme } from '../json/number-lexeme.ts';
import { plainJson } from '../json/plain.ts';
import { DecodeError } from './decode-error.ts';

/**
 * The parsed JSON without lexemes.
 *
 * @param depth of the levels around the value
 * @throws DecodeError when it is nested too deeply to walk, or holds a number that is beyond every float
 */
export function plainTree(value: unknown, depth = 0): unknown {
  checkJson(value, MAX_DEPTH - depth);
  return plainJson(value);
}

/**
 * Looks at what JavaScript and Go's decoder cannot hold.
 *
 * @throws DecodeError for more levels of objects and lists, and for a number that is beyond every float
 */
export function checkJson(value: unknown, levels: number = MAX_DEPTH): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof NumberLexeme) {
    if (Number.isFinite(value.value)) return;
    throw new DecodeError(`json: cannot unmarshal number ${value.lexeme} into Go value of type float64`);
  }
  if (levels <= 0) throw tooDeep();
  for (const inner of Object.values(value)) checkJson(inner, levels - 1);
}

export function tooDeep(): DecodeError {
  return new DecodeError('exceeded max depth');
}
