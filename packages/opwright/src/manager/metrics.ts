import type { Transport } from '@opwright/client';
import type { AnyResource, Clock } from '@opwright/machinery';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Cache } from '../cache/cache.ts';
import type { QueueObserver, WorkQueue } from '../queue/queue.ts';

/** What one controller reports. Names and labels are controller-runtime's. */
export interface ControllerMetrics {
  readonly queue: QueueObserver;
  start(concurrency: number, queue: WorkQueue): void;
  activeWorkers(change: number): void;
  reconciled(result: 'success' | 'error' | 'requeue_after', seconds: number): void;
  failed(terminal: boolean): void;
  /** People were told that an object keeps failing. */
  escalated(): void;
  timedOut(): void;
  /** A reconcile has got stuck, or has ended after all. */
  stuck(stuck: boolean): void;
  /** An object is reconciled again and again by its own writes. */
  hotLoop(): void;
  /** A source outside of the cluster could not be read. */
  sourceFailed(source: string): void;
  /** A reconcile has waited for the cache to show own writes. */
  waitedForCache(seconds: number, timedOut: boolean): void;
  panicked(): void;
}

/** What a candidate for a lease reports. Names and labels are client-go's. */
export interface ElectionMetrics {
  leading(leading: boolean): void;
  /** A renewal needed more than one request. */
  renewedSlowly(): void;
}

/** What a member of a group that shares the keys reports. */
export interface ShardingMetrics {
  joined(joined: boolean): void;
  /** A roster became known. */
  learned(number: number, members: number): void;
  /** Its keys were taken, so many seconds later. */
  taken(seconds: number): void;
  evicted(): void;
}

/** What is asked for when somebody reads the metrics. */
export interface ShardingSources {
  /** How long the present hand-over has been waiting for acknowledgements; 0 = there is none. */
  waitingSeconds(): number;
  /** How many keys of each controller are owned. */
  ownedKeys(): Promise<readonly { readonly controller: string; readonly cluster?: string; readonly count: number }[]>;
}

/** What the webhooks report. `path` is where one is served. */
export interface WebhookMetrics {
  /** Makes the series, at 0. */
  served(path: string): void;
  /** A request came in; the returned function is to be called with the answer's HTTP code. */
  begin(path: string): (code: number) => void;
  panicked(): void;
}

