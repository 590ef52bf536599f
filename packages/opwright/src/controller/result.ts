import { type Duration, durationMs } from './duration.ts';

/** Says that there is nothing to do before some time has passed: returned or thrown by a reconcile function. */
export class RetryAfter extends Error {
  override readonly name = 'RetryAfter';
  readonly ms: number;

  constructor(ms: number) {
    super(`retry after ${ms} ms`);
    this.ms = ms;
  }
}

/** Says that trying again cannot help before the object changes: returned or thrown by a reconcile function. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/**
 * Reconcile the same object again after `duration`; not a failure, so the backoff starts over. Return it, or throw it from
 * a helper.
 *
 * @param duration milliseconds, or `30s`, `5m`, `1h30m`
 * @throws RangeError when `duration` is not one
 */
export function retryAfter(duration: Duration): RetryAfter {
  return new RetryAfter(durationMs(duration));
}

/**
 * A failure that no retry can mend, such as a spec that cannot work: it is logged and counted, and the object is
 * reconciled again when it changes. Return it, or throw it from a helper.
 */
export function terminal(reason: string, cause?: unknown): TerminalError {
  return new TerminalError(reason, cause === undefined ? undefined : { cause });
}

/** What a reconcile function may return; nothing = done. */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing are the usual ones
export type ReconcileResult = RetryAfter | TerminalError | void;

/** Whether the error, or any error that caused it, is terminal. */
export function isTerminal(error: unknown): boolean {
  const seen = new Set<unknown>();
  for (let current = error; current instanceof Error && !seen.has(current); current = current.cause) {
    if (current instanceof TerminalError) return true;
    seen.add(current);
  }
  return false;
}
