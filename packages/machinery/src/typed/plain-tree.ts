import { plainJson } from '../json/plain.ts';
import { DecodeError } from './decode-error.ts';

/** Go's limit is 10,000; nothing real is anywhere near, and JavaScript's stack would not hold it. */
export const MAX_DEPTH = 1000;

/** The parsed JSON without lexemes. @throws DecodeError when it is nested too deeply to walk */
export function plainTree(value: unknown): unknown {
  try {
    return plainJson(value);
  } catch (error) {
    throw error instanceof RangeError ? tooDeep() : error;
  }
}

export function tooDeep(): DecodeError {
  return new DecodeError('exceeded max depth');
}
