import type { AnyResource, Clock, MetricRegistry } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { Informer } from '../cache/informer.ts';

/** What the caches of the clusters report. The manager's own cluster has no label. */
export interface CacheMetrics {
  observe(cache: Cache, cluster?: string): void;
  forgetCluster(cluster: string): void;
  watchFailed(resource: AnyResource, reason: string, cluster?: string): void;
}

export function createCacheMetrics(registry: MetricRegistry, clock: Clock): CacheMetrics {
  const caches = new Map<string | undefined, Cache>();
  const watchErrors = registry.counter('opwright_watch_errors_total', 'Failed lists and watches, by reason.');
  const labelsOf = ({ group, plural }: AnyResource, cluster: string | undefined, reason?: string) => ({
    group,
    resource: plural,
    ...(reason !== undefined && { reason }),
    ...(cluster && { cluster }),
  });
  const perKind = (read: (informers: readonly Informer[]) => number) => () => {
    // A kind may be cached several times: with selectors, or its metadata only. The last one is told.
    const kinds = new Map<string, readonly [Record<string, string>, number]>();
    for (const [cluster, { kinds: cached }] of caches) {
      for (const { resource, informers } of cached) {
        const labels = labelsOf(resource, cluster);
        kinds.set(JSON.stringify(labels), [labels, read(informers)]);
      }
    }
    return kinds.values();
  };
  registry.read(
    'gauge',
    'opwright_cache_objects',
    'Objects in the cache.',
    perKind((informers) => informers.reduce((sum, { store }) => sum + store.size, 0)),
  );
  registry.read(
    'gauge',
    'opwright_watch_last_event_age_seconds',
    'Time since the server was last heard of; NaN before the first list.',
    perKind((informers) =>
      Math.max(...informers.map(({ state }) => (clock.monotonic() - (state.lastEventAt ?? Number.NaN)) / 1000)),
    ),
  );
  return {
    observe: (cache, cluster) => caches.set(cluster, cache),
    forgetCluster: (cluster) => caches.delete(cluster),
    watchFailed: (resource, reason, cluster) => watchErrors(labelsOf(resource, cluster, reason)).inc(),
  };
}
