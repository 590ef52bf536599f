import type { Client, Transport } from '@opwright/client';
import type { Clock, Random } from '@opwright/machinery';
import { lifeline } from '../election/lifeline.ts';
import type { LeaseLostError } from '../election/lost.ts';
import { resolveElection } from '../election/options.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createMembership, type Membership } from '../sharding/membership.ts';
import { resolveSharding } from '../sharding/options.ts';
import type { Shard } from '../sharding/shard-queue.ts';
import { type Campaign, createCampaign } from './campaign.ts';
import type { Clusters } from './clusters.ts';
import type { Logger } from './logger.ts';
import type { ManagerOptions } from './options.ts';
import type { HealthCheck } from './probes.ts';

export interface ReplicaSurroundings {
  /** Of the operator. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Those of the manager. */
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
}

/** The cluster in which replicas find each other. */
export interface MeetingPlace {
  readonly recorder: EventRecorder;
  readonly transport: Transport;
  clientOf(transport: Transport, userAgent: string): Client;
}

/** What this process is among the replicas of its operator: the only one, a candidate for the lead, or a member that has a share. */
export interface Replica {
  /** There is neither election nor sharding: it may always work. */
  readonly isAlone: boolean;
  /** Whether it may write at this moment. */
  mayWork(): boolean;
  readonly fencingToken: number | undefined;
  /** Its share of the keys; undefined = all. */
  readonly shard: Shard | undefined;
  /** Why it may not work, or cannot say that it may. */
  readonly problem: string | undefined;
  /** The same as health checks; to be called after `meet`. */
  checks(): Readonly<Record<string, HealthCheck>>;
  /** To be called once, before all else. @param clusters whose keys are told in metrics */
  meet(place: MeetingPlace, clusters: Pick<Clusters, 'count'>): void;
  /**
   * Takes part. Calls `begin` when this replica may work, with sharding again after each hand-over, with the keys that it has
   * gained; and `lose` at once when it may not any more.
   */
  run(begin: (gained?: (key: string) => boolean) => void, lose: (error: LeaseLostError) => void): void;
  /** To be called when all work has ended: lets others take over without delay. */
  leave(): Promise<void>;
}

/** @throws Error that names the option when one cannot work */
export function createReplica(
  options: Pick<ManagerOptions, 'leaderElection' | 'sharding'>,
  surroundings: ReplicaSurroundings,
): Replica {
  const { name, clock, random, logger, metrics, stopping, killed } = surroundings;
  const defaults = { operator: name, random };
  const election = options.leaderElection ? resolveElection(options.leaderElection, defaults) : undefined;
  const sharding = options.sharding ? resolveSharding(options.sharding, defaults) : undefined;
  if (election && sharding) throw new Error('leaderElection and sharding exclude each other: leave one of them out');
  let campaign: Campaign | undefined;
  let membership: Membership | undefined;
  const owns = (key: string) => membership?.owns(key) ?? false;

  return {
    isAlone: !election && !sharding,
    mayWork: () => campaign?.isLeader() ?? membership?.mayWrite() ?? true,
    get fencingToken() {
      return campaign?.fencingToken ?? membership?.fencingToken;
    },
    shard: sharding && {
      owns,
      begin: (key) => membership?.begin(key) ?? false,
      end: (key) => membership?.end(key),
    },
    get problem() {
      return campaign?.problem ?? membership?.problem;
    },
    checks: () => ({
      ...(campaign && { leaderElection: () => campaign?.problem }),
      ...(membership && { sharding: () => membership?.problem }),
    }),
    meet({ recorder, transport, clientOf }, clusters) {
      const lease = { clock, random, logger, recorder, reporter: name, stopping, killed };
      if (sharding) {
        membership = createMembership({
          ...lease,
          client: clientOf(lifeline(transport), 'sharding'),
          sharding,
          metrics: metrics.sharding(sharding.leaseName, {
            waitingSeconds: () => (membership?.waiting?.ms ?? 0) / 1000,
            ownedKeys: () => clusters.count(owns),
          }),
        });
      }
      if (election) {
        campaign = createCampaign({
          ...lease,
          client: clientOf(lifeline(transport), 'leader-election'),
          election,
          metrics: metrics.election(election.leaseName),
        });
      }
    },
    run(begin, lose) {
      campaign?.run(() => begin(), lose);
      membership?.run(begin, lose);
    },
    async leave() {
      await campaign?.end();
      await membership?.leave();
    },
  };
}
