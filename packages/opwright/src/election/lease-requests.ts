import { type Clock, isForbidden, isNotFound } from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import { withTimeLimit } from './time-limit.ts';

/** A failure that repeats is told so often. */
const REPEAT_MS = 60_000;

export interface LeaseRequestsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `namespace/name`. */
  readonly lease: string;
  readonly namespace: string;
  /** How long failures may last before they are a problem. */
  readonly renewDeadlineMs: number;
  /** What a Forbidden lacks: `grant …`. */
  readonly missingRights: string;
  /** The option with the namespace. */
  readonly namespaceOption: string;
}

/** How the requests for a Lease go: each has a time limit, failures are told once a minute. */
export interface LeaseRequests {
  /** Calls with a time limit: a request that hangs must leave time for another. */
  limited<T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  succeeded(): void;
  failed(error: unknown): void;
  /** The failure with its remedy. */
  explain(error: unknown): string;
  /** The last failure, while they last. */
  readonly failure: string | undefined;
  /** The last failure, when they have lasted for longer than the renew deadline. */
  readonly problem: string | undefined;
}

export function createLeaseRequests(options: LeaseRequestsOptions): LeaseRequests {
  const { clock, logger, lease, namespace, renewDeadlineMs, missingRights, namespaceOption } = options;
  const limitMs = requestLimitMs(renewDeadlineMs);
  let failing: { readonly since: number; told: number; message: string } | undefined;

  function explain(error: unknown): string {
    const what = `lease ${lease}: ${error instanceof Error ? error.message : String(error)}`;
    if (isForbidden(error)) return `${what}; ${missingRights}`;
    if (isNotFound(error))
      return `${what}; create the namespace ${namespace}, or set ${namespaceOption} to one that exists`;
    return what;
  }

  return {
    limited: (signal, call) => withTimeLimit(clock, limitMs, signal, call),
    succeeded() {
      if (failing !== undefined) logger.info('Requests for the lease succeed again');
      failing = undefined;
    },
    failed(error) {
      const now = clock.monotonic();
      const message = explain(error);
      failing ??= { since: now, told: Number.NEGATIVE_INFINITY, message: '' };
      if (failing.message === message && now - failing.told < REPEAT_MS) return;
      failing.told = now;
      failing.message = message;
      logger.error('Request for the lease failed', { error: message });
    },
    explain,
    get failure() {
      return failing?.message;
    },
    get problem() {
      if (failing === undefined || clock.monotonic() - failing.since < renewDeadlineMs) return undefined;
      return failing.message;
    },
  };
}

/** How long one request may take, client-go's figure. */
export function requestLimitMs(renewDeadlineMs: number): number {
  return Math.max(1000, renewDeadlineMs / 2);
}
