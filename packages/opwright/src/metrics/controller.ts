import type { Clock, MetricRegistry } from '@opwright/machinery';
import type { QueueObserver, WorkQueue } from '../queue/work-queue.ts';
import { createQueueMetrics } from './queue.ts';

/** What one controller reports. Names and labels are controller-runtime's. */
export interface ControllerMetrics {
  readonly queue: QueueObserver;
  start(concurrency: number, queue: WorkQueue): void;
  activeWorkers(change: number): void;
  reconciled(result: ReconcileResultLabel, seconds: number): void;
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

type ReconcileResultLabel = 'success' | 'error' | 'requeue_after';

export interface AllControllerMetrics {
  /** @param cluster whose objects it reconciles; the manager's own has no label */
  controller(name: string, cluster?: string): ControllerMetrics;
  /** Tells nothing any more of the queues of the cluster. */
  forgetCluster(cluster: string): void;
}

const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

export function createControllerMetrics(registry: MetricRegistry, clock: Clock): AllControllerMetrics {
  const { counter, gauge, histogram } = registry;
  const reconciles = counter('controller_runtime_reconcile_total', 'Reconciles by controller and result.');
  const errors = counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed.');
  const terminals = counter('controller_runtime_terminal_reconcile_errors_total', 'Reconciles that failed for good.');
  const panics = counter('controller_runtime_reconcile_panics_total', 'Reconciles that hit a programming error.');
  const timeouts = counter('controller_runtime_reconcile_timeouts_total', 'Reconciles that ran into their timeout.');
  const escalations = counter(
    'opwright_reconcile_escalations_total',
    'Failures that people were told of because they do not end.',
  );
  const stuck = gauge('opwright_stuck_reconciles', 'Reconciles that last longer than they should.');
  const hotLoops = counter(
    'opwright_hot_loops_total',
    'How often an object was found to be reconciled again and again by its own writes.',
  );
  const sourceErrors = counter('opwright_source_errors_total', 'Failures of sources outside of the cluster.');
  const gateWaits = histogram(
    'opwright_read_gate_wait_seconds',
    'How long reconciles waited for the caches to show what the run before had written.',
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5],
  );
  const gateTimeouts = counter(
    'opwright_read_gate_timeouts_total',
    'Reconciles for which the caches did not show in time what the run before had written.',
  );
  const duration = histogram('controller_runtime_reconcile_time_seconds', 'Length of a reconcile.', RECONCILE_BUCKETS);
  const maxConcurrent = gauge('controller_runtime_max_concurrent_reconciles', 'Workers of the controller.');
  const active = gauge('controller_runtime_active_workers', 'Workers that are reconciling.');
  const queues = createQueueMetrics(registry, clock);

  return {
    controller(name, cluster) {
      const labels = { controller: name, ...(cluster && { cluster }) };
      const queue = queues.queue({ name, ...labels });
      // Each series is made here, at 0, and kept: looking one up costs more than counting.
      const results = {
        success: reconciles({ ...labels, result: 'success' }),
        error: reconciles({ ...labels, result: 'error' }),
        // Of controller-runtime; nothing counts here.
        requeue: reconciles({ ...labels, result: 'requeue' }),
        requeue_after: reconciles({ ...labels, result: 'requeue_after' }),
      };
      const series = {
        active: active(labels),
        duration: duration(labels),
        errors: errors(labels),
        terminals: terminals(labels),
        panics: panics(labels),
        timeouts: timeouts(labels),
        escalations: escalations(labels),
        stuck: stuck(labels),
        hotLoops: hotLoops(labels),
        gateTimeouts: gateTimeouts(labels),
      };
      return {
        queue: queue.observer,
        start(concurrency, work) {
          queue.start(work);
          maxConcurrent(labels).set(concurrency);
        },
        activeWorkers: (change) => series.active.inc(change),
        reconciled(result, seconds) {
          results[result].inc();
          series.duration.observe(seconds);
        },
        failed(terminal) {
          series.errors.inc();
          if (terminal) series.terminals.inc();
        },
        escalated: () => series.escalations.inc(),
        stuck: (isStuck) => series.stuck.inc(isStuck ? 1 : -1),
        hotLoop: () => series.hotLoops.inc(),
        sourceFailed: (source) => sourceErrors({ ...labels, source }).inc(),
        waitedForCache(seconds, timedOut) {
          gateWaits(labels).observe(seconds);
          if (timedOut) series.gateTimeouts.inc();
        },
        timedOut: () => series.timeouts.inc(),
        panicked: () => series.panics.inc(),
      };
    },
    forgetCluster: queues.forgetCluster,
  };
}
