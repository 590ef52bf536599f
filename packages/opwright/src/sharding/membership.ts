import type { Client } from '@opwright/client';
import { type Clock, isAlreadyExists, isConflict, isNotFound, type Random, sleep } from '@opwright/machinery';
import { createInformer } from '../cache/informer.ts';
import { holdLease } from '../election/hold.ts';
import { createLeaseRequests } from '../election/lease-requests.ts';
import { LeaseLostError } from '../election/lost.ts';
import { isWithin, type Moment, momentOf } from '../election/moment.ts';
import { tryFor } from '../election/try-for.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import type { ShardingMetrics } from '../metrics/sharding.ts';
import { createInWork } from './in-work.ts';
import { groupOf, Lease, MEMBER_OF, memberLease, rosterName } from './leases.ts';
import { createMemberRules } from './member.ts';
import type { Sharding } from './options.ts';
import { keepRoster } from './roster-keeper.ts';
import type { Shard } from './shard-queue.ts';
import { createWake } from './wake.ts';

/** This replica is no member any more, or may not be: others may own its keys. */
export class MembershipLostError extends LeaseLostError {
  override readonly name: string = 'MembershipLostError';

  constructor(why: string) {
    super(`membership lost: ${why}`);
  }
}

export interface MembershipOptions {
  /** Best of its own: other requests must not delay these. */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sharding: Sharding;
  readonly recorder: EventRecorder;
  /** Who reports the events. */
  readonly reporter: string;
  readonly metrics: ShardingMetrics;
  /** Aborts when the manager stops: who is no member by then does not become one. */
  readonly stopping: AbortSignal;
  /** Aborts when there is no time left to end in order. */
  readonly killed: AbortSignal;
}

/** A manager's part in a group of replicas that share the keys, from joining to leaving. */
export interface Membership extends Shard {
  /** Whether no other member can own this one's keys at this moment: asks the clock, so that it is right after any pause. */
  mayWrite(): boolean;
  /** The number of the roster by which keys are owned: each owner of a key has a higher one than the owner before. */
  readonly fencingToken: number | undefined;
  /** Why this replica takes no part, or cannot say that it still does. */
  readonly problem: string | undefined;
  /** Whose acknowledgement the present hand-over waits for, and for how long already. */
  readonly waiting: { readonly ms: number; readonly identities: readonly string[] } | undefined;
  /**
   * Joins. Calls `onGained` with each hand-over in which this replica may have gained keys, and `onLost` at once when it is
   * no member any more. Begins a life that `leave` ends.
   */
  run(onGained: (gained: (key: string) => boolean) => void, onLost: (error: MembershipLostError) => void): void;
  /** To be called when all work has ended: deletes the Lease, so that the others need not wait, unless it is lost. */
  leave(): Promise<void>;
}

/** A hand-over that takes longer is told, and told again after this. */
const PATIENCE_MS = 5000;
const REPEAT_MS = 60_000;

