/** A failure whose message is all the user needs: what is wrong and what to do. It is printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** A second paragraph: what to do about it. */
  readonly remedy: string | undefined;

  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.remedy = options.remedy;
  }
}
