import { NumberLexeme } from '../json/number-lexeme.ts';
import type { DeepReadonly } from '../json.ts';
import { setOwn } from './own.ts';

/** `T` with nothing readonly: what {@link mutableCopy} returns. */
export type DeepMutable<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? DeepMutable<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: DeepMutable<T[Key]> }
      : T;

/**
 * A deep copy of a JSON tree that its owner may change. Undefined properties are left out, undefined elements become
 * null, keys such as `__proto__` stay plain keys; number lexemes, being immutable, are shared.
 */
export function mutableCopy<T>(value: T): DeepMutable<T>;
export function mutableCopy<T>(value: DeepReadonly<T>): DeepMutable<T>;
export function mutableCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof NumberLexeme) return value;
  if (Array.isArray(value)) {
    const copy = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) copy[i] = value[i] === undefined ? null : mutableCopy(value[i] as unknown);
    return copy;
  }
  const copy: { [key: string]: unknown } = {};
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) setOwn(copy, key, mutableCopy(item));
  }
  return copy;
}
