import type { Client } from '@opwright/client';
import { type Clock, isAlreadyExists, isConflict, isNotFound, type Random, sleep } from '@opwright/machinery';
import type { LeaseRequests } from '../election/lease-requests.ts';
import type { Logger } from '../manager/logger.ts';
import { groupOf, isComplete, Lease, MEMBER_OF, type Member, rosterLease, rosterName } from './leases.ts';
import type { MemberRules } from './member.ts';
import type { Sharding } from './options.ts';
import type { Wake } from './wake.ts';

export interface RosterKeeperOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sharding: Sharding;
  readonly requests: LeaseRequests;
  readonly rules: MemberRules;
  /** Something was observed. */
  readonly changed: Wake;
  readonly onEvicted: (member: Member) => void;
}

/** Between two attempts. */
const PACE_MS = 500;

/**
 * Keeps the roster equal to the members that exist until the signal aborts: deletes the Leases of those that were silent for
 * too long, and writes the next roster when somebody has come or gone. All members do so, whoever is first.
 */
export async function keepRoster(options: RosterKeeperOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, random, logger, rules, requests, changed } = options;
  const { leaseName, namespace } = options.sharding;

  async function evict(member: Member): Promise<void> {
    const { name, uid, resourceVersion, identity } = member;
    try {
      await requests.limited(signal, (signal) =>
        // Only as long as it has not renewed.
        client.delete(Lease, { namespace, name }, { signal, preconditions: { uid, resourceVersion } }),
      );
      logger.warn('Evicted a member that has not renewed its lease', { member: name, memberIdentity: identity });
      options.onEvicted(member);
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }

  async function read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await client.get(Lease, { namespace, name: rosterName(leaseName) }, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async function publish(): Promise<void> {
    const found = await requests.limited(signal, read);
    // After the roster, so that whoever is missing here has no Lease while that roster holds.
    const leases = await requests.limited(signal, (signal) =>
      client.list(Lease, { namespace, labelSelector: `${MEMBER_OF}=${leaseName}`, signal }),
    );
    const { members } = groupOf(leaseName, leases.items);
    const { roster } = groupOf(leaseName, found === undefined ? [] : [found]);
    if (members.length === 0 || isComplete({ roster, members })) return;
    const names = members.map(({ name }) => name);
    const next = rosterLease(found, { group: leaseName, namespace }, names, clock.now());
    try {
      await requests.limited(signal, (signal) =>
        found === undefined ? client.create(Lease, next, { signal }) : client.update(Lease, next, { signal }),
      );
    } catch (error) {
      // Somebody else was faster.
      if (!isConflict(error) && !isAlreadyExists(error)) throw error;
    }
  }

  while (!signal.aborted) {
    const expired = rules.expired(clock.monotonic());
    if (expired.length === 0 && !rules.needsRoster()) {
      await changed.wait(clock, rules.nextExpiryMs(clock.monotonic()) ?? PACE_MS, signal);
      continue;
    }
    try {
      for (const member of expired) await evict(member);
      // All members see the same at the same time: most of them need not write.
      if (rules.members > 1) await sleep(clock, PACE_MS * random.next(), signal);
      if (!signal.aborted && rules.needsRoster()) await publish();
      requests.succeeded();
    } catch (error) {
      if (!signal.aborted) requests.failed(error);
    }
    await changed.wait(clock, PACE_MS, signal);
  }
}
