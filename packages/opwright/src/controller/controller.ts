import type { Client } from '@opwright/client';
import {
  type Clock,
  isConflict,
  isForbidden,
  type KubeObject,
  parseKey,
  type Random,
  sleep,
} from '@opwright/machinery';
import type { Cache, KindCache } from '../cache/cache.ts';
import { kindKey } from '../cache/kind-key.ts';
import type { Listener } from '../cache/listener.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { LogFields, Logger } from '../manager/logger.ts';
import type { ControllerMetrics } from '../manager/metrics.ts';
import { exponentialBackoff } from '../queue/backoff.ts';
import { createQueue, LOW_PRIORITY, type QueueItem, type WorkQueue } from '../queue/queue.ts';
import type { Triggers } from '../queue/triggers.ts';
import { timeSlice } from '../time-slice.ts';
import { applyConflicts, describeConflicts } from './apply-conflict.ts';
import type { ControllerDefinition } from './builder.ts';
import { createReadContext } from './context.ts';
import { type DeclaredKinds, indexName, type WritableKind } from './declared.ts';
import { durationMs } from './duration.ts';
import { verdictOn } from './error-policy.ts';
import { finalizersOf } from './finalizer.ts';
import { OwnershipError } from './ownership.ts';
import { type Outcome, reconcileOnce } from './reconcile.ts';
import { enqueueMapped, enqueueObject, enqueueOwner, enqueueTo } from './sources.ts';
import type { AppliedMemory } from './writes.ts';

