import type { Client } from '@opwright/client';
import { type Clock, isConflict, isForbidden, parseKey, type Random, sleep } from '@opwright/machinery';
import type { Cache, KindCache } from '../cache/cache.ts';
import { kindKey } from '../cache/kind-key.ts';
import type { Listener } from '../cache/listener.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { LogFields, Logger } from '../manager/logger.ts';
import type { ControllerMetrics } from '../manager/metrics.ts';
import { createQueue, type QueueItem, type WorkQueue } from '../queue/queue.ts';
import { timeSlice } from '../time-slice.ts';
import type { ControllerDefinition } from './builder.ts';
import { type AppliedMemory, createReadContext, type DeclaredKinds, indexName } from './context.ts';
import { durationMs } from './duration.ts';
import { finalizerName } from './finalizer.ts';
import { type Outcome, reconcileOnce } from './reconcile.ts';
import { enqueueMapped, enqueueObject, enqueueOwner } from './sources.ts';

/** What a controller needs from its manager. */
export interface ControllerEnvironment {
  readonly operator: string;
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  readonly metrics: ControllerMetrics;
  /** Aborts when the manager stops: no new work, waits end early. */
  readonly stopping: AbortSignal;
  /** Aborts when the time to finish is over: requests end. */
  readonly killed: AbortSignal;
  /** That of the term, when there is an election. */
  readonly fencingToken?: () => number | undefined;
}

/** A controller that its manager runs. */
export interface RunningController {
  readonly name: string;
  readonly queue: WorkQueue;
  /** Each kind that it listens to, with the promise that its initial objects were handled. */
  readonly sources: readonly { readonly kind: KindCache; readonly synced: Promise<unknown>; isSynced(): boolean }[];
  /** Begins to reconcile. */
  startWorkers(): void;
  /** Hands out no more work; resolves when the reconciles under way have ended. */
  stop(): Promise<void>;
}

