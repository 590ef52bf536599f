import { compileRegex } from '../../structural/regex.ts';
import { INT, listOf, STRING } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import type { CelValue } from '../values/value.ts';
import { matching } from './costs.ts';
import { member, type Overload } from './overload.ts';

function find(text: string, pattern: string): CelValue {
  const regex = compileRegex(pattern);
  return 'error' in regex ? new CelError(`Illegal regex: ${regex.error}`) : (regex.find(text) ?? '');
}

function findAll(text: string, pattern: string, limit: number | bigint = -1): CelValue {
  const regex = compileRegex(pattern);
  if ('error' in regex) return new CelError(`Illegal regex: ${regex.error}`);
  return regex.findAll(text, limit < 0 ? Number.POSITIVE_INFINITY : Number(limit));
}

const costs = matching(0, 1, (size) => ({ min: 0, max: size.max }));

/** Kubernetes' functions for what a pattern matches. */
export const regexLibrary: readonly Overload[] = [
  member('find', 'string_find_string', [STRING, STRING], STRING, find, costs),
  member('findAll', 'string_find_all_string', [STRING, STRING], listOf(STRING), findAll, costs),
  member('findAll', 'string_find_all_string_int', [STRING, STRING, INT], listOf(STRING), findAll, costs),
];
