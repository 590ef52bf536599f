import { systemClock, systemRandom } from '@opwright/client';
import type { AnyResource } from '@opwright/machinery';
import { sharedAbortController } from '../abort.ts';
import { type ControllerBuilder, watchSource } from '../controller/builder.ts';
import { LOCAL } from '../controller/clusters.ts';
import type { LiveWatch } from '../controller/following.ts';
import type { MapFunction, ViewName, WatchOptions } from '../controller/types.ts';
import type { LeaseLostError } from '../election/lost.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { convertedResources, type Operator } from '../operator.ts';
import { ownCertificates } from '../webhooks/certificates.ts';
import { authorized } from './authorization.ts';
import { type ClusterOptions, type ClusterSurroundings, createManagedCluster } from './cluster.ts';
import { createClusters } from './clusters.ts';
import { debugHandler } from './debug.ts';
import type { ManagerDump } from './dump.ts';
import { createEndpoints } from './endpoints.ts';
import { jsonLogger } from './logger.ts';
import type { ManagerOptions } from './options.ts';
import { cacheProblem, type Readiness, readinessOf, unsyncedSources } from './readiness.ts';
import { createReplica } from './replica.ts';
import { shutDown } from './shutdown.ts';
import { syncControllers } from './start-up.ts';
import { createTracing } from './tracing.ts';
import { createManagedWebhooks } from './webhooks.ts';

/** Runs the controllers of an operator: caches, queues, workers, probes, metrics. Disposing of it stops it. */
export interface Manager extends AsyncDisposable {
  /**
   * Starts everything; resolves when the caches are synced and all workers run; with leader election, when they are ready
   * to. May be called once.
   *
   * @throws Error when an address cannot be listened on, or a source did not sync in time; the manager has stopped then
   */
  start(): Promise<void>;
  /** Resolves when the manager has stopped, rejects with what made it fail. */
  readonly done: Promise<void>;
  /**
   * Resolves when this replica works: it is leader, has its share of the keys, or there is neither election nor sharding.
   * A replica that never is leaves it pending.
   */
  readonly elected: Promise<void>;
  /** Whether this replica may work at this moment: it is leader, a member, or there is neither election nor sharding. */
  isLeader(): boolean;
  /**
   * A number that grows with each leader; with sharding, with each hand-over of keys. Undefined while this replica may not
   * work, and without both.
   */
  readonly fencingToken: number | undefined;
  /**
   * Stops: no new reconciles, those under way end, the lease is released, then the caches end, then the servers. Resolves
   * when nothing is left; when called again, the same promise. @throws Error when the grace period was too short
   */
  stop(): Promise<void>;
  /**
   * Lets a controller that runs follow another kind, in addition to what it declares, until the watch is stopped. The
   * operator must be allowed to list and watch the kind: the manifest does not know of it. `map` is as for `watches`.
   *
   * @throws Error when the manager does not run the controller
   */
  watch<Primary extends AnyResource, Reads extends string, Writes extends string, R extends AnyResource>(
    controller: ControllerBuilder<Primary, Reads, Writes>,
    resource: R,
    map: MapFunction<R, Reads | ViewName<R>>,
    options?: WatchOptions<R>,
  ): LiveWatch;
  /**
   * Adds a cluster, before or after the start: its caches are filled, and the controllers that are meant for it begin when
   * theirs are. One that cannot be reached holds up nothing else, and is told by {@link Manager.ready}.
   *
   * @throws Error when there is one of the name, or it cannot be one: lower-case letters, digits, "-" and "."
   */
  addCluster(name: string, cluster: ClusterOptions): void;
  /**
   * Removes a cluster: no new reconciles of its objects, those under way end within the grace period or are broken off, then
   * its caches. @throws Error when there is none of the name
   */
  removeCluster(name: string): Promise<void>;
  /** The names of the clusters that were added, and not removed. */
  readonly clusters: readonly string[];
  /**
   * Whether all is in order, with the reasons; what `/readyz` says. An operator that converts versions has `/readyz` ask for
   * its webhooks only.
   */
  ready(): Readiness;
  /** Where the servers listen; undefined while they do not. */
  readonly metricsUrl: string | undefined;
  readonly probeUrl: string | undefined;
  readonly webhookUrl: string | undefined;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
  /** What it is doing at this moment: queues, reconciles under way, caches. */
  dump(): ManagerDump;
}

/**
 * Makes a manager for the operator. Nothing happens before `start`.
 *
 * Start order: servers, webhooks, caches, and each controller as soon as its own sources are synced. Stop order: controllers, event
 * recorder, caches, webhooks, servers, all within one grace period. Webhooks are served whether this replica is leader or
 * not.
 *
 * With leader election all sources are synced first, then the lease is acquired, then all controllers start. A lease that
 * is lost ends the manager at once: `done` rejects with a `LeaderElectionLostError`, nothing is released, and no write
 * is sent any more. The process must end then, for a reconcile function that does not heed its signal may still run.
 *
 * With sharding the same holds for the lease with which a replica shows that it is a member (`MembershipLostError`); its
 * controllers start with the first share of the keys.
 *
 * @throws Error that names the option when one cannot work
 */
