/**
 * A lease that this process needs is not its own any more, or may not be: nothing is written from now on, and the process
 * must end, because a reconcile function that does not heed its signal may still run.
 */
export class LeaseLostError extends Error {
  override readonly name: string = 'LeaseLostError';
}
