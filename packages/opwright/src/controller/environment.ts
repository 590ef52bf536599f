import type { Client } from '@opwright/client';
import type { Clock, Random } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import type { Tracing } from '../manager/tracing.ts';
import type { ControllerMetrics } from '../metrics/controller.ts';
import type { Shard } from '../sharding/shard-queue.ts';

/** A cluster, for controllers that read or write there beside their own. */
export interface ClusterAccess {
  readonly name: string;
  readonly client: Client;
  readonly cache: Cache;
}

/** What a controller needs from its manager. It reconciles the objects of one cluster. */
export interface ControllerEnvironment {
  readonly cluster: string;
  readonly operator: string;
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  readonly metrics: ControllerMetrics;
  readonly tracing: Tracing;
  /** Aborts when the manager stops: no new work, waits end early. */
  readonly stopping: AbortSignal;
  /** Aborts when the time to finish is over: requests end. */
  readonly killed: AbortSignal;
  /** That of the term, when there is an election; that of the roster, when replicas share the keys. */
  readonly fencingToken?: () => number | undefined;
  /** Which keys are this replica's; absent = all. */
  readonly shard?: Shard | undefined;
}