export function createManager(operator: Operator, options: ManagerOptions): Manager {
  const { clock = systemClock, random = systemRandom, gracePeriodMs = 30_000, syncTimeoutMs = 120_000 } = options;
  const logger = options.logger ?? jsonLogger({ clock });
  const metrics = createMetrics(clock);
  const stopping = sharedAbortController();
  const killed = sharedAbortController();
  const common = { clock, random, logger, metrics, stopping: stopping.signal, killed: killed.signal };
  const replica = createReplica(options, { ...common, name: operator.name });
  const surroundings: ClusterSurroundings = {
    ...common,
    operator,
    tracing: createTracing(options.tracer, clock),
    transform: options.transform,
    freeze: options.freeze ?? true,
    watchList: options.watchList ?? true,
    watchIdleTimeoutMs: options.watchIdleTimeoutMs,
    requestTimeoutMs: options.requestTimeoutMs,
    host: options.host ?? '',
    mayWork: replica.isAlone ? undefined : replica.mayWork,
    fencingToken: () => replica.fencingToken,
    shard: replica.shard,
  };
  const local = createManagedCluster(LOCAL, options, surroundings);
  const { cache, controllers, selected, transport, clientOf } = local;
  const clusters = createClusters(local, surroundings);
  for (const [name, cluster] of Object.entries(options.clusters ?? {})) clusters.add(name, cluster);
  replica.meet(local, clusters);
  const webhooks = createManagedWebhooks(operator, options, local, common);

  let started = false;
  let stopped: Promise<void> | undefined;
  const { promise: done, resolve: resolveDone, reject: rejectDone } = deferred();
  const { promise: elected, resolve: resolveElected } = deferred();
  // Whoever called start or stop hears of the failure there; done is for those who ask.
  done.catch(() => {});

  const ready = () =>
    readinessOf(cache, controllers, clock, stopping.signal.aborted, replica.problem, clusters.problems());
  const dump = (): ManagerDump => {
    const { fencingToken } = replica;
    return {
      ready: ready(),
      isLeader: started && replica.mayWork(),
      ...(fencingToken !== undefined && { fencingToken }),
      ...clusters.dump(),
    };
  };
  const endpoints = createEndpoints({
    debug: debugHandler(dump, logger),
    metricsAddress: options.metricsAddress ?? ':8080',
    ...(options.secureMetrics && {
      secureMetrics: {
        certificates:
          options.secureMetrics === true ? ownCertificates({ clock, hosts: ['localhost'] }) : options.secureMetrics,
        // Not behind the fence: every replica shows its metrics.
        authorize: (handler) => authorized(handler, { client: clientOf(transport, 'metrics'), clock, logger }),
      },
    }),
    probeAddress: options.probeAddress ?? ':8081',
    metrics,
    clock,
    logger,
    liveness: { ping: () => undefined },
    readiness: {
      // The API server reaches conversions through a Service of ready pods, and the first lists may need them.
      ...(convertedResources(operator).length === 0 && {
        caches: () => cacheProblem(cache, clock),
        controllers: () => unsyncedSources(controllers)[0],
      }),
      ...replica.checks(),
      ...(webhooks && { webhooks: () => webhooks.problem }),
      stopping: () => (stopping.signal.aborted ? 'the manager is stopping' : undefined),
    },
    // One cluster that is away is no reason to take the others' operator out of service.
    degradation: clusters.checks,
  });

  async function startUp(): Promise<void> {
    const isStopping = () => stopping.signal.aborted;
    await endpoints.open();
    if (isStopping()) return;
    await webhooks?.open();
    if (isStopping()) return;
    logger.info('Starting manager', { operator: operator.name });
    clusters.run();
    const sync = { controllers, cache, selected, clock, limitMs: syncTimeoutMs, stopping: stopping.signal };
    // Who waits for the others has everything ready first.
    await syncControllers(sync, (controller) => replica.isAlone && controller.startWorkers());
    if (replica.isAlone) begin();
    else if (!isStopping()) replica.run(begin, lose);
  }

  function begin(gained?: (key: string) => boolean): void {
    clusters.startWorkers();
    resolveElected();
    if (gained) clusters.enqueueAll(gained);
  }

  /** Another replica may work by now. */
  function lose(error: LeaseLostError): void {
    // First of all: what works must end.
    killed.abort(error);
    stopping.abort(error);
    rejectDone(error);
    stop().catch((reason) => logger.error('Manager did not stop in time', { error: reason }));
  }

  function stop(): Promise<void> {
    stopped ??= shutDown({
      clusters,
      replica,
      webhooks,
      endpoints,
      clock,
      logger,
      gracePeriodMs,
      stopping,
      killed,
    }).then(resolveDone, (error) => {
      rejectDone(error);
      throw error;
    });
    return stopped;
  }

  return {
    done,
    elected,
    isLeader: () => started && replica.mayWork(),
    get fencingToken() {
      return replica.fencingToken;
    },
    stop,
    [Symbol.asyncDispose]: stop,
    async start() {
      if (started) throw new Error('a manager can be started once; make another one');
      if (stopped) throw new Error('the manager has been stopped');
      started = true;
      try {
        await startUp();
      } catch (error) {
        logger.error('Manager failed', { error });
        rejectDone(error);
        await stop().catch(() => {});
        throw error;
      }
    },
    watch({ definition }, resource, map, watchOptions = {}) {
      const running = controllers.find(({ name }) => name === definition.name);
      if (!running) throw new Error(`the manager does not run a controller named "${definition.name}"`);
      return running.watch(watchSource(resource, map, watchOptions));
    },
    addCluster(name, options) {
      if (stopping.signal.aborted) throw new Error('the manager is stopping');
      clusters.add(name, options);
    },
    removeCluster: (name) => clusters.remove(name, gracePeriodMs),
    get clusters() {
      return clusters.names;
    },
    ready,
    get metricsUrl() {
      return endpoints.metricsUrl;
    },
    get probeUrl() {
      return endpoints.probeUrl;
    },
    get webhookUrl() {
      return webhooks?.url;
    },
    metrics: metrics.text,
    dump,
  };
}

function deferred() {
  let resolve = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });
  return { promise, resolve, reject };
}
