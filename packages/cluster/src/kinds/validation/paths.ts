import { type FieldError, invalidValue } from '@opwright/machinery';

/* Paths in file systems. */

/** A path that does not climb. */
export function backstepErrors(value: string, path: string): FieldError[] {
  return value.split('/').includes('..') ? [invalidValue(path, value, "must not contain '..'")] : [];
}

/** A path below another one. */
export function descendingPathErrors(value: string, path: string): FieldError[] {
  const absolute = value.startsWith('/') ? [invalidValue(path, value, 'must be a relative path')] : [];
  return [...absolute, ...backstepErrors(value, path)];
}

/** A path below another one that is none of those which volumes keep for themselves. */
export function localPathErrors(value: string, path: string): FieldError[] {
  const isReserved = value.startsWith('..') && !value.startsWith('../');
  return [
    ...descendingPathErrors(value, path),
    ...(isReserved ? [invalidValue(path, value, "must not start with '..'")] : []),
  ];
}
