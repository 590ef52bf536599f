import { deepEqual, type FieldError, invalidValue, type JsonObject } from '@opwright/machinery';
import { field } from '../tree.ts';

/** The error of a field that must stay as it was created, if it did not. `print` renders what Go shows of structs. */
export function immutable(
  object: JsonObject | undefined,
  old: JsonObject | undefined,
  key: string,
  path: string,
  print: (value: unknown) => unknown = (value) => value,
): FieldError[] {
  const value = field(object, key);
  if (deepEqual(value, field(old, key))) return [];
  return [invalidValue(`${path}${key}`, print(value), 'field is immutable')];
}
