import type { Client } from '@opwright/client';
import {
  type Clock,
  formatMicroTime,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isNotFound,
  type Random,
  sleep,
  type Timer,
} from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import {
  durationOf,
  heldLease,
  holderOf,
  isOf,
  Lease,
  recordText,
  releasedLease,
  type Term,
  transitionsOf,
} from './lease.ts';
import { type Election, JITTER, requestLimitMs } from './options.ts';
import { withTimeLimit } from './time-limit.ts';

/** The lease is gone, or may be by now: everything that needs it must end, and the process with it. */
export class LeaderElectionLostError extends Error {
  override readonly name = 'LeaderElectionLostError';

  constructor(why: string) {
    super(`leader election lost: ${why}`);
  }
}

/**
 * A candidate for one lease. Its life has one direction: `acquire`, `hold`, `release`; whoever has lost needs a new
 * process.
 *
 * Guarantees: of all candidates at most one is leader at a time, as long as no clock runs faster than another by more than
 * `leaseDurationMs / renewDeadlineMs`; what clocks show does not matter. A candidate takes over when it has seen the record
 * unchanged for as long as the record says, by its own clock from the moment at which it saw it; a leader counts from the
 * moment at which it sent its last successful renewal. Times in records are never read.
 */
export interface Elector {
  /** Tries until it is leader: true, or until the signal aborts: false. Never rejects. */
  acquire(signal: AbortSignal): Promise<boolean>;
  /**
   * Renews until the signal aborts: undefined, or until the lease is lost. From then on `isLeader` is false for ever, and
   * the lease is not released: work that does not end may go on for a while.
   */
  hold(signal: AbortSignal): Promise<LeaderElectionLostError | undefined>;
  /**
   * Gives the lease up if it is still ours, also after an attempt to acquire it whose answer never came. Call it when all
   * work has ended. Gives up after `renewDeadlineMs` and when the signal aborts. Never rejects.
   */
  release(signal: AbortSignal): Promise<void>;
  /** Whether no other candidate can be leader at this moment: asks the clock, so that it is right after any pause. */
  isLeader(): boolean;
  /** How often the lease had been acquired before this leader; grows with each leader. Undefined before it is leader. */
  readonly fencingToken: number | undefined;
  /** The lease as it was last seen. */
  readonly lease: Lease | undefined;
  /** Why the requests for the lease have been failing for longer than `renewDeadlineMs`. */
  readonly problem: string | undefined;
}

export interface ElectorOptions {
  /** Best of its own: other requests must not delay these. */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly election: Election;
  readonly logger: Logger;
  /** A renewal needed a read, because the lease was not as it was left. */
  readonly onSlowRenewal?: () => void;
}

/** When something began, on both clocks. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** A failure that repeats is told so often. */
const REPEAT_MS = 60_000;

