import type { DeepReadonly } from '../json.ts';

/**
 * Freezes a JSON tree in place, all the way down, and returns it. What is frozen already counts as frozen below too,
 * so that sharing a frozen subtree costs nothing.
 */
export function deepFreeze<T>(value: T): DeepReadonly<T> {
  freeze(value);
  return value as DeepReadonly<T>;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const item of value) freeze(item);
  } else {
    for (const key of Object.keys(value)) freeze((value as Record<string, unknown>)[key]);
  }
}
