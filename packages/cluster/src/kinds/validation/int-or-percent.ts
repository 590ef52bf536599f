import { type FieldError, invalidValue, type JsonObject } from '@opwright/machinery';
import { field, int } from '../tree.ts';
import { NEGATIVE, under } from './checks.ts';
import { goIntOrString } from './go-values.ts';

/* Numbers, or parts of a hundred: `25%`. */

const WORDS =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

export function intOrPercentErrors(object: JsonObject | undefined, key: string, path: string): FieldError[] {
  const value = field(object, key);
  const here = under(path, key);
  if (typeof value === 'string') return isPercent(value) ? [] : [invalidValue(here, goIntOrString(value), WORDS)];
  return int(object, key) < 0 ? [invalidValue(here, value, NEGATIVE)] : [];
}

function isPercent(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9]+%$/.test(value);
}

/** At most all. */
export function atMostAllErrors(object: JsonObject | undefined, key: string, path: string): FieldError[] {
  const value = field(object, key);
  if (!isPercent(value) || amountOf(value) <= 100) return [];
  return [invalidValue(under(path, key), goIntOrString(String(value)), 'must not be greater than 100%')];
}

/** The number before a `%`, or by itself; what is neither counts as none. */
export function amountOf(value: unknown): number {
  if (typeof value === 'number') return value;
  const match = typeof value === 'string' ? /^([+-]?[0-9]+)%?$/.exec(value) : null;
  return match === null ? 0 : Number(match[1]);
}
