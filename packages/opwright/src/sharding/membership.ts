import type { Client } from '@opwright/client';
import type { Clock, Random } from '@opwright/machinery';
import { createInformer } from '../cache/informer.ts';
import { holdLease } from '../election/hold.ts';
import { createLeaseRequests } from '../election/lease-requests.ts';
import { LeaseLostError } from '../election/lost.ts';
import { isWithin, type Moment } from '../election/moment.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import type { ShardingMetrics } from '../metrics/sharding.ts';
import { createHandOver } from './hand-over.ts';
import { createInWork } from './in-work.ts';
import { groupOf, Lease, MEMBER_OF, rosterName } from './leases.ts';
import { createMemberRules } from './member.ts';
import type { Sharding } from './options.ts';
import { createOwnLease } from './own-lease.ts';
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

export function createMembership(options: MembershipOptions): Membership {
  const { client, clock, random, sharding, recorder, reporter, metrics, stopping, killed } = options;
  const { leaseName, namespace, identity, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = sharding;
  // Never used again: who takes a name over could take keys over by mistake.
  const name = `${leaseName}-${random.uuid().slice(0, 8)}`;
  const logger = options.logger.child({ lease: `${namespace}/${name}`, identity });
  const requestsFor = (lease: string) =>
    createLeaseRequests({
      clock,
      logger,
      namespace,
      lease: `${namespace}/${lease}`,
      renewDeadlineMs,
      missingRights: `grant get, list, watch, create, update and delete on leases.coordination.k8s.io in the namespace ${namespace} (opwright manifests --shard prints the Role)`,
      namespaceOption: 'sharding.namespace',
    });
  const requests = requestsFor(name);
  const rosterRequests = requestsFor(rosterName(leaseName));
  const rules = createMemberRules(name);
  const inWork = createInWork();
  const ended = new AbortController();
  const endNow = () => ended.abort();
  const following = new AbortController();
  const observed = createWake();
  const toSay = createWake();

  let renewed: Moment | undefined;
  let shown = false;
  let lostWhy: string | undefined;
  let onGained: (gained: (key: string) => boolean) => void = () => {};
  let running: Promise<void> = Promise.resolve();

  const lease = createOwnLease({
    client,
    clock,
    random,
    logger,
    sharding,
    requests,
    name,
    acknowledged: () => rules.acknowledged,
  });
  const handOver = createHandOver({
    name,
    rules,
    inWork,
    clock,
    logger,
    metrics,
    onAcknowledged: toSay.call,
    onGained: (gained) => onGained(gained),
  });
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
    const group = groupOf(leaseName, informer.store.values() as Iterable<Lease>);
    if (group.members.some((member) => member.name === name)) shown = true;
    else if (shown) loseBecause('its Lease is gone: the others have not seen it renewed');
    handOver.observe(group);
    observed.call();
  }

  function loseBecause(why: string): void {
    lostWhy ??= why;
    renewed = undefined;
    ended.abort();
  }

  function say(message: string, type?: 'Warning'): void {
    if (!lease.written) return;
    recorder.record(lease.written, { ...(type && { type }), reason: 'Sharding', message }, reporter);
  }

  async function live(): Promise<void> {
    logger.info('Joining');
    renewed = await lease.join(stopping);
    if (!renewed) return;
    metrics.joined(true);
    logger.info('Joined');
    say(`${identity} joined`);
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
          say(`${identity} has evicted ${member.identity}, which did not renew its lease`, 'Warning');
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
        renew: lease.renew,
        renewed(sent) {
          if (ended.signal.aborted) return;
          renewed = sent;
          handOver.remind();
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

  return {
    owns: (key) => rules.owns(key),
    begin(key) {
      if (!rules.owns(key)) return false;
      inWork.begin(key);
      return true;
    },
    end(key) {
      inWork.end(key);
      if (!ended.signal.aborted) handOver.advance();
    },
    mayWrite: () => renewed !== undefined && isWithin(clock, renewed, renewDeadlineMs),
    get fencingToken() {
      return renewed !== undefined && handOver.takesPart() ? rules.taken?.number : undefined;
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
      const { waitingMs: ms } = handOver;
      return ms === undefined ? undefined : { ms, identities: rules.waitingFor().map((member) => member.identity) };
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
      if (lostWhy !== undefined) return;
      renewed = undefined;
      say(`${identity} left`);
      await lease.remove(killed);
    },
  };
}
