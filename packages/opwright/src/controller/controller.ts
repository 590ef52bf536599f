import type { Client } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  isConflict,
  isForbidden,
  type KubeObject,
  keyString,
  type ObjectKey,
  parseKey,
  type Random,
  sleep,
} from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { KindCache, Subscription } from '../cache/kind-cache.ts';
import { kindKey, viewKey } from '../cache/kind-key.ts';
import type { DeltaHandler } from '../cache/listener.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { LogFields, Logger } from '../manager/logger.ts';
import type { ControllerMetrics } from '../manager/metrics.ts';
import type { TracedRun, Tracing } from '../manager/tracing.ts';
import { exponentialBackoff } from '../queue/backoff.ts';
import { createQueue, LOW_PRIORITY, type QueueItem, type WorkQueue } from '../queue/queue.ts';
import { type Cause, triggersOf } from '../queue/triggers.ts';
import { type Shard, shardQueue } from '../sharding/shard-queue.ts';
import { timeSlice } from '../time-slice.ts';
import { type Activity, createActivity, tracked } from './activity.ts';
import { applyConflicts, describeConflicts } from './apply-conflict.ts';
import type { ControllerDefinition, SourceDefinition } from './builder.ts';
import { LOCAL } from './clusters.ts';
import { type ClusterKinds, createReadContext } from './context.ts';
import { type DeclaredKinds, indexName, type WritableKind } from './declared.ts';
import { durationMs } from './duration.ts';
import { verdictOn } from './error-policy.ts';
import { finalizersOf } from './finalizer.ts';
import { type Before, createHotLoopDetector, type HotLoop } from './hot-loop.ts';
import { followOutside } from './outside.ts';
import { OwnershipError } from './ownership.ts';
import { createReadGate } from './read-gate.ts';
import { type Outcome, reconcileOnce } from './reconcile.ts';
import { enqueueMapped, enqueueObject, enqueueOwner, enqueueTo } from './sources.ts';
import type { AppliedMemory } from './writes.ts';

const RETRY: readonly Cause[] = Object.freeze([Object.freeze({ type: 'retry' })]);

/** How long a run waits for the caches to show what the one before has written: kopf's figure. */
const READ_GATE_MS = 5000;

/** A cluster, for controllers that read or write there beside their own. */
export interface ClusterAccess {
  readonly name: string;
  readonly client: Client;
  readonly cache: Cache;
}

/** What a controller needs from its manager. It reconciles the objects of one cluster. */
export interface ControllerEnvironment {
  readonly cluster: string;
  readonly operator: string;
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly recorder: EventRecorder;
  readonly metrics: ControllerMetrics;
  readonly tracing: Tracing;
  /** Aborts when the manager stops: no new work, waits end early. */
  readonly stopping: AbortSignal;
  /** Aborts when the time to finish is over: requests end. */
  readonly killed: AbortSignal;
  /** That of the term, when there is an election; that of the roster, when replicas share the keys. */
  readonly fencingToken?: () => number | undefined;
  /** Which keys are this replica's; absent = all. */
  readonly shard?: Shard | undefined;
}

/** A watch that was begun while the controller was running. */
export interface LiveWatch {
  /** Resolves when the objects that were there at first have been handled. */
  readonly synced: Promise<void>;
  /** Ends the watch, and the cache of the kind if nobody else needs it; resolves when nothing is left of it. */
  stop(): Promise<void>;
}

/** A reconcile under way. */
export interface RunningReconcile {
  readonly key: string;
  readonly reconcileID: string;
  readonly forMs: number;
  /** What it waits for, as a phrase. */
  readonly awaiting: string;
}