export function createMembership(options: MembershipOptions): Membership {
  const { client, clock, random, sharding, recorder, reporter, metrics, stopping, killed } = options;
  const { leaseName, namespace, identity, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = sharding;
  // Never used again: who takes a name over could take keys over by mistake.
  const name = `${leaseName}-${random.uuid().slice(0, 8)}`;
  const key = { namespace, name };
  const logger = options.logger.child({ lease: `${namespace}/${name}`, identity });
  const leaseRequests = {
    clock,
    logger,
    namespace,
    renewDeadlineMs,
    missingRights: `grant get, list, watch, create, update and delete on leases.coordination.k8s.io in the namespace ${namespace} (opwright manifests --shard prints the Role)`,
    namespaceOption: 'sharding.namespace',
  };
  const requests = createLeaseRequests({ ...leaseRequests, lease: `${namespace}/${name}` });
  const rosterRequests = createLeaseRequests({ ...leaseRequests, lease: `${namespace}/${rosterName(leaseName)}` });
  const rules = createMemberRules(name);
  const inWork = createInWork();
  const ended = new AbortController();
  const endNow = () => ended.abort();
  const following = new AbortController();
  const observed = createWake();
  const toSay = createWake();

  let lease: Lease | undefined;
  let renewed: Moment | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let attempted = false;
  let shown = false;
  let lostWhy: string | undefined;
  let learnedAt = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let onGained: (gained: (key: string) => boolean) => void = () => {};
  let running: Promise<void> = Promise.resolve();

  const informer = createInformer({
    client,
    resource: Lease,
    scope: { namespace, labelSelector: `${MEMBER_OF}=${leaseName}` },
    clock,
    random,
    logger,
    // Our own renewals are among the events: a watch that does not show them is dead.
    idleTimeoutMs: leaseDurationMs,
  });

  /** Takes in what the watch shows. */
  function look(): void {
    if (ended.signal.aborted) return;
    const before = rules.ownership();
    const wasLearned = rules.learned;
    const wasSettled = rules.taken === rules.learned;
    rules.observe(groupOf(leaseName, informer.store.values() as Iterable<Lease>), clock.monotonic());
    if (rules.exists(name)) shown = true;
    else if (shown) loseBecause('its Lease is gone: the others have not seen it renewed');
    const { learned } = rules;
    if (learned !== undefined && learned !== wasLearned) {
      learnedAt = clock.monotonic();
      toldAt = Number.NEGATIVE_INFINITY;
      metrics.learned(learned.number, learned.members.length);
      logger.info('New roster', { roster: learned.number, members: learned.members.length });
      // Keys may have come back before anybody has taken them.
      if (!wasSettled) tellGained(before);
    }
    advance();
    observed.call();
  }

  /** Does what can be done for a hand-over: acknowledge when nothing works on a lost key, take when all have acknowledged. */
  function advance(): void {
    if (rules.learned === rules.taken) return;
    const acknowledged = rules.acknowledged;
    if (lostInWork(1).length === 0) rules.drained();
    if (rules.acknowledged !== acknowledged) toSay.call();
    const before = rules.ownership();
    // A roster from before we joined is nothing to begin with.
    if (!rules.take() || !takesPart()) return;
    const waitedMs = clock.monotonic() - learnedAt;
    metrics.taken(waitedMs / 1000);
    logger.info('Keys are taken', {
      roster: rules.taken?.number,
      members: rules.members,
      waitedMs: Math.round(waitedMs),
    });
    tellGained(before);
  }

  function tellGained(before: (key: string) => boolean): void {
    const now = rules.ownership();
    onGained((key) => now(key) && !before(key));
  }

  const takesPart = () => rules.taken?.members.includes(name) ?? false;
  const lostInWork = (limit: number) => inWork.find((key) => !rules.owns(key), limit);

  /** Says what a hand-over waits for when it takes long. */
  function remind(): void {
    const now = clock.monotonic();
    if (rules.learned === rules.taken || now - learnedAt < PATIENCE_MS || now - toldAt < REPEAT_MS) return;
    toldAt = now;
    const fields = { roster: rules.learned?.number, waitedMs: Math.round(now - learnedAt) };
    const own = lostInWork(5);
    if (own.length > 0)
      logger.warn('Waiting for reconciles to end before their keys are handed over', { ...fields, keys: own });
    const others = rules.waitingFor().filter((member) => member.name !== name);
    if (others.length > 0) {
      logger.warn('Waiting for members to hand over keys', {
        ...fields,
        waitingFor: others.map((member) => member.identity),
      });
    }
  }

  /** Makes the Lease say that we are here, and what we have acknowledged. @returns when that was sent */
  async function write(found: Lease | undefined, signal: AbortSignal): Promise<Moment> {
    const sent = momentOf(clock);
    // A clock that was set back must not make a record that looks as if nobody had written it.
    writtenAt = Math.max(sent.wall, writtenAt + 1);
    const record = { group: leaseName, name, namespace, identity, durationMs: leaseDurationMs };
    const next = memberLease(found, { ...record, acknowledged: rules.acknowledged }, writtenAt);
    attempted = true;
    lease = await requests.limited(signal, (signal) =>
      found === undefined ? client.create(Lease, next, { signal }) : client.update(Lease, next, { signal }),
    );
    return sent;
  }

  async function join(): Promise<void> {
    logger.info('Joining');
    while (!stopping.aborted) {
      try {
        const sent = await write(undefined, stopping);
        requests.succeeded();
        if (stopping.aborted) return;
        renewed = sent;
        metrics.joined(true);
        logger.info('Joined');
        if (lease) recorder.record(lease, { reason: 'Sharding', message: `${identity} joined` }, reporter);
        return;
      } catch (error) {
        if (stopping.aborted) return;
        // An attempt of ours whose answer never came.
        if (isAlreadyExists(error)) await adopt().catch(requests.failed);
        else requests.failed(error);
      }
      if (renewed) return;
      await sleep(clock, retryPeriodMs * (0.5 + 0.5 * random.next()), stopping);
    }
  }

  async function adopt(): Promise<void> {
    lease = await requests.limited(stopping, (signal) => client.get(Lease, key, { signal }));
    const sent = await write(lease, stopping);
    if (!stopping.aborted) renewed = sent;
  }

  /** @returns when it was sent, or why we are no member any more */
  async function renew(signal: AbortSignal): Promise<Moment | string> {
    const gone = 'its Lease was deleted: the others have not seen it renewed';
    try {
      return await write(lease, signal);
    } catch (error) {
      if (isNotFound(error)) return gone;
      if (!isConflict(error)) throw error;
    }
    // A write of ours whose answer was lost, or somebody who has touched the Lease.
    try {
      const found = await requests.limited(signal, (signal) => client.get(Lease, key, { signal }));
      if (found.metadata.uid !== lease?.metadata.uid) return gone;
      lease = found;
    } catch (error) {
      if (isNotFound(error)) return gone;
      throw error;
    }
    return write(lease, signal);
  }

  function loseBecause(why: string): void {
    lostWhy ??= why;
    renewed = undefined;
    ended.abort();
  }

  async function live(): Promise<void> {
    await join();
    if (!renewed || stopping.aborted) return;
    const keeper = keepRoster(
      {
        client,
        clock,
        random,
        logger,
        sharding,
        requests: rosterRequests,
        rules,
        changed: observed,
        onEvicted: (member) => {
          metrics.evicted();
          if (!lease) return;
          const message = `${identity} has evicted ${member.identity}, which did not renew its lease`;
          recorder.record(lease, { type: 'Warning', reason: 'Sharding', message }, reporter);
        },
      },
      ended.signal,
    );
    const why = await holdLease(
      {
        clock,
        retryPeriodMs,
        renewDeadlineMs,
        requests,
        since: renewed,
        renew,
        renewed(sent) {
          if (ended.signal.aborted) return;
          renewed = sent;
          remind();
        },
        lost() {
          renewed = undefined;
        },
        pause: (ms, signal) => toSay.wait(clock, ms, signal),
      },
      ended.signal,
    );
    lostWhy ??= why;
    ended.abort();
    await keeper;
  }

  async function deleteLease(): Promise<void> {
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
  }

  return {
    owns: (key) => rules.owns(key),
    begin(key) {
      if (!rules.owns(key)) return false;
      inWork.begin(key);
      return true;
    },
    end(key) {
      inWork.end(key);
      if (!ended.signal.aborted) advance();
    },
    mayWrite: () => renewed !== undefined && isWithin(clock, renewed, renewDeadlineMs),
    get fencingToken() {
      return renewed !== undefined && takesPart() ? rules.taken?.number : undefined;
    },
    get problem() {
      if (lostWhy !== undefined) return `membership lost: ${lostWhy}`;
      const problem = requests.problem ?? rosterRequests.problem;
      if (problem !== undefined) return problem;
      if (renewed === undefined) return requests.failure ?? 'not a member yet';
      const { lastError, failingSince } = informer.state;
      if (!lastError || clock.monotonic() - (failingSince ?? 0) < leaseDurationMs) return undefined;
      return `the members are not followed any more: ${lastError.message}`;
    },
    get waiting() {
      if (rules.learned === rules.taken) return undefined;
      return { ms: clock.monotonic() - learnedAt, identities: rules.waitingFor().map((member) => member.identity) };
    },
    run(gained, onLost) {
      onGained = gained;
      killed.addEventListener('abort', endNow);
      informer.listen(look);
      const follow = informer.run(following.signal);
      running = (async () => {
        await live();
        metrics.joined(false);
        if (lostWhy !== undefined) {
          const lost = new MembershipLostError(lostWhy);
          logger.error('Failed to renew lease', { error: lost });
          onLost(lost);
        }
        if (lostWhy !== undefined || killed.aborted) following.abort();
        await follow;
      })();
    },
    async leave() {
      ended.abort();
      // Nothing needs the watch any more, and nobody waits for us once the Lease is gone.
      following.abort();
      await running;
      killed.removeEventListener('abort', endNow);
      if (lostWhy !== undefined || !attempted) return;
      renewed = undefined;
      if (lease) recorder.record(lease, { reason: 'Sharding', message: `${identity} left` }, reporter);
      await deleteLease();
    },
  };
}
