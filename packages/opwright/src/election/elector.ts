import type { Client } from '@opwright/client';
import {
  type Clock,
  formatMicroTime,
  isAlreadyExists,
  isConflict,
  isNotFound,
  type Random,
  sleep,
} from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import { holdLease } from './hold.ts';
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
import { createLeaseRequests } from './lease-requests.ts';
import { LeaseLostError } from './lost.ts';
import { isWithin, type Moment, momentOf } from './moment.ts';
import { type Election, JITTER } from './options.ts';
import { tryFor } from './try-for.ts';

/** The lease is gone, or may be by now: everything that needs it must end, and the process with it. */
export class LeaderElectionLostError extends LeaseLostError {
  override readonly name: string = 'LeaderElectionLostError';

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
  const requests = createLeaseRequests({
    clock,
    logger,
    lease: `${namespace}/${leaseName}`,
    namespace,
    renewDeadlineMs,
    missingRights: `grant get, create and update on leases.coordination.k8s.io in the namespace ${namespace} (opwright manifests --leader-elect prints the Role)`,
    namespaceOption: 'leaderElection.namespace',
  });
  const { limited, explain } = requests;

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
    const sent = momentOf(clock);
    // A clock that was set back must not make a record that looks as if nobody had written it.
    writtenAt = Math.max(sent.wall, writtenAt + 1);
    const lease = heldLease(found ?? { metadata: key }, current, leaseDurationMs, writtenAt, election.labels);
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

  return {
    async acquire(signal) {
      logger.info('Attempting to acquire leader lease');
      while (!signal.aborted) {
        try {
          const sent = await tryAcquire(signal);
          requests.succeeded();
          if (sent !== undefined && !signal.aborted) {
            renewed = sent;
            logger.info('Successfully acquired lease', { transitions: term?.transitions });
            return true;
          }
        } catch (error) {
          if (signal.aborted) break;
          requests.failed(error);
        }
        const jittered = retryPeriodMs * (1 + JITTER * random.next());
        const remaining = remainingMs();
        await sleep(clock, remaining > 0 ? Math.min(remaining, jittered) : jittered, signal);
      }
      return false;
    },

    async hold(signal) {
      if (term === undefined || renewed === undefined) throw new Error('hold needs a lease: call acquire first');
      const current = term;
      const why = await holdLease(
        {
          clock,
          retryPeriodMs,
          renewDeadlineMs,
          requests,
          since: renewed,
          renew: async (signal) =>
            (await tryRenew(current, signal)) ?? `the lease is held by ${leaderName(seen?.lease)}`,
          renewed(sent) {
            renewed = sent;
          },
          lost() {
            renewed = undefined;
          },
        },
        signal,
      );
      if (why === undefined) return undefined;
      const lost = new LeaderElectionLostError(why);
      logger.error('Failed to renew lease', { error: lost });
      return lost;
    },

    async release(signal) {
      renewed = undefined;
      if (term === undefined) return;
      const pauseMs = Math.min(retryPeriodMs, 1000);
      const problem = await tryFor({ clock, limitMs: renewDeadlineMs, pauseMs, signal }, async (signal) => {
        const found = await read(signal);
        // Compared with what is there now, not with what we believe: it may be somebody else's by now.
        if (found === undefined || !isOf(term, found)) return;
        await limited(signal, (signal) => client.update(Lease, releasedLease(found, clock.now()), { signal }));
        logger.info('Released lease');
      });
      if (problem) logger.warn('The lease was not released, it ends by itself', { error: explain(problem) });
    },

    isLeader: () => renewed !== undefined && isWithin(clock, renewed, renewDeadlineMs),
    get fencingToken() {
      return renewed === undefined ? undefined : term?.transitions;
    },
    get lease() {
      return seen?.lease;
    },
    get problem() {
      return requests.problem;
    },
  };
}

function leaderName(lease: Lease | undefined): string {
  const holder = lease === undefined ? '' : holderOf(lease);
  return holder === '' ? 'nobody' : holder;
}