/** A controller that its manager runs. */
export interface RunningController {
  readonly name: string;
  readonly queue: WorkQueue;
  /** The reconciles under way at this moment. */
  running(): readonly RunningReconcile[];
  /** Each kind that it listens to, with the promise that its initial objects were handled. */
  readonly sources: readonly { readonly kind: KindCache; synced(): Promise<unknown>; isSynced(): boolean }[];
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
  const { operator, client, cache, clock, random, recorder, metrics, tracing, stopping, killed } = environment;
  const { name, resource, options, everyMs } = definition;
  const log = environment.logger.child({
    controller: name,
    controllerGroup: resource.group,
    controllerKind: resource.kind,
  });
  const concurrency = options.concurrency ?? 1;
  const all = createQueue({ clock, backoff: exponentialBackoff(random), observer: metrics.queue });
  // Keys of equal name in other clusters are other keys.
  const prefix = environment.cluster === LOCAL ? '' : `${environment.cluster}//`;
  const queue = environment.shard ? shardQueue(all, environment.shard, prefix) : all;
  const kinds = declaredKinds(definition, cache);
  const primaries = kinds.readable.get(viewKey(resource))!;
  const applied: AppliedMemory = new Map();
  const fieldManager = `${operator}/${name}`;
  const finalizers = finalizersOf(operator, definition);
  const hotLoops = createHotLoopDetector(clock);
  const underWay = new Map<
    string,
    { readonly reconcileID: string; readonly activity: Activity; readonly since: number }
  >();
  const gate = createReadGate({
    queue,
    clock,
    log,
    timeoutMs: READ_GATE_MS,
    stopping,
    onWaited: metrics.waitedForCache,
  });
  const stuckAfterMs = durationMs(options.stuckAfter ?? '5m');
  const timeoutMs = options.timeout === undefined ? undefined : durationMs(options.timeout);

  const enqueueFor = (kind: KindCache) => enqueueTo(queue, kind.resource, kind === primaries);
  const elsewhere = new Map<string, ClusterKinds & { readonly subscriptions: readonly Subscription[] }>();
  const other = (name: string): ClusterKinds => {
    const found = elsewhere.get(name);
    if (!found) throw new Error(`the manager has no cluster "${name}": add it with addCluster`);
    return found;
  };
  const where = { cluster: environment.cluster, other };
  const mapContext = createReadContext({ kinds, ...where, controllerName: name, log, signal: stopping, clock });
  const pause = (ms: number) => sleep(clock, ms, stopping);
  const handlerFor = (source: SourceDefinition, kind: KindCache): DeltaHandler | undefined => {
    if (source.role === 'owns') return enqueueOwner(enqueueFor(kind), primaries, source.options, log);
    if (source.role === 'watches') return enqueueMapped(enqueueFor(kind), resource, source, mapContext, pause);
    return undefined;
  };
  const listening: { kind: KindCache; subscription?: Subscription | undefined }[] = [
    { kind: primaries, subscription: primaries.listen(enqueueObject(enqueueFor(primaries), options, log)) },
  ];
  for (const source of definition.sources) {
    const kind = kinds.readable.get(viewKey(source.resource));
    if (!kind || source.role === 'writes' || source.options.cluster !== undefined) continue;
    const handler = handlerFor(source, kind);
    listening.push({ kind, subscription: handler && kind.listen(handler) });
    if (source.options.optional) kind.onAvailability(() => enqueueAll(kind));
  }

  /** What an optional kind is good for may concern every object. */
  function enqueueAll({ resource: { kind } }: KindCache): void {
    const causes: readonly Cause[] = Object.freeze([Object.freeze({ source: kind, type: 'available' })]);
    for (const { metadata } of primaries.list()) queue.add(keyString(metadata), { priority: LOW_PRIORITY, causes });
  }

  /** Calls `visit` with the key of each object that passes, without holding the event loop. */
  async function eachKey(test: (key: string) => boolean, visit: (key: string) => void): Promise<void> {
    const slice = timeSlice(clock);
    for (const { metadata } of primaries.list()) {
      const key = keyString(metadata);
      if (test(prefix + key)) visit(key);
      const pause = slice.pause();
      if (pause) await pause;
    }
  }

  async function work(): Promise<void> {
    const slice = timeSlice(clock);
    for (;;) {
      const idle = queue.length === 0;
      const item = await queue.get();
      if (!item) return;
      if (idle) slice.restart();
      if (gate.holds(item)) {
        queue.done(item.key);
        await slice.pause();
        continue;
      }
      metrics.activeWorkers(1);
      try {
        await reconcileItem(item);
      } catch (error) {
        // Not the user's function, which cannot throw through: the worker must live on.
        log.error('Worker failed', { key: item.key, error });
        queue.add(item.key, { priority: item.priority, rateLimited: true, causes: RETRY });
      } finally {
        metrics.activeWorkers(-1);
        queue.done(item.key);
      }
      await slice.pause();
    }
  }

