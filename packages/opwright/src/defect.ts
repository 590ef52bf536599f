/** Whether an error is not meant to be thrown: a programming error, which a person cannot do anything about. */
export function isDefect(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
