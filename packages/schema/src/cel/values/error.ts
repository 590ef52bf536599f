/**
 * A failed evaluation, as a value: `a && b` is false when one side is, whatever happened to the other, so that an error
 * must be carried until it is known to matter.
 */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** An operation that the types of the values do not have: can only happen where types are known at run time. */
export const NO_OVERLOAD = new CelError('no such overload');