  async function reconcileItem(item: QueueItem): Promise<void> {
    const key = parseKey(item.key);
    const reconcileID = random.uuid();
    const itemLog = log.child({
      [resource.kind]: key,
      ...(key.namespace && { namespace: key.namespace }),
      name: key.name,
      reconcileID,
    });
    const object = primaries.get(key);
    if (!object) {
      metrics.reconciled('success', 0);
      queue.forget(item.key);
      queue.clearTimer(item.key);
      hotLoops.forget(item.key);
      return;
    }
    const triggers = triggersOf(item.causes, (version) => hotLoops.isOwn(item.key, version));
    const writes = hotLoops.begin(item.key, triggers);
    const activity = createActivity(clock);
    // As they were when the request was sent: the event of a write may come before the answer.
    const before = new Map<string, Before>();
    const seen = (kind: AnyResource, at: ObjectKey): Before => {
      const view = kinds.readable.get(viewKey(kind));
      return view ? view.get(at) : 'unknown';
    };
    const startedAt = clock.monotonic();
    const run: TracedRun = {
      controller: name,
      kind: resource.kind,
      cluster: environment.cluster,
      ...key,
      reconcileID,
      waitedMs: item.waitedMs,
      triggers: triggers.map(({ source, type }) => (source ? `${source} ${type}` : type)).join(', '),
    };
    underWay.set(item.key, { reconcileID, activity, since: startedAt });
    const outcome = await tracing.reconcile(run, () =>
      reconcileOnce({
        definition,
        object,
        surroundings: {
          kinds,
          ...where,
          controllerName: name,
          log: itemLog,
          clock,
          client: tracked(client, activity, (kind, at) => {
            before.set(`${kindKey(kind)} ${keyString(at)}`, seen(kind, at));
          }),
          fieldManager,
          recorder,
          applied,
          fencingToken: environment.fencingToken?.(),
          triggers,
          wrote(kind, written) {
            const shown = cache.wrote(kind, written);
            awaitReads(item.key, kind, written.metadata);
            writes.wrote(kind, written.metadata, before.get(`${kindKey(kind)} ${keyString(written.metadata)}`), shown);
            return shown;
          },
          deleted(kind, at, uid) {
            writes.wrote(kind, at, undefined, undefined);
            cache.deleted(kind, at, uid);
            awaitReads(item.key, kind, at);
          },
        },
        current: () => primaries.get(key),
        finalizers,
        timeoutMs,
        onTimeout: metrics.timedOut,
        awaiting: activity.describe,
        stuckAfterMs,
        onStuck: metrics.stuck,
        stopping,
        killed,
      }),
    );
    underWay.delete(item.key);
    metrics.reconciled(outcome.kind, (clock.monotonic() - startedAt) / 1000);
    settle(item, object, outcome, itemLog);
    const loop = writes.end();
    if (loop) tellOfLoop(object, loop, itemLog);
  }

  /** The next run of the key is to see the write in what it can read. */
  function awaitReads(key: string, kind: AnyResource, object: ObjectKey): void {
    for (const view of kinds.readable.values()) {
      if (kindKey(view.resource) === kindKey(kind) && view.isPending(object)) gate.wrote(key, view, object);
    }
  }

