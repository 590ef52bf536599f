import { type Clock, sleep, type Timer } from '@opwright/machinery';
import type { LeaseRequests } from './lease-requests.ts';
import type { Moment } from './moment.ts';

export interface HoldOptions {
  readonly clock: Clock;
  readonly retryPeriodMs: number;
  readonly renewDeadlineMs: number;
  readonly requests: LeaseRequests;
  /** When the request that made the lease ours was sent. */
  readonly since: Moment;
  /** Renews once. @returns when that was sent, or why the lease is not ours any more */
  renew(signal: AbortSignal): Promise<Moment | string>;
  /** From this moment the deadline counts anew. */
  renewed(sent: Moment): void;
  /** Called once, at once, when the lease is lost: also while a request is under way. */
  lost(): void;
  /** The pause between two renewals; default: as long as it says. */
  pause?(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Renews a lease every `retryPeriodMs` until the signal aborts: undefined, or until it is lost, by its own words or because
 * no renewal sent within `renewDeadlineMs` has succeeded: why.
 */
export async function holdLease(options: HoldOptions, signal: AbortSignal): Promise<string | undefined> {
  const { clock, retryPeriodMs, renewDeadlineMs, requests } = options;
  const pause = options.pause ?? ((ms, until) => sleep(clock, ms, until));
  const ended = new AbortController();
  let renewed = options.since;
  let lost: string | undefined;
  const stop = () => ended.abort();
  const lose = (why: string) => {
    if (lost !== undefined) return;
    lost = why;
    options.lost();
    ended.abort();
  };
  const deadline = (): Timer =>
    clock.setTimeout(
      () => lose(requests.failure ?? `not renewed within ${renewDeadlineMs / 1000} s`),
      renewed.monotonic + renewDeadlineMs - clock.monotonic(),
    );
  let timer = deadline();
  let triedAt = renewed.monotonic;
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  for (;;) {
    // After a request that took long the next follows at once: the deadline does not wait.
    await pause(Math.max(0, triedAt + retryPeriodMs - clock.monotonic()), ended.signal);
    if (ended.signal.aborted) break;
    triedAt = clock.monotonic();
    try {
      const sent = await options.renew(ended.signal);
      if (ended.signal.aborted) break;
      requests.succeeded();
      if (typeof sent === 'string') lose(sent);
      else {
        renewed = sent;
        options.renewed(sent);
        timer.cancel();
        timer = deadline();
      }
    } catch (error) {
      if (!ended.signal.aborted) requests.failed(error);
    }
  }
  timer.cancel();
  signal.removeEventListener('abort', stop);
  return lost;
}
