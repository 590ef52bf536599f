import { StatusError } from '@opwright/machinery';
import { type BackoffRange, DEFAULT_BACKOFF } from '../queue/backoff.ts';
import { type Duration, durationMs } from './duration.ts';

/** What follows a reconcile that has failed with a certain error. Without anything: the next attempt after the backoff. */
export interface ErrorPolicy<E> {
  /** The next attempt comes after so long, and a tenth more at most, instead of the backoff. */
  readonly retryAfter?: Duration | ((error: E) => Duration);
  /** The range of the backoff; default: 5 ms doubling to 1000 s. */
  readonly backoff?: { readonly base?: Duration; readonly max?: Duration };
  /** No retry can mend it: as if {@link terminal} had been thrown. */
  readonly terminal?: boolean;
  /**
   * From so many failures in a row on, people are told: a Warning event `ReconcileFailing` on the object, and the metric
   * `opwright_reconcile_escalations_total`. The attempts go on.
   */
  readonly escalateAfter?: number;
}

/** Errors of a class, or those that a function recognizes. */
export type ErrorMatcher<E> = (abstract new (...args: never[]) => E) | ((error: unknown) => boolean);

export interface ErrorRule {
  readonly matches: (error: unknown) => boolean;
  readonly policy: ErrorPolicy<unknown>;
}

export function errorRule<E>(which: ErrorMatcher<E>, policy: ErrorPolicy<E>): ErrorRule {
  const { backoff, retryAfter, escalateAfter } = policy;
  for (const duration of [backoff?.base, backoff?.max, retryAfter]) {
    // Mistakes show when the operator is defined, not when the first error comes.
    if (duration !== undefined && typeof duration !== 'function') durationMs(duration);
  }
  if (escalateAfter !== undefined && !(Number.isInteger(escalateAfter) && escalateAfter > 0)) {
    throw new RangeError(`escalateAfter is ${escalateAfter}: it must be a whole number of failures, 1 or more`);
  }
  return { matches: matcherOf(which), policy: policy as ErrorPolicy<unknown> };
}

function matcherOf(which: ErrorMatcher<unknown>): (error: unknown) => boolean {
  const isClass = which === Error || which.prototype instanceof Error;
  if (!isClass) return which as (error: unknown) => boolean;
  return (error) => error instanceof (which as abstract new (...args: never[]) => unknown);
}

/** What the first rule that matches says, as the queue needs it. */
export interface Verdict {
  readonly terminal: boolean;
  /** Absent = the queue's own. */
  readonly backoff: BackoffRange | undefined;
  readonly escalateAfter: number;
}

/** A function of the author that fails must not keep the error from being handled. */
export function verdictOn(error: unknown, rules: readonly ErrorRule[], onFailure: (failure: unknown) => void): Verdict {
  try {
    const policy = rules.find(({ matches }) => matches(error))?.policy ?? {};
    const { terminal = false, escalateAfter = Number.POSITIVE_INFINITY } = policy;
    return { terminal, escalateAfter, backoff: rangeOf(error, policy) };
  } catch (failure) {
    onFailure(failure);
    return { terminal: false, escalateAfter: Number.POSITIVE_INFINITY, backoff: undefined };
  }
}

function rangeOf(error: unknown, { retryAfter, backoff }: ErrorPolicy<unknown>): BackoffRange | undefined {
  if (retryAfter !== undefined) {
    const ms = durationMs(typeof retryAfter === 'function' ? retryAfter(error) : retryAfter);
    return { atLeastMs: ms, baseMs: ms / 10, maxMs: ms / 10 };
  }
  const asked = error instanceof StatusError ? (error.status.details?.retryAfterSeconds ?? 0) * 1000 : 0;
  if (!backoff && asked === 0) return undefined;
  const { base = DEFAULT_BACKOFF.baseMs, max = DEFAULT_BACKOFF.maxMs } = backoff ?? {};
  return { baseMs: durationMs(base), maxMs: durationMs(max), atLeastMs: asked };
}
