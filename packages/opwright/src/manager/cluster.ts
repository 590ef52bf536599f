import { hostname } from 'node:os';
import { type Client, createClient, type Transport } from '@opwright/client';
import { type AnyResource, type Clock, type KubeObject, type Random, sleep } from '@opwright/machinery';
import { childOf, sharedAbortController } from '../abort.ts';
import { type Cache, createCache } from '../cache/cache.ts';
import type { Subscription } from '../cache/kind-cache.ts';
import { stripManagedFields } from '../cache/transform.ts';
import { includesCluster, LOCAL } from '../controller/clusters.ts';
import { createController, type RunningController } from '../controller/controller.ts';
import type { ClusterAccess } from '../controller/environment.ts';
import { fencedTransport } from '../election/fence.ts';
import { createEventRecorder, type EventRecorder } from '../events/recorder.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Operator } from '../operator.ts';
import type { Shard } from '../sharding/shard-queue.ts';
import { type CacheDump, type ControllerDump, dumpCache, dumpController } from './dump.ts';
import type { Logger } from './logger.ts';
import { cacheProblem, unsyncedSources } from './readiness.ts';
import { type FollowedNamespaces, followedSet, selectNamespaces } from './selected-namespaces.ts';
import type { Tracing } from './tracing.ts';

/** A cluster beside the manager's own. */
export interface ClusterOptions {
  /** The API server. This, or `client`. It stays the caller's to close. */
  readonly transport?: Transport;
  /** Its transport is used. */
  readonly client?: Client;
  /**
   * Follow namespaced kinds in these namespaces only. A `namespaceSet` may change while the manager runs, and so do the
   * namespaces of a label selector (`{ labelSelector: 'team=a' }`). Default: all.
   */
  readonly namespaces?: FollowedNamespaces;
}

/** What the clusters of a manager have in common. */
export interface ClusterSurroundings {
  readonly operator: Operator;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** What objects go through before they are cached. */
  readonly transform?: ((object: KubeObject, resource: AnyResource) => KubeObject) | undefined;
  readonly freeze: boolean;
  readonly watchList: boolean;
  readonly watchIdleTimeoutMs?: number | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** The `host` label of request metrics. */
  readonly host: string;
  /** Asked before each write; absent = there is nothing to ask. */
  readonly mayWork?: (() => boolean) | undefined;
  readonly fencingToken: () => number | undefined;
  readonly shard?: Shard | undefined;
  /** Those of the manager. */
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
}

/** A cluster in a manager: its caches, its client, and the controllers that reconcile its objects. */
export interface ManagedCluster extends ClusterAccess {
  readonly cache: Cache;
  /** Requests that are counted and not fenced. */
  readonly transport: Transport;
  /** A client with a user agent of its own on that transport. */
  clientOf(transport: Transport, userAgent: string): Client;
  readonly recorder: EventRecorder;
  readonly controllers: readonly RunningController[];
  /** Resolves when the namespaces are known that are followed; undefined when they are given. */
  readonly selected: Subscription | undefined;
  /** Fills the caches, and follows the cluster from now on. */
  run(): void;
  /** Why its objects are not known, or not known any more. */
  problem(): string | undefined;
  /** What its controllers cannot read outside of the cluster, a sentence for each. */
  outsideProblems(): readonly string[];
  /** What it is doing at this moment. */
  dump(): { readonly controllers: readonly ControllerDump[]; readonly caches: readonly CacheDump[] };
  /** Ends what is under way, within the time given, then the caches. */
  leave(gracePeriodMs: number): Promise<void>;
  /** Ends the recorder, then the caches. */
  close(): Promise<void>;
  /** Ends the caches at once. */
  kill(): void;
}

