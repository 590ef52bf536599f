import { parseKey } from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
import type { TracedRun, Tracing } from '../manager/tracing.ts';
import type { ControllerMetrics } from '../metrics/controller.ts';
import type { QueueItem, WorkQueue } from '../queue/work-queue.ts';
import { durationMs } from './duration.ts';
import { type ReconcilePlan, reconcileOnce } from './reconcile.ts';
import { Run, type RunSurroundings } from './run.ts';
import type { Settlement } from './settle.ts';
import { createWatchdog, limitTime } from './watchdog.ts';

export interface RunnerOptions {
  readonly plan: ReconcilePlan;
  readonly surroundings: RunSurroundings;
  readonly primaries: KindCache;
  readonly queue: WorkQueue;
  readonly settlement: Settlement;
  readonly metrics: ControllerMetrics;
  readonly tracing: Tracing;
  readonly fencingToken: () => number | undefined;
}

/** A reconcile under way. */
export interface RunningReconcile {
  readonly key: string;
  readonly reconcileID: string;
  readonly forMs: number;
  /** What it waits for, as a phrase. */
  readonly awaiting: string;
}

/** Runs reconciles, with all that surrounds the author's function: time limits, metrics, spans, and what follows from the outcome. */
export interface Runner {
  /** Reconciles the object of a key, once. */
  reconcile(item: QueueItem): Promise<void>;
  /** The reconciles under way at this moment. */
  running(): readonly RunningReconcile[];
  /** To be called when no more comes: says nothing any more of runs that do not end. */
  stop(): void;
}

export function createRunner(options: RunnerOptions): Runner {
  const { plan, surroundings, primaries, queue, settlement, metrics, tracing, fencingToken } = options;
  const { clock, hotLoops, killed } = surroundings;
  const { stuckAfter, timeout } = plan.definition.options;
  const timeoutMs = timeout === undefined ? undefined : durationMs(timeout);
  const runs = new Map<string, Run>();
  const watchdog = createWatchdog({
    clock,
    stuckAfterMs: durationMs(stuckAfter ?? '5m'),
    runs: () => runs.values(),
    onStuck: metrics.stuck,
  });
  killed.addEventListener('abort', watchdog.stop);

  async function reconcile(item: QueueItem): Promise<void> {
    const key = parseKey(item.key);
    const object = primaries.get(key);
    if (!object) {
      metrics.reconciled('success', 0);
      queue.forget(item.key);
      queue.clearTimer(item.key);
      hotLoops.forget(item.key);
      return;
    }
    const subject = { item, key, object, fencingToken: fencingToken() };
    const run = new Run(surroundings, subject, clock.monotonic());
    runs.set(item.key, run);
    watchdog.begin(run);
    const { timedOut: onTimeout } = metrics;
    const endLimit = timeoutMs === undefined ? undefined : limitTime(run, { clock, timeoutMs, onTimeout, killed });
    const outcome = await tracing.reconcile(
      () => tracedRun(run),
      () => reconcileOnce(run, plan),
    );
    runs.delete(item.key);
    watchdog.end(run);
    endLimit?.();
    const loop = run.end();
    metrics.reconciled(outcome.kind, (clock.monotonic() - run.startedAt) / 1000);
    settlement.settle(run, outcome);
    if (loop) settlement.tellOfLoop(run, loop);
  }

  return {
    reconcile,
    running: () =>
      [...runs].map(([key, run]) => ({
        key,
        reconcileID: run.reconcileID,
        forMs: Math.round(clock.monotonic() - run.startedAt),
        awaiting: run.awaiting(),
      })),
    stop() {
      watchdog.stop();
      killed.removeEventListener('abort', watchdog.stop);
    },
  };
}

function tracedRun({ controller, subject, reconcileID, triggers }: Run): TracedRun {
  return {
    controller: controller.controllerName,
    kind: controller.kinds.primary.kind,
    cluster: controller.cluster,
    ...subject.key,
    reconcileID,
    waitedMs: subject.item.waitedMs,
    triggers: triggers.map(({ source, type }) => (source ? `${source} ${type}` : type)).join(', '),
  };
}
