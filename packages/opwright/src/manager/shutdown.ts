import { type Clock, sleep } from '@opwright/machinery';
import type { WebhookServer } from '../webhooks/server.ts';
import type { Clusters } from './clusters.ts';
import type { Endpoints } from './endpoints.ts';
import type { Logger } from './logger.ts';
import type { Replica } from './replica.ts';

/** What a manager has to end. */
export interface ShutdownOptions {
  readonly clusters: Clusters;
  readonly replica: Replica;
  readonly webhooks: WebhookServer | undefined;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly gracePeriodMs: number;
  readonly stopping: AbortController;
  readonly killed: AbortController;
}

/**
 * Ends work, then the part among the replicas, caches, webhooks, servers, all within one grace period. What has not ended by then is
 * broken off, and not waited for. @throws Error when that was needed
 */
export async function shutDown(options: ShutdownOptions): Promise<void> {
  const { clusters, replica, webhooks, endpoints, clock, logger, gracePeriodMs, stopping, killed } = options;
  logger.info('Stopping and waiting for controllers');
  stopping.abort(new Error('the manager is stopping'));
  const grace = new AbortController();
  let overrun = false;
  const expire = async () => {
    await sleep(clock, gracePeriodMs, AbortSignal.any([grace.signal, killed.signal]));
    // A lost lease leaves no time but for what ends by itself.
    if (!grace.signal.aborted) await sleep(clock, 0, grace.signal);
    if (grace.signal.aborted) return;
    overrun = true;
    killed.abort(new Error('the grace period of the manager is over'));
    clusters.kill();
  };
  const expired = expire();
  const orderly = async () => {
    await clusters.stopControllers();
    await replica.leave();
    await clusters.close();
    await webhooks?.close(killed.signal);
  };
  await Promise.race([orderly(), expired]);
  grace.abort();
  await expired;
  killed.abort(new Error('the manager has stopped'));
  await webhooks?.close(killed.signal);
  await endpoints.close();
  if (overrun)
    throw new Error(`failed waiting for all runnables to end within grace period of ${gracePeriodMs / 1000}s`);
  logger.info('Stopped');
}
