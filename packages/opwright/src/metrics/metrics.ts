import type { Transport } from '@opwright/client';
import { type AnyResource, type Clock, createMetricRegistry, type MetricRegistry } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import { createCacheMetrics } from './caches.ts';
import { type ControllerMetrics, createControllerMetrics } from './controller.ts';
import { createElectionMetrics, type ElectionMetrics } from './election.ts';
import { createRequestMetrics } from './requests.ts';
import { createShardingMetrics, type ShardingMetrics, type ShardingSources } from './sharding.ts';
import { createWebhookMetrics, type WebhookMetrics } from './webhooks.ts';

/** The metrics of one manager, in a registry of their own. */
export interface Metrics {
  readonly contentType: string;
  /** The text that `/metrics` serves. */
  text(): Promise<string>;
  /** @param cluster whose objects it reconciles; the manager's own has no label */
  controller(name: string, cluster?: string): ControllerMetrics;
  /** Registers the metrics of an election; to be called where there is one. */
  election(leaseName: string): ElectionMetrics;
  sharding(leaseName: string, sources: ShardingSources): ShardingMetrics;
  webhooks(): WebhookMetrics;
  watchFailed(resource: AnyResource, reason: string, cluster?: string): void;
  eventFailed(): void;
  eventDiscarded(): void;
  /** A transport that counts its requests. `host` is a label. */
  instrument(transport: Transport, host: string): Transport;
  observeCache(cache: Cache, cluster?: string): void;
  /** The cluster was removed: nothing is told of it any more but what was counted. */
  forgetCluster(cluster: string): void;
}

export function createMetrics(clock: Clock): Metrics {
  const registry = createMetricRegistry();
  const controllers = createControllerMetrics(registry, clock);
  readProcess(registry);
  const instrument = createRequestMetrics(registry);
  const caches = createCacheMetrics(registry, clock);
  const eventErrors = registry.counter('opwright_event_errors_total', 'Events that could not be recorded.')();
  const eventDiscards = registry.counter(
    'opwright_event_discards_total',
    'Events beyond what is said about one object.',
  )();
  return {
    contentType: registry.contentType,
    text: registry.text,
    controller: controllers.controller,
    election: (leaseName) => createElectionMetrics(registry, leaseName),
    sharding: (leaseName, sources) => createShardingMetrics(registry, leaseName, sources),
    webhooks: () => createWebhookMetrics(registry, clock),
    watchFailed: caches.watchFailed,
    eventFailed: () => eventErrors.inc(),
    eventDiscarded: () => eventDiscards.inc(),
    instrument,
    observeCache: caches.observe,
    forgetCluster(cluster) {
      caches.forgetCluster(cluster);
      controllers.forgetCluster(cluster);
    },
  };
}

/** What Prometheus' own libraries tell of a process. */
function readProcess(registry: MetricRegistry): void {
  registry.read('gauge', 'process_resident_memory_bytes', 'Memory of this process.', () => [
    [{}, process.memoryUsage.rss()],
  ]);
  registry.read('counter', 'process_cpu_seconds_total', 'CPU time of this process.', () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
}