export function createElector(options: ElectorOptions): Elector {
  const { client, clock, random, election, onSlowRenewal } = options;
  const { leaseName, namespace, identity, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = election;
  const key = { namespace, name: leaseName };
  const logger = options.logger.child({ lease: `${namespace}/${leaseName}`, identity });

  /** The last version of the lease, and the moment at which its record was first seen as it is. */
  let seen: { readonly lease: Lease; readonly since: number } | undefined;
  let term: Term | undefined;
  /** When the last successful write of this term was sent; undefined when not leader. */
  let renewed: Moment | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let failing: { readonly since: number; told: number; message: string } | undefined;

  const limited = <T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withTimeLimit(clock, requestLimitMs(election), signal, call);

  async function read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      const lease = await limited(signal, (signal) => client.get(Lease, key, { signal }));
      observe(lease);
      return lease;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  function observe(lease: Lease): void {
    const same = seen !== undefined && recordText(seen.lease) === recordText(lease);
    const leader = holderOf(lease);
    if (leader !== '' && leader !== identity && (seen === undefined || holderOf(seen.lease) !== leader)) {
      logger.info('New leader elected', { leader });
    }
    seen = { lease, since: same ? seen!.since : clock.monotonic() };
  }

  /** Makes the lease ours for another while. @returns when that was sent: from then on time counts */
  async function write(found: Lease | undefined, current: Term, signal: AbortSignal): Promise<Moment> {
    const sent = { monotonic: clock.monotonic(), wall: clock.now() };
    // A clock that was set back must not make a record that looks as if nobody had written it.
    writtenAt = Math.max(sent.wall, writtenAt + 1);
    const lease = heldLease(found ?? { metadata: key }, current, leaseDurationMs, writtenAt);
    const stored = await limited(signal, (signal) =>
      found === undefined ? client.create(Lease, lease, { signal }) : client.update(Lease, lease, { signal }),
    );
    observe(stored);
    return sent;
  }

  /** When the record that was last seen may be overwritten, in ms from now. */
  function remainingMs(): number {
    if (seen === undefined || holderOf(seen.lease) === '') return 0;
    return seen.since + (durationOf(seen.lease) ?? leaseDurationMs) - clock.monotonic();
  }

  async function tryAcquire(signal: AbortSignal): Promise<Moment | undefined> {
    const found = await read(signal);
    // What we see may be our own attempt whose answer was lost. A lease that somebody has deleted is held on.
    if (!(found !== undefined && isOf(term, found)) && remainingMs() > 0) return undefined;
    if (found === undefined || !isOf(term, found)) {
      const transitions = seen === undefined ? 0 : transitionsOf(seen.lease) + 1;
      // One attempt repeated: whichever of its requests arrives, the record is ours.
      if (term?.transitions !== transitions) {
        term = { identity, transitions, acquireTime: formatMicroTime(clock.now()) };
      }
    }
    try {
      return await write(found, term!, signal);
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return undefined;
      throw error;
    }
  }

  /** @returns undefined when the lease is not ours any more */
  async function tryRenew(current: Term, signal: AbortSignal): Promise<Moment | undefined> {
    try {
      return await write(seen?.lease, current, signal);
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
    onSlowRenewal?.();
    const found = await read(signal);
    if (found !== undefined && !isOf(current, found)) return undefined;
    return write(found, current, signal);
  }

  function succeeded(): void {
    if (failing !== undefined) logger.info('Requests for the lease succeed again');
    failing = undefined;
  }

  function failed(error: unknown): void {
    const now = clock.monotonic();
    const message = explain(error);
    failing ??= { since: now, told: Number.NEGATIVE_INFINITY, message: '' };
    if (failing.message === message && now - failing.told < REPEAT_MS) return;
    failing.told = now;
    failing.message = message;
    logger.error('Request for the lease failed', { error: message });
  }

  function explain(error: unknown): string {
    const said = error instanceof Error ? error.message : String(error);
    const what = `lease ${namespace}/${leaseName}: ${said}`;
    if (isForbidden(error)) {
      return `${what}; grant get, create and update on leases.coordination.k8s.io in the namespace ${namespace} (opwright manifests --leader-elect prints the Role)`;
    }
    if (isNotFound(error)) return `${what}; create the namespace, or set leaderElection.namespace to one that exists`;
    return what;
  }

  return {
    async acquire(signal) {
      logger.info('Attempting to acquire leader lease');
      while (!signal.aborted) {
        try {
          const sent = await tryAcquire(signal);
          succeeded();
          if (sent !== undefined && !signal.aborted) {
            renewed = sent;
            logger.info('Successfully acquired lease', { transitions: term?.transitions });
            return true;
          }
        } catch (error) {
          if (signal.aborted) break;
          failed(error);
        }
        const jittered = retryPeriodMs * (1 + JITTER * random.next());
        const remaining = remainingMs();
        await sleep(clock, remaining > 0 ? Math.min(remaining, jittered) : jittered, signal);
      }
      return false;
    },

    async hold(signal) {
      if (term === undefined || renewed === undefined) throw new Error('hold needs a lease: call acquire first');
      const ended = new AbortController();
      let lost: LeaderElectionLostError | undefined;
      const stop = () => ended.abort();
      const lose = (why: string) => {
        lost ??= new LeaderElectionLostError(why);
        renewed = undefined;
        ended.abort();
      };
      const deadline = (): Timer =>
        clock.setTimeout(
          () => lose(failing?.message ?? `not renewed within ${renewDeadlineMs / 1000} s`),
          renewed!.monotonic + renewDeadlineMs - clock.monotonic(),
        );
      let timer = deadline();
      let triedAt = renewed.monotonic;
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
      for (;;) {
        // After a request that took long the next follows at once: the deadline does not wait.
        await sleep(clock, Math.max(0, triedAt + retryPeriodMs - clock.monotonic()), ended.signal);
        if (ended.signal.aborted) break;
        triedAt = clock.monotonic();
        try {
          const sent = await tryRenew(term, ended.signal);
          if (ended.signal.aborted) break;
          succeeded();
          if (sent === undefined) lose(`the lease is held by ${leaderName(seen?.lease)}`);
          else {
            renewed = sent;
            timer.cancel();
            timer = deadline();
          }
        } catch (error) {
          if (!ended.signal.aborted) failed(error);
        }
      }
      timer.cancel();
      signal.removeEventListener('abort', stop);
      if (lost) logger.error('Failed to renew lease', { error: lost });
      return lost;
    },

    async release(signal) {
      renewed = undefined;
      if (term === undefined) return;
      const limit = new AbortController();
      const giveUp = () => limit.abort(new Error('there was no time left'));
      const timer = clock.setTimeout(giveUp, renewDeadlineMs);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp);
      let problem: unknown;
      while (!limit.signal.aborted) {
        try {
          const found = await read(limit.signal);
          // Compared with what is there now, not with what we believe: it may be somebody else's by now.
          if (found !== undefined && isOf(term, found)) {
            await limited(limit.signal, (signal) =>
              client.update(Lease, releasedLease(found, clock.now()), { signal }),
            );
            logger.info('Released lease');
          }
          problem = undefined;
          break;
        } catch (error) {
          problem = error;
          if (!isConflict(error)) await sleep(clock, Math.min(retryPeriodMs, 1000), limit.signal);
        }
      }
      timer.cancel();
      signal.removeEventListener('abort', giveUp);
      if (problem) logger.warn('The lease was not released, it ends by itself', { error: explain(problem) });
    },

    isLeader() {
      if (renewed === undefined) return false;
      // Both clocks: one may have stood still while the machine was suspended, the other may have been set.
      return clock.monotonic() - renewed.monotonic < renewDeadlineMs && clock.now() - renewed.wall < renewDeadlineMs;
    },
    get fencingToken() {
      return renewed === undefined ? undefined : term?.transitions;
    },
    get lease() {
      return seen?.lease;
    },
    get problem() {
      if (failing === undefined || clock.monotonic() - failing.since < renewDeadlineMs) return undefined;
      return failing.message;
    },
  };
}

function leaderName(lease: Lease | undefined): string {
  const holder = lease === undefined ? '' : holderOf(lease);
  return holder === '' ? 'nobody' : holder;
}
