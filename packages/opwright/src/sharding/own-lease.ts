import type { Client } from '@opwright/client';
import { type Clock, isAlreadyExists, isConflict, isNotFound, type Random, sleep } from '@opwright/machinery';
import type { LeaseRequests } from '../election/lease-requests.ts';
import { type Moment, momentOf } from '../election/moment.ts';
import { tryFor } from '../election/try-for.ts';
import type { Logger } from '../manager/logger.ts';
import { Lease, memberLease } from './leases.ts';
import type { Sharding } from './options.ts';

export interface OwnLeaseOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sharding: Sharding;
  readonly requests: LeaseRequests;
  /** Never used by anybody else: who takes a name over could take keys over by mistake. */
  readonly name: string;
  /** What the Lease is to say of rosters. */
  readonly acknowledged: () => string;
}

/** The Lease by which a replica shows that it is a member. */
export interface OwnLease {
  /** As it was written last. */
  readonly written: Lease | undefined;
  /** Creates it, again and again until that succeeds. @returns when it was sent; undefined when `stopping` has aborted before */
  join(stopping: AbortSignal): Promise<Moment | undefined>;
  /** Writes it once. @returns when it was sent, or why we are no member any more */
  renew(signal: AbortSignal): Promise<Moment | string>;
  /** Deletes it, if it was ever sent. Gives up when that takes too long, or `killed` aborts: it ends by itself then. */
  remove(killed: AbortSignal): Promise<void>;
}

export function createOwnLease(options: OwnLeaseOptions): OwnLease {
  const { client, clock, random, logger, sharding, requests, name, acknowledged } = options;
  const { leaseName: group, namespace, identity, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = sharding;
  const key = { namespace, name };
  let written: Lease | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let attempted = false;

  /** Makes the Lease say that we are here, and what we have acknowledged. @returns when that was sent */
  async function write(found: Lease | undefined, signal: AbortSignal): Promise<Moment> {
    const sent = momentOf(clock);
    // A clock that was set back must not make a record that looks as if nobody had written it.
    writtenAt = Math.max(sent.wall, writtenAt + 1);
    const record = { group, name, namespace, identity, durationMs: leaseDurationMs, acknowledged: acknowledged() };
    const next = memberLease(found, record, writtenAt);
    attempted = true;
    written = await requests.limited(signal, (signal) =>
      found === undefined ? client.create(Lease, next, { signal }) : client.update(Lease, next, { signal }),
    );
    return sent;
  }

  async function create(signal: AbortSignal): Promise<Moment> {
    try {
      return await write(undefined, signal);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      // An attempt of ours whose answer never came.
      return write(await read(signal), signal);
    }
  }

  function read(signal: AbortSignal): Promise<Lease> {
    return requests.limited(signal, (signal) => client.get(Lease, key, { signal }));
  }

  return {
    get written() {
      return written;
    },
    async join(stopping) {
      while (!stopping.aborted) {
        try {
          const sent = await create(stopping);
          requests.succeeded();
          return stopping.aborted ? undefined : sent;
        } catch (error) {
          if (stopping.aborted) return undefined;
          requests.failed(error);
        }
        await sleep(clock, retryPeriodMs * (0.5 + 0.5 * random.next()), stopping);
      }
      return undefined;
    },
    async renew(signal) {
      const gone = 'its Lease was deleted: the others have not seen it renewed';
      try {
        return await write(written, signal);
      } catch (error) {
        if (isNotFound(error)) return gone;
        if (!isConflict(error)) throw error;
      }
      // A write of ours whose answer was lost, or somebody who has touched the Lease.
      try {
        const found = await read(signal);
        if (found.metadata.uid !== written?.metadata.uid) return gone;
        written = found;
      } catch (error) {
        if (isNotFound(error)) return gone;
        throw error;
      }
      return write(written, signal);
    },
    async remove(killed) {
      if (!attempted) return;
      const pauseMs = Math.min(retryPeriodMs, 1000);
      const problem = await tryFor({ clock, limitMs: renewDeadlineMs, pauseMs, signal: killed }, async (signal) => {
        try {
          await requests.limited(signal, (signal) => client.delete(Lease, key, { signal }));
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      });
      if (problem) logger.warn('The lease was not deleted, it ends by itself', { error: requests.explain(problem) });
      else logger.info('Left');
    },
  };
}