export function createManagedCluster(
  name: string,
  { transport: given, client: givenClient, namespaces: followed }: ClusterOptions,
  surroundings: ClusterSurroundings,
): ManagedCluster {
  const { operator, clock, random, metrics, tracing, mayWork, requestTimeoutMs } = surroundings;
  const base = given ?? givenClient?.transport;
  if (!base) {
    throw new Error(
      name === LOCAL
        ? 'createManager needs a transport or a client'
        : `cluster "${name}" needs a transport or a client`,
    );
  }
  const label = name === LOCAL ? undefined : name;
  const logger = label ? surroundings.logger.child({ cluster: name }) : surroundings.logger;
  const transport = tracing.instrument(metrics.instrument(base, label ?? surroundings.host));
  const clientOf = (through: Transport, userAgent: string) =>
    createClient(through, {
      userAgent: `${operator.name} ${userAgent}`,
      clock,
      ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
      fieldManager: operator.name,
      warnings: (text) => logger.warn('Warning from the API server', { warning: text }),
    });
  const client = clientOf(mayWork ? fencedTransport(transport, mayWork) : transport, 'opwright');
  const managedFieldsOf = new Set(operator.controllers.map((one) => `${operator.name}/${one.name}`));
  const strip = stripManagedFields(managedFieldsOf);
  const { transform: custom } = surroundings;
  const namespaces = followedSet(followed);
  const cache = createCache({
    client,
    clock,
    random,
    logger,
    namespaces,
    transform: (resource) => (custom ? (object) => custom(strip(object), resource) : strip),
    managedFieldsOf,
    planned: plannedKinds(operator, name),
    onBadObject(object, { message }) {
      if (!isIdentified(object)) return;
      recorder.record(object, { type: 'Warning', reason: 'BadObject', message }, operator.name);
    },
    freeze: surroundings.freeze,
    idleTimeoutMs: surroundings.watchIdleTimeoutMs,
    watchList: surroundings.watchList,
    onError: (resource, { reason }) => metrics.watchFailed(resource, reason, label),
  });
  const selected =
    namespaces && followed && 'labelSelector' in followed
      ? selectNamespaces(cache, namespaces, followed).subscription
      : undefined;
  metrics.observeCache(cache, label);

  const stopping = childOf(surroundings.stopping);
  const killed = childOf(surroundings.killed);
  const cachesStopped = sharedAbortController();
  const recorder = createEventRecorder({
    // Not behind the fence: to tell what happened is no work.
    client: clientOf(transport, 'opwright'),
    clock,
    logger,
    instance: hostname(),
    signal: killed.controller.signal,
    onFailure: metrics.eventFailed,
    onDiscard: metrics.eventDiscarded,
  });
  const controllers = operator.controllers
    .filter(({ options }) => includesCluster(options.clusters, name))
    .map((definition) =>
      createController(definition, {
        operator: operator.name,
        cluster: name,
        client,
        cache,
        clock,
        random,
        logger,
        recorder,
        metrics: metrics.controller(definition.name, label),
        tracing,
        stopping: stopping.controller.signal,
        killed: killed.controller.signal,
        fencingToken: surroundings.fencingToken,
        shard: surroundings.shard,
      }),
    );

  let cacheRun: Promise<void> = Promise.resolve();
  async function close(): Promise<void> {
    await recorder.stop();
    cachesStopped.abort();
    await cacheRun;
    stopping.release();
    killed.release();
  }

  return {
    name,
    client,
    cache,
    transport,
    clientOf,
    recorder,
    controllers,
    selected,
    run() {
      cacheRun = cache.run(cachesStopped.signal);
    },
    problem() {
      const problem = cacheProblem(cache, clock) ?? unsyncedSources(controllers)[0];
      return problem === undefined ? undefined : `cluster "${name}": ${problem}`;
    },
    outsideProblems: () =>
      controllers
        .flatMap((controller) => controller.problems())
        .map((problem) => (label === undefined ? problem : `cluster "${label}": ${problem}`)),
    dump: () => ({
      controllers: controllers.map((controller) => dumpController(controller, label)),
      caches: dumpCache(cache, label, clock),
    }),
    async leave(gracePeriodMs) {
      stopping.controller.abort(new Error(`the cluster "${name}" is being removed`));
      const ended = new AbortController();
      const expired = async () => {
        await sleep(clock, gracePeriodMs, ended.signal);
        if (ended.signal.aborted) return;
        // What does not heed its signal is not waited for: its requests are broken off.
        logger.warn('Reconciles of a removed cluster did not end in time', { gracePeriodMs });
        killed.controller.abort(new Error(`the cluster "${name}" was removed`));
      };
      const stopped = Promise.all(controllers.map((controller) => controller.stop())).then(() => ended.abort());
      await Promise.race([stopped, expired()]);
      await close();
      if (label) metrics.forgetCluster(label);
    },
    close,
    kill: () => cachesStopped.abort(),
  };
}

/** What controllers will ask for in this cluster. */
function plannedKinds({ controllers }: Operator, cluster: string) {
  return controllers.flatMap(({ resource, options, sources }) => {
    const isHere = includesCluster(options.clusters, cluster);
    return [
      ...(isHere ? [{ resource, ...options }] : []),
      ...sources
        .filter((source) => source.role !== 'writes')
        .filter(({ options: { cluster: where } }) =>
          where === undefined ? isHere : where === cluster || where === '*',
        )
        .map((source) => ({ resource: source.resource, ...source.options })),
    ];
  });
}

function isIdentified(object: unknown): object is KubeObject {
  const { apiVersion, kind, metadata } = (object ?? {}) as Partial<KubeObject>;
  return Boolean(apiVersion && kind && metadata?.name && metadata.uid);
}
