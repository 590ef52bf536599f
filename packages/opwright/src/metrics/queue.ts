import type { Clock, MetricRegistry } from '@opwright/machinery';
import type { QueueObserver, WorkQueue } from '../queue/work-queue.ts';

interface QueueLabels extends Record<string, string> {
  readonly name: string;
  readonly controller: string;
}

/** What the queue of one controller reports. */
export interface QueueMetrics {
  readonly observer: QueueObserver;
  /** From now on the queue is asked whenever somebody reads the metrics. */
  start(queue: WorkQueue): void;
}

/** The metrics of work queues. Names and labels are client-go's. */
export interface AllQueueMetrics {
  queue(labels: QueueLabels): QueueMetrics;
  forgetCluster(cluster: string): void;
}

const BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

export function createQueueMetrics(registry: MetricRegistry, clock: Clock): AllQueueMetrics {
  const { counter, histogram } = registry;
  const adds = counter('workqueue_adds_total', 'Keys added.');
  const retries = counter('workqueue_retries_total', 'Keys added again after a failure.');
  const waited = histogram(
    'workqueue_queue_duration_seconds',
    'How long keys were due before a worker took them.',
    BUCKETS,
  );
  const worked = histogram('workqueue_work_duration_seconds', 'How long workers had keys.', BUCKETS);

  const queues = new Map<QueueLabels, WorkQueue>();
  const secondsInWork = (queue: WorkQueue) => queue.inWork().map(({ since }) => (clock.monotonic() - since) / 1000);
  const perQueue = (read: (queue: WorkQueue) => number) => () =>
    [...queues].map(([labels, queue]) => [labels, read(queue)] as const);
  registry.read('gauge', 'workqueue_depth', 'Keys that are due, by priority.', () =>
    [...queues].flatMap(([labels, queue]) =>
      [...queue.depths()].map(([priority, depth]) => [{ ...labels, priority: String(priority) }, depth] as const),
    ),
  );
  registry.read(
    'gauge',
    'workqueue_unfinished_work_seconds',
    'How long the keys in work have been there, in sum.',
    perQueue((queue) => secondsInWork(queue).reduce((sum, seconds) => sum + seconds, 0)),
  );
  registry.read(
    'gauge',
    'workqueue_longest_running_processor_seconds',
    'How long the oldest key in work has been there.',
    perQueue((queue) => Math.max(0, ...secondsInWork(queue))),
  );

  return {
    queue(labels) {
      const [added, retried, taken, finished] = [adds(labels), retries(labels), waited(labels), worked(labels)];
      return {
        observer: {
          added: () => added.inc(),
          retried: () => retried.inc(),
          taken: (waitedMs) => taken.observe(waitedMs / 1000),
          finished: (workedMs) => finished.observe(workedMs / 1000),
        },
        start: (queue) => queues.set(labels, queue),
      };
    },
    forgetCluster(cluster) {
      for (const labels of queues.keys()) if (labels.cluster === cluster) queues.delete(labels);
    },
  };
}