  function tellOfLoop(object: KubeObject, { runs, seconds, fields }: HotLoop, itemLog: Logger): void {
    metrics.hotLoop();
    const remedy = 'write only what differs, leave out what changes by itself, and let one controller own each field';
    itemLog.warn('Hot loop: an object is reconciled again and again by its own writes', {
      runs,
      seconds,
      fields,
      remedy,
    });
    const message = `reconciled ${runs} times in ${seconds} s by its own writes: ${fields.join(', ')}`;
    recorder.record(object, { type: 'Warning', reason: 'HotLoop', message }, fieldManager);
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
      else queue.add(key, { priority, rateLimited: true, causes: RETRY });
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
    queue.add(key, { priority, rateLimited: true, backoff: verdict.backoff, causes: RETRY });
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
    running: () =>
      [...underWay].map(([key, { reconcileID, activity, since }]) => ({
        key,
        reconcileID,
        forMs: Math.round(clock.monotonic() - since),
        awaiting: activity.describe(),
      })),
    sources: listening.map(({ kind, subscription }) => ({
      kind,
      synced: () => Promise.all([kind.synced(), subscription?.synced()]),
      isSynced: () => kind.isSynced && (subscription?.isSynced ?? true),
    })),
    watch(source) {
      const view = viewKey(source.resource);
      const { kind, release } = cache.borrow(source.resource, source.options);
      // Its map function may read the kind for as long as the watch lasts.
      const isNew = !kinds.readable.has(view);
      if (isNew) kinds.readable.set(view, kind);
      const subscription = kind.listen(handlerFor(source, kind)!);
      const stopFollowing = source.options.optional ? kind.onAvailability(() => enqueueAll(kind)) : () => {};
      let stopped: Promise<void> | undefined;
      const end = async () => {
        stopFollowing();
        await subscription.stop();
        if (isNew) kinds.readable.delete(view);
        await release();
      };
      return {
        synced: Promise.all([kind.synced(), subscription.synced()]).then(() => {}),
        stop() {
          stopped ??= end();
          return stopped;
        },
      };
    },
    startWorkers() {
      if (workers.length > 0) return;
      log.info('Starting workers', { 'worker count': concurrency });
      workers = Array.from({ length: concurrency }, work);
      for (const source of definition.outside ?? []) {
        const { sourceFailed: onError } = metrics;
        workers.push(followOutside(source, { primary: resource, queue, ctx: mapContext, clock, log, onError }));
      }
    },
    enqueueAll: (test) => {
      const causes: readonly Cause[] = [{ source: resource.kind, type: 'initial' }];
      return eachKey(test, (key) => queue.add(key, { priority: LOW_PRIORITY, causes }));
    },
    async count(test) {
      let count = 0;
      await eachKey(test, () => {
        count += 1;
      });
      return count;
    },
    engage(cluster) {
      const sources = definition.sources.filter(
        ({ options }) => options.cluster === cluster.name || options.cluster === '*',
      );
      const { client, cache } = cluster;
      const declared = declaredElsewhere(definition, cache, sources);
      const subscriptions = sources.flatMap((source) => {
        const kind = declared.readable.get(viewKey(source.resource));
        const handler = kind && handlerFor(source, kind);
        return kind && handler ? [kind.listen(handler)] : [];
      });
      const { wrote, deleted } = cache;
      elsewhere.set(cluster.name, { kinds: declared, client, applied: new Map(), wrote, deleted, subscriptions });
    },
    disengage(cluster) {
      for (const subscription of elsewhere.get(cluster)?.subscriptions ?? []) void subscription.stop();
      elsewhere.delete(cluster);
    },
    async stop() {
      queue.shutDown();
      for (const { subscriptions } of elsewhere.values()) {
        for (const subscription of subscriptions) void subscription.stop();
      }
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

function declaredKinds({ name: controllerName, resource, options, sources }: ControllerDefinition, cache: Cache) {
  const readable = new Map([[viewKey(resource), cache.kind(resource, options)]]);
  const writable = new Map<string, WritableKind>();
  const own = sources.filter((source) => source.options.cluster === undefined);
  for (const source of own) {
    const key = kindKey(source.resource);
    if (source.role !== 'writes') readable.set(viewKey(source.resource), cache.kind(source.resource, source.options));
    if (source.role === 'owns' || source.role === 'writes') {
      const { owned = false, writes = false, adopt = false } = writable.get(key) ?? {};
      writable.set(key, {
        owned: owned || source.role === 'owns',
        writes: writes || source.role === 'writes',
        adopt: source.options.adopt ?? adopt,
      });
    }
  }
  for (const source of [{ resource, options }, ...own]) {
    for (const [name, index] of Object.entries(source.options.indexes ?? {})) {
      readable.get(viewKey(source.resource))?.addIndex(indexName(controllerName, name), index);
    }
  }
  return { primary: resource, readable, writable } satisfies DeclaredKinds;
}

/** What was declared for another cluster; nothing is owned there. */
function declaredElsewhere(
  { name: controllerName, resource }: ControllerDefinition,
  cache: Cache,
  sources: readonly SourceDefinition[],
): DeclaredKinds {
  const readable = new Map<string, KindCache>();
  const writable = new Map<string, WritableKind>();
  for (const { resource, role, options } of sources) {
    const key = kindKey(resource);
    if (role === 'writes') {
      writable.set(key, { owned: false, writes: true, adopt: false });
      continue;
    }
    const kind = cache.kind(resource, options);
    for (const [name, index] of Object.entries(options.indexes ?? {})) {
      kind.addIndex(indexName(controllerName, name), index);
    }
    readable.set(viewKey(resource), kind);
  }
  return { primary: resource, readable, writable };
}
