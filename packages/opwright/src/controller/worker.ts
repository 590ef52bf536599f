import type { Clock } from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import type { ControllerMetrics } from '../metrics/controller.ts';
import { RETRY } from '../queue/triggers.ts';
import type { QueueItem, WorkQueue } from '../queue/work-queue.ts';
import { timeSlice } from '../time-slice.ts';
import type { ReadGate } from './read-gate.ts';

export interface WorkerOptions {
  readonly queue: WorkQueue;
  readonly gate: ReadGate;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
  readonly reconcile: (item: QueueItem) => Promise<void>;
}

/** Works off the queue, one key after the other, until it is shut down. Never rejects. */
export async function work({ queue, gate, clock, log, metrics, reconcile }: WorkerOptions): Promise<void> {
  const slice = timeSlice(clock);
  for (;;) {
    const idle = queue.length === 0;
    const item = await queue.get();
    if (!item) return;
    if (idle) slice.restart();
    if (gate.holds(item)) {
      queue.done(item);
    } else {
      metrics.activeWorkers(1);
      try {
        await reconcile(item);
      } catch (error) {
        // Not the user's function, which cannot throw through: the worker must live on.
        log.error('Worker failed', { key: item.key, error });
        queue.add(item.key, { priority: item.priority, rateLimited: true, causes: RETRY });
      } finally {
        metrics.activeWorkers(-1);
        queue.done(item);
      }
    }
    const pause = slice.pause();
    if (pause) await pause;
  }
}
