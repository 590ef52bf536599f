import { isNotFound } from '@opwright/machinery';

/** For `.catch`: an object that is not there is undefined, everything else remains an error. */
export function undefinedIfNotFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}