/** Connects a controller to the caches. Its workers wait for {@link RunningController.startWorkers}. */
export function createController(
  definition: ControllerDefinition,
  environment: ControllerEnvironment,
): RunningController {
  const { operator, client, cache, clock, random, recorder, metrics, stopping, killed } = environment;
  const { name, resource, options } = definition;
  const log = environment.logger.child({
    controller: name,
    controllerGroup: resource.group,
    controllerKind: resource.kind,
  });
  const concurrency = options.concurrency ?? 1;
  const queue = createQueue({ clock, observer: metrics.queue });
  const kinds = declaredKinds(definition, cache);
  const primaries = kinds.readable.get(kindKey(resource))!;
  const applied: AppliedMemory = new Map();
  const finalizer = finalizerName(operator, definition);
  const timeoutMs = options.timeout === undefined ? undefined : durationMs(options.timeout);

  const listening: { kind: KindCache; listeners: readonly Listener[] }[] = [
    { kind: primaries, listeners: primaries.listen(enqueueObject(queue, options, log)) },
  ];
  const mapContext = createReadContext({ kinds, controllerName: name, log, signal: stopping, clock });
  const pause = (ms: number) => sleep(clock, ms, stopping);
  for (const source of definition.sources) {
    const kind = kinds.readable.get(kindKey(source.resource));
    if (!kind) continue;
    if (source.role === 'owns') {
      listening.push({ kind, listeners: kind.listen(enqueueOwner(queue, primaries, source.options, log)) });
    } else if (source.role === 'watches') {
      const handler = enqueueMapped(queue, resource, source, mapContext, pause);
      listening.push({ kind, listeners: kind.listen(handler) });
    } else if (source.role === 'reads') {
      listening.push({ kind, listeners: [] });
    }
  }

  async function work(): Promise<void> {
    const slice = timeSlice(clock);
    for (;;) {
      const idle = queue.length === 0;
      const item = await queue.get();
      if (!item) return;
      if (idle) slice.restart();
      metrics.activeWorkers(1);
      try {
        await reconcileItem(item);
      } catch (error) {
        // Not the user's function, which cannot throw through: the worker must live on.
        log.error('Worker failed', { key: item.key, error });
        queue.add(item.key, { priority: item.priority, rateLimited: true });
      } finally {
        metrics.activeWorkers(-1);
        queue.done(item.key);
      }
      await slice.pause();
    }
  }

  async function reconcileItem(item: QueueItem): Promise<void> {
    const key = parseKey(item.key);
    const itemLog = log.child({
      [resource.kind]: key,
      ...(key.namespace && { namespace: key.namespace }),
      name: key.name,
      reconcileID: random.uuid(),
    });
    const startedAt = clock.monotonic();
    const outcome = await reconcileOnce({
      definition,
      object: primaries.get(key),
      surroundings: {
        kinds,
        controllerName: name,
        log: itemLog,
        clock,
        client,
        fieldManager: `${operator}/${name}`,
        recorder,
        applied,
        fencingToken: environment.fencingToken?.(),
      },
      current: () => primaries.get(key),
      wrote: (object) => primaries.wrote(object),
      finalizer,
      timeoutMs,
      onTimeout: metrics.timedOut,
      stopping,
      killed,
    });
    metrics.reconciled(outcome.kind, (clock.monotonic() - startedAt) / 1000);
    settle(item, outcome, itemLog);
  }

  /** What the outcome means for the queue. */
  function settle(item: QueueItem, outcome: Outcome, itemLog: Logger): void {
    const { key, priority } = item;
    switch (outcome.kind) {
      case 'success':
        queue.forget(key);
        return;
      case 'requeue_after':
        queue.forget(key);
        queue.add(key, { priority, afterMs: outcome.ms, rateLimited: outcome.ms === 0 });
        return;
      case 'error': {
        // What an abort breaks off because the manager stops is no failure of the object.
        if (killed.aborted) return;
        if (outcome.panic) metrics.panicked();
        const remedy = remedyFor(outcome.error);
        const fields: LogFields = { error: outcome.error, ...(remedy && { remedy }) };
        if (outcome.terminal) {
          metrics.failed(true);
          // The next change starts over: old failures say nothing about it.
          queue.forget(key);
          itemLog.error('Reconciler error', { ...fields, terminal: true });
          return;
        }
        // Somebody wrote at the same time: the next run sees what. Nothing that a person should read about.
        if (isConflict(outcome.error)) itemLog.debug('Conflict, trying again', fields);
        else {
          metrics.failed(false);
          itemLog.error('Reconciler error', fields);
        }
        queue.add(key, { priority, rateLimited: true });
      }
    }
  }

  let workers: Promise<void>[] = [];
  metrics.start(concurrency, queue);
  return {
    name,
    queue,
    sources: listening.map(({ kind, listeners }) => ({
      kind,
      synced: Promise.all([
        ...kind.informers.map((informer) => informer.synced),
        ...listeners.map((listener) => listener.synced),
      ]),
      isSynced: () =>
        kind.informers.every((informer) => informer.state.synced) && listeners.every((listener) => listener.isSynced),
    })),
    startWorkers() {
      if (workers.length > 0) return;
      log.info('Starting workers', { 'worker count': concurrency });
      workers = Array.from({ length: concurrency }, work);
    },
    async stop() {
      queue.shutDown();
      await Promise.all(workers);
    },
  };
}

/** What an operator's author can do about an error that the server's message alone does not tell. */
function remedyFor(error: unknown): string | undefined {
  if (!isForbidden(error)) return undefined;
  return 'grant it to the service account of the operator: opwright manifests prints the rules that it needs';
}

function declaredKinds(
  { name: controllerName, resource, options, sources }: ControllerDefinition,
  cache: Cache,
): DeclaredKinds {
  const readable = new Map([[kindKey(resource), cache.kind(resource, options.labelSelector)]]);
  const writable = new Map<string, { owned: boolean }>();
  const indexes = [{ resource, options }, ...sources];
  for (const source of sources) {
    const key = kindKey(source.resource);
    if (source.role !== 'writes') readable.set(key, cache.kind(source.resource, source.options.labelSelector));
    if (source.role === 'owns' || source.role === 'writes') {
      writable.set(key, { owned: source.role === 'owns' || (writable.get(key)?.owned ?? false) });
    }
  }
  for (const source of indexes) {
    for (const [name, index] of Object.entries(source.options.indexes ?? {})) {
      readable.get(kindKey(source.resource))?.addIndex(indexName(controllerName, name), index);
    }
  }
  return { primary: resource, readable, writable };
}