const RETRY: Triggers = Object.freeze([Object.freeze({ type: 'retry' })]);

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
  const { name, resource, options, everyMs } = definition;
  const log = environment.logger.child({
    controller: name,
    controllerGroup: resource.group,
    controllerKind: resource.kind,
  });
  const concurrency = options.concurrency ?? 1;
  const queue = createQueue({ clock, backoff: exponentialBackoff(random), observer: metrics.queue });
  const kinds = declaredKinds(definition, cache);
  const primaries = kinds.readable.get(kindKey(resource))!;
  const applied: AppliedMemory = new Map();
  const fieldManager = `${operator}/${name}`;
  const finalizers = finalizersOf(operator, definition);
  const timeoutMs = options.timeout === undefined ? undefined : durationMs(options.timeout);

  const isOwn = () => false;
  const enqueueFor = (kind: KindCache) => enqueueTo(queue, kind.resource, kind === primaries, isOwn);
  const listening: { kind: KindCache; listeners: readonly Listener[] }[] = [
    { kind: primaries, listeners: primaries.listen(enqueueObject(enqueueFor(primaries), options, log)) },
  ];
  const mapContext = createReadContext({ kinds, controllerName: name, log, signal: stopping, clock });
  const pause = (ms: number) => sleep(clock, ms, stopping);
  for (const source of definition.sources) {
    const kind = kinds.readable.get(kindKey(source.resource));
    if (!kind) continue;
    if (source.role === 'owns') {
      listening.push({ kind, listeners: kind.listen(enqueueOwner(enqueueFor(kind), primaries, source.options, log)) });
    } else if (source.role === 'watches') {
      const handler = enqueueMapped(enqueueFor(kind), resource, source, mapContext, pause);
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
        queue.add(item.key, { priority: item.priority, rateLimited: true, triggers: RETRY });
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
    const object = primaries.get(key);
    if (!object) {
      metrics.reconciled('success', 0);
      queue.forget(item.key);
      queue.clearTimer(item.key);
      return;
    }
    const startedAt = clock.monotonic();
    const outcome = await reconcileOnce({
      definition,
      object,
      surroundings: {
        kinds,
        controllerName: name,
        log: itemLog,
        clock,
        client,
        fieldManager,
        recorder,
        applied,
        fencingToken: environment.fencingToken?.(),
        triggers: item.triggers,
      },
      current: () => primaries.get(key),
      wrote: (object) => primaries.wrote(object),
      finalizers,
      timeoutMs,
      onTimeout: metrics.timedOut,
      stopping,
      killed,
    });
    metrics.reconciled(outcome.kind, (clock.monotonic() - startedAt) / 1000);
    settle(item, object, outcome, itemLog);
  }

  /** What the outcome means for the queue. */
  function settle(item: QueueItem, object: KubeObject, outcome: Outcome, itemLog: Logger): void {
    const { key, priority } = item;
    if (outcome.kind === 'error') {
      fail(item, object, outcome, itemLog);
      return;
    }
    queue.forget(key);
    if (outcome.kind === 'requeue_after') {
      if (outcome.ms > 0) queue.add(key, { priority, afterMs: outcome.ms });
      else queue.add(key, { priority, rateLimited: true, triggers: RETRY });
    }
    comeBack(item);
  }

  function comeBack({ key }: QueueItem): void {
    if (everyMs === undefined) return;
    queue.add(key, { priority: LOW_PRIORITY, afterMs: everyMs * (1 - 0.1 * random.next()) });
  }

  function fail(item: QueueItem, object: KubeObject, outcome: Outcome & { kind: 'error' }, itemLog: Logger): void {
    // What an abort breaks off because the manager stops is no failure of the object.
    if (killed.aborted) return;
    const { key, priority } = item;
    const { error } = outcome;
    if (outcome.panic) metrics.panicked();
    const verdict = verdictOn(error, definition.errorRules ?? [], (failure) => {
      itemLog.error('Error policy failed, trying again with the default backoff', { error: failure });
    });
    const warning = warningFor(error);
    if (warning) recorder.record(object, { type: 'Warning', ...warning }, fieldManager);
    const remedy = remedyFor(error);
    const fields: LogFields = { error, ...(remedy && { remedy }) };
    if (outcome.terminal || verdict.terminal) {
      metrics.failed(true);
      // The next change starts over: old failures and times say nothing about it.
      queue.forget(key);
      queue.clearTimer(key);
      itemLog.error('Reconciler error', { ...fields, terminal: true });
      comeBack(item);
      return;
    }
    // Somebody wrote at the same time: the next run sees what. Nothing that a person should read about.
    if (isConflict(error) && applyConflicts(error).length === 0) itemLog.debug('Conflict, trying again', fields);
    else {
      metrics.failed(false);
      itemLog.error('Reconciler error', fields);
    }
    queue.add(key, { priority, rateLimited: true, backoff: verdict.backoff, triggers: RETRY });
    const failures = queue.failures(key);
    if (failures < verdict.escalateAfter) return;
    metrics.escalated();
    const message = `failed ${failures} times in a row: ${error instanceof Error ? error.message : error}`;
    recorder.record(object, { type: 'Warning', reason: 'ReconcileFailing', message }, fieldManager);
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

/** What the people who see the object should know of an error: who else claims what the controller writes. */
function warningFor(error: unknown): { readonly reason: string; readonly message: string } | undefined {
  if (error instanceof OwnershipError) return { reason: 'OwnershipConflict', message: error.message };
  const conflicts = applyConflicts(error);
  if (conflicts.length === 0) return undefined;
  return { reason: 'ApplyConflict', message: `not applied: ${describeConflicts(conflicts)}` };
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
  const writable = new Map<string, WritableKind>();
  const indexes = [{ resource, options }, ...sources];
  for (const source of sources) {
    const key = kindKey(source.resource);
    if (source.role !== 'writes') readable.set(key, cache.kind(source.resource, source.options.labelSelector));
    if (source.role === 'owns' || source.role === 'writes') {
      const { owned = false, writes = false, adopt = false } = writable.get(key) ?? {};
      writable.set(key, {
        owned: owned || source.role === 'owns',
        writes: writes || source.role === 'writes',
        adopt: source.options.adopt ?? adopt,
      });
    }
  }
  for (const source of indexes) {
    for (const [name, index] of Object.entries(source.options.indexes ?? {})) {
      readable.get(kindKey(source.resource))?.addIndex(indexName(controllerName, name), index);
    }
  }
  return { primary: resource, readable, writable };
}
