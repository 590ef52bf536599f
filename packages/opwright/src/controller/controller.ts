import { type Clock, keyString, sleep } from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
import { viewKey } from '../cache/kind-key.ts';
import { exponentialBackoff } from '../queue/backoff.ts';
import { createQueue } from '../queue/queue.ts';
import type { Cause } from '../queue/triggers.ts';
import { LOW_PRIORITY, type WorkQueue } from '../queue/work-queue.ts';
import { shardQueue } from '../sharding/shard-queue.ts';
import { timeSlice } from '../time-slice.ts';
import type { ControllerDefinition, SourceDefinition } from './builder.ts';
import { LOCAL } from './clusters.ts';
import { createReadContext } from './context.ts';
import { declaredKinds } from './declared.ts';
import type { ClusterAccess, ControllerEnvironment } from './environment.ts';
import type { ErasedReadContext } from './erased.ts';
import { finalizersOf } from './finalizer.ts';
import { createOutside } from './follow-outside.ts';
import { createFollowing, type FollowedSource, type LiveWatch } from './following.ts';
import { createHotLoopDetector } from './hot-loop.ts';
import { createOtherClusters } from './other-clusters.ts';
import { createReadGate } from './read-gate.ts';
import { createRunner, type RunningReconcile } from './runner.ts';
import { createSettlement } from './settle.ts';
import { work } from './worker.ts';

/** How long a run waits for the caches to show what the one before has written: kopf's figure. */
const READ_GATE_MS = 5000;

/** A controller that its manager runs. */
export interface RunningController {
  readonly name: string;
  readonly queue: WorkQueue;
  /** The reconciles under way at this moment. */
  running(): readonly RunningReconcile[];
  /** Which sources outside of the cluster do not work, a sentence for each. */
  problems(): readonly string[];
  /** Each kind that it listens to, with the promise that its initial objects were handled. */
  readonly sources: readonly FollowedSource[];
  /** Follows another kind, until it is stopped. */
  watch(source: SourceDefinition): LiveWatch;
  /** Begins to reconcile. */
  startWorkers(): void;
  /** Adds all objects whose key passes to the queue, as at the start. */
  enqueueAll(test: (key: string) => boolean): Promise<void>;
  /** How many objects have a key that passes. */
  count(test: (key: string) => boolean): Promise<number>;
  /** A cluster is there: what was declared for it can be used, and is watched. */
  engage(cluster: ClusterAccess): void;
  /** The cluster is there no more. */
  disengage(cluster: string): void;
  /** Hands out no more work; resolves when the reconciles under way have ended. */
  stop(): Promise<void>;
}

/** Connects a controller to the caches. Its workers wait for {@link RunningController.startWorkers}. */
export function createController(
  definition: ControllerDefinition,
  environment: ControllerEnvironment,
): RunningController {
  const { operator, cluster, client, cache, clock, random, recorder, metrics, stopping, killed } = environment;
  const { name, resource, options } = definition;
  const log = environment.logger.child({
    controller: name,
    controllerGroup: resource.group,
    controllerKind: resource.kind,
  });
  const all = createQueue({ clock, backoff: exponentialBackoff(random), observer: metrics.queue });
  // Keys of equal name in other clusters are other keys.
  const prefix = cluster === LOCAL ? '' : `${cluster}//`;
  const queue = environment.shard ? shardQueue(all, environment.shard, prefix) : all;
  const kinds = declaredKinds(definition, cache);
  const primaries = kinds.readable.get(viewKey(resource))!;

  const others = createOtherClusters(definition, (source, kind, there) =>
    following.handlerFor(source, kind, there === cluster ? undefined : there),
  );
  const polled: ErasedReadContext['polled'] = (poll) => outside.items(poll);
  const where = { kinds, cluster, other: others.find, polled, controllerName: name, clock, log };
  const ctx = createReadContext({ ...where, signal: stopping });
  const pause = (ms: number) => sleep(clock, ms, stopping);
  const following = createFollowing({ definition, cache, kinds, primaries, queue, ctx, pause });
  const { sourceFailed: onError } = metrics;
  const outside = createOutside(definition.outside ?? [], {
    controllerName: name,
    primary: resource,
    queue,
    ctx,
    onError,
  });

  const onWaited = metrics.waitedForCache;
  const gate = createReadGate({ queue, clock, log, timeoutMs: READ_GATE_MS, stopping, onWaited });
  const runner = createRunner({
    plan: { definition, finalizers: finalizersOf(operator, definition) },
    surroundings: {
      ...where,
      client,
      cache,
      random,
      recorder,
      fieldManager: `${operator}/${name}`,
      applied: new Map(),
      hotLoops: createHotLoopDetector(clock),
      gate,
      hasTimeLimit: options.timeout !== undefined,
      stopping,
      killed,
    },
    primaries,
    queue,
    settlement: createSettlement({ definition, queue, random, recorder, metrics, killed }),
    metrics,
    tracing: environment.tracing,
    fencingToken: environment.fencingToken ?? (() => undefined),
  });

  const concurrency = options.concurrency ?? 1;
  let workers: Promise<void>[] = [];
  metrics.start(concurrency, queue);
  return {
    name,
    queue,
    running: runner.running,
    problems: outside.problems,
    sources: following.sources,
    watch: following.watch,
    startWorkers() {
      if (workers.length > 0) return;
      log.info('Starting workers', { 'worker count': concurrency });
      const { reconcile } = runner;
      workers = Array.from({ length: concurrency }, () => work({ queue, gate, clock, log, metrics, reconcile }));
      workers.push(outside.follow());
    },
    enqueueAll(test) {
      const causes: readonly Cause[] = [{ source: resource.kind, type: 'initial' }];
      return eachKey(primaries, clock, (key) => {
        if (test(prefix + key)) queue.add(key, { priority: LOW_PRIORITY, causes });
      });
    },
    async count(test) {
      let count = 0;
      await eachKey(primaries, clock, (key) => {
        if (test(prefix + key)) count += 1;
      });
      return count;
    },
    engage: others.engage,
    disengage: others.disengage,
    async stop() {
      queue.shutDown();
      others.stop();
      await Promise.all(workers);
      runner.stop();
    },
  };
}

/** Calls `visit` with the key of each object, without holding the event loop. */
async function eachKey(kind: KindCache, clock: Clock, visit: (key: string) => void): Promise<void> {
  const slice = timeSlice(clock);
  for (const { metadata } of kind.list()) {
    visit(keyString(metadata));
    const pause = slice.pause();
    if (pause) await pause;
  }
}