/** The metrics of one manager, in a registry of their own. */
export interface Metrics {
  readonly contentType: string;
  /** The text that `/metrics` serves. */
  text(): Promise<string>;
  /** @param cluster whose objects it reconciles; the manager's own has no label */
  controller(name: string, cluster?: string): ControllerMetrics;
  election(leaseName: string): ElectionMetrics;
  sharding(leaseName: string, sources: ShardingSources): ShardingMetrics;
  /** Registers the metrics of webhooks; to be called where there are any. */
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

const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

type QueueLabels = { readonly name: string; readonly controller: string; readonly cluster?: string };

export function createMetrics(clock: Clock): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ) => new Histogram({ name, help, labelNames: [...labelNames], buckets, registers });

  // Series of the manager's own cluster have no label for it, as those of controller-runtime.
  const perController = ['controller', 'cluster'] as const;
  const perQueue = ['name', 'controller', 'cluster'] as const;
  const reconciles = counter('controller_runtime_reconcile_total', 'Reconciles by controller and result.', [
    'controller',
    'result',
    'cluster',
  ]);
  const errors = counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed.', perController);
  const terminals = counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Reconciles that failed for good.',
    perController,
  );
  const panics = counter(
    'controller_runtime_reconcile_panics_total',
    'Reconciles that hit a programming error.',
    perController,
  );
  const timeouts = counter(
    'controller_runtime_reconcile_timeouts_total',
    'Reconciles that ran into their timeout.',
    perController,
  );
  const escalations = counter(
    'opwright_reconcile_escalations_total',
    'Failures that people were told of because they do not end.',
    perController,
  );
  const stuck = gauge('opwright_stuck_reconciles', 'Reconciles that last longer than they should.', perController);
  const hotLoops = counter(
    'opwright_hot_loops_total',
    'How often an object was found to be reconciled again and again by its own writes.',
    perController,
  );
  const sourceErrors = counter('opwright_source_errors_total', 'Failures of sources outside of the cluster.', [
    'controller',
    'source',
  ]);
  const gateWaits = histogram(
    'opwright_read_gate_wait_seconds',
    'How long reconciles waited for the caches to show what the run before had written.',
    perController,
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5],
  );
  const gateTimeouts = counter(
    'opwright_read_gate_timeouts_total',
    'Reconciles for which the caches did not show in time what the run before had written.',
    perController,
  );
  const duration = histogram(
    'controller_runtime_reconcile_time_seconds',
    'Length of a reconcile.',
    perController,
    RECONCILE_BUCKETS,
  );
  const maxConcurrent = gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Workers of the controller.',
    perController,
  );
  const active = gauge('controller_runtime_active_workers', 'Workers that are reconciling.', perController);
  const adds = counter('workqueue_adds_total', 'Keys added.', perQueue);
  const retries = counter('workqueue_retries_total', 'Keys added again after a failure.', perQueue);
  const waited = histogram(
    'workqueue_queue_duration_seconds',
    'How long keys were due before a worker took them.',
    perQueue,
    QUEUE_BUCKETS,
  );
  const worked = histogram('workqueue_work_duration_seconds', 'How long workers had keys.', perQueue, QUEUE_BUCKETS);

  const queues = new Set<{ readonly labels: QueueLabels; readonly queue: WorkQueue }>();
  const secondsInWork = (queue: WorkQueue) =>
    [...queue.inFlight.values()].map((since) => (clock.monotonic() - since) / 1000);
  // Read when somebody asks: no timer has to keep them fresh.
  new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that are due, by priority.',
    labelNames: ['name', 'controller', 'priority', 'cluster'],
    registers,
    collect() {
      this.reset();
      for (const { labels, queue } of queues) {
        for (const [priority, depth] of queue.depths()) this.set({ ...labels, priority: String(priority) }, depth);
      }
    },
  });
  new Gauge({
    name: 'workqueue_unfinished_work_seconds',
    help: 'How long the keys in work have been there, in sum.',
    labelNames: [...perQueue],
    registers,
    collect() {
      this.reset();
      for (const { labels, queue } of queues) {
        this.set(
          labels,
          secondsInWork(queue).reduce((sum, seconds) => sum + seconds, 0),
        );
      }
    },
  });
  new Gauge({
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How long the oldest key in work has been there.',
    labelNames: [...perQueue],
    registers,
    collect() {
      this.reset();
      for (const { labels, queue } of queues) this.set(labels, Math.max(0, ...secondsInWork(queue)));
    },
  });

  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of this process.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1e6);
    },
  });

  const requests = counter('rest_client_requests_total', 'Requests to the API server.', ['code', 'method', 'host']);
  const watchErrors = counter('opwright_watch_errors_total', 'Failed lists and watches, by reason.', [
    'group',
    'resource',
    'reason',
    'cluster',
  ]);
  const eventErrors = counter('opwright_event_errors_total', 'Events that could not be recorded.', []);
  const eventDiscards = counter('opwright_event_discards_total', 'Events beyond what is said about one object.', []);
  const caches = new Map<string | undefined, Cache>();
  new Gauge({
    name: 'opwright_cache_objects',
    help: 'Objects in the cache.',
    labelNames: ['group', 'resource', 'cluster'],
    registers,
    collect() {
      this.reset();
      for (const [cluster, { kinds }] of caches) {
        for (const { resource, informers } of kinds) {
          const count = informers.reduce((sum, { store }) => sum + store.size, 0);
          this.set({ group: resource.group, resource: resource.plural, ...(cluster && { cluster }) }, count);
        }
      }
    },
  });
  new Gauge({
    name: 'opwright_watch_last_event_age_seconds',
    help: 'Time since the server was last heard of; NaN before the first list.',
    labelNames: ['group', 'resource', 'cluster'],
    registers,
    collect() {
      this.reset();
      for (const [cluster, { kinds }] of caches) {
        for (const { resource, informers } of kinds) {
          const ages = informers.map(({ state }) => (clock.monotonic() - (state.lastEventAt ?? Number.NaN)) / 1000);
          this.set(
            { group: resource.group, resource: resource.plural, ...(cluster && { cluster }) },
            Math.max(...ages),
          );
        }
      }
    },
  });

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    controller(name, cluster) {
      const labels = { controller: name, ...(cluster && { cluster }) };
      const queueLabels = { name, ...labels };
      return {
        queue: {
          added: () => adds.inc(queueLabels),
          retried: () => retries.inc(queueLabels),
          taken: (waitedMs) => waited.observe(queueLabels, waitedMs / 1000),
          finished: (workedMs) => worked.observe(queueLabels, workedMs / 1000),
        },
        start(concurrency, queue) {
          queues.add({ labels: queueLabels, queue });
          maxConcurrent.set(labels, concurrency);
          active.set(labels, 0);
          stuck.set(labels, 0);
          for (const result of ['success', 'error', 'requeue', 'requeue_after'])
            reconciles.inc({ ...labels, result }, 0);
          for (const metric of [errors, terminals, panics, timeouts, escalations, hotLoops, gateTimeouts])
            metric.inc(labels, 0);
          for (const metric of [adds, retries]) metric.inc(queueLabels, 0);
        },
        activeWorkers: (change) => active.inc(labels, change),
        reconciled(result, seconds) {
          reconciles.inc({ ...labels, result });
          duration.observe(labels, seconds);
        },
        failed(terminal) {
          errors.inc(labels);
          if (terminal) terminals.inc(labels);
        },
        escalated: () => escalations.inc(labels),
        stuck: (isStuck) => stuck.inc(labels, isStuck ? 1 : -1),
        hotLoop: () => hotLoops.inc(labels),
        sourceFailed: (source) => sourceErrors.inc({ ...labels, source }),
        waitedForCache(seconds, timedOut) {
          gateWaits.observe(labels, seconds);
          if (timedOut) gateTimeouts.inc(labels);
        },
        timedOut: () => timeouts.inc(labels),
        panicked: () => panics.inc(labels),
      };
    },
    election(name) {
      const status = gauge('leader_election_master_status', 'Whether this replica holds the lease: 1, or 0.', ['name']);
      const slow = counter('leader_election_slowpath_total', 'Renewals that had to read the lease.', ['name']);
      status.set({ name }, 0);
      slow.inc({ name }, 0);
      return {
        leading: (leading) => status.set({ name }, leading ? 1 : 0),
        renewedSlowly: () => slow.inc({ name }),
      };
    },
    sharding(name, sources) {
      const labels = { name };
      const perGroup = ['name'] as const;
      const member = gauge('opwright_shard_member', 'Whether this replica is a member: 1, or 0.', perGroup);
      const members = gauge('opwright_shard_members', 'Members of the last roster that is known.', perGroup);
      const roster = gauge('opwright_shard_roster', 'Number of the last roster that is known.', perGroup);
      const handOvers = counter('opwright_shard_hand_overs_total', 'Rosters whose keys were taken.', perGroup);
      const evictions = counter('opwright_shard_evictions_total', 'Members evicted by this one.', perGroup);
      const wait = histogram(
        'opwright_shard_acknowledgement_wait_seconds',
        'How long hand-overs waited until all members had acknowledged the roster.',
        perGroup,
        [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300],
      );
      for (const metric of [member, members, roster]) metric.set(labels, 0);
      for (const metric of [handOvers, evictions]) metric.inc(labels, 0);
      new Gauge({
        name: 'opwright_shard_waiting_seconds',
        help: 'How long the present hand-over has been waiting for acknowledgements; 0 when there is none.',
        labelNames: [...perGroup],
        registers,
        collect() {
          this.set(labels, sources.waitingSeconds());
        },
      });
      new Gauge({
        name: 'opwright_shard_owned_keys',
        help: 'Objects that this replica reconciles.',
        labelNames: [...perController],
        registers,
        async collect() {
          const owned = await sources.ownedKeys();
          this.reset();
          for (const { count, ...labels } of owned) this.set(labels, count);
        },
      });
      return {
        joined: (joined) => member.set(labels, joined ? 1 : 0),
        learned(number, count) {
          roster.set(labels, number);
          members.set(labels, count);
        },
        taken(seconds) {
          handOvers.inc(labels);
          wait.observe(labels, seconds);
        },
        evicted: () => evictions.inc(labels),
      };
    },
    webhooks() {
      const latency = histogram(
        'controller_runtime_webhook_latency_seconds',
        'Length of webhook requests.',
        ['webhook'],
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      );
      const answered = counter('controller_runtime_webhook_requests_total', 'Webhook requests by HTTP code.', [
        'webhook',
        'code',
      ]);
      const inFlight = gauge('controller_runtime_webhook_requests_in_flight', 'Webhook requests under way.', [
        'webhook',
      ]);
      const defects = counter(
        'controller_runtime_webhook_panics_total',
        'Webhook requests that hit a programming error.',
        [],
      );
      return {
        served(path) {
          for (const code of ['200', '500']) answered.inc({ webhook: path, code }, 0);
          inFlight.set({ webhook: path }, 0);
        },
        begin(path) {
          const since = clock.monotonic();
          inFlight.inc({ webhook: path });
          return (code) => {
            inFlight.dec({ webhook: path });
            answered.inc({ webhook: path, code: String(code) });
            latency.observe({ webhook: path }, (clock.monotonic() - since) / 1000);
          };
        },
        panicked: () => defects.inc(),
      };
    },
    watchFailed: ({ group, plural }, reason, cluster) =>
      watchErrors.inc({ group, resource: plural, reason, ...(cluster && { cluster }) }),
    eventFailed: () => eventErrors.inc(),
    eventDiscarded: () => eventDiscards.inc(),
    instrument: (transport, host) => ({
      async request(request) {
        try {
          const response = await transport.request(request);
          requests.inc({ code: String(response.status), method: request.method, host });
          return response;
        } catch (error) {
          requests.inc({ code: '<error>', method: request.method, host });
          throw error;
        }
      },
      close: () => transport.close(),
    }),
    observeCache(cache, cluster) {
      caches.set(cluster, cache);
    },
    forgetCluster(cluster) {
      caches.delete(cluster);
      for (const known of queues) if (known.labels.cluster === cluster) queues.delete(known);
    },
  };
}
