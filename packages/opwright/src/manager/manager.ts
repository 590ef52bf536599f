import { type Client, systemClock, systemRandom, type Transport } from '@opwright/client';
import { type AnyResource, type Clock, type KubeObject, type Random, sleep } from '@opwright/machinery';
import { sharedAbortController } from '../abort.ts';
import { type ControllerBuilder, watchSource } from '../controller/builder.ts';
import { LOCAL } from '../controller/clusters.ts';
import type { RunningController } from '../controller/controller.ts';
import type { LiveWatch } from '../controller/following.ts';
import type { MapFunction, ViewName, WatchOptions } from '../controller/types.ts';
import { lifeline } from '../election/lifeline.ts';
import type { LeaseLostError } from '../election/lost.ts';
import { type LeaderElectionOptions, resolveElection } from '../election/options.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { convertedResources, type Operator, servesWebhooks } from '../operator.ts';
import { createMembership, type Membership } from '../sharding/membership.ts';
import { resolveSharding, type ShardingOptions } from '../sharding/options.ts';
import type { Shard } from '../sharding/shard-queue.ts';
import { type CertificateSource, ownCertificates } from '../webhooks/certificates.ts';
import { createWebhookServer, type WebhookServer } from '../webhooks/server.ts';
import { defaultCertificates, podNamespace } from '../webhooks/service.ts';
import { injectTrust, installConfigurations } from '../webhooks/trust.ts';
import { authorized } from './authorization.ts';
import { type Campaign, createCampaign } from './campaign.ts';
import { type ClusterOptions, type ClusterSurroundings, createManagedCluster } from './cluster.ts';
import { createClusters } from './clusters.ts';
import { debugHandler } from './debug.ts';
import type { ManagerDump } from './dump.ts';
import { createEndpoints } from './endpoints.ts';
import { jsonLogger, type Logger } from './logger.ts';
import { cacheProblem, type Readiness, readinessOf, unsyncedSources } from './readiness.ts';
import type { FollowedNamespaces } from './selected-namespaces.ts';
import { createTracing, type Tracer } from './tracing.ts';

export interface ManagerOptions {
  /** The API server. This, or `client`. */
  readonly transport?: Transport;
  /** Its transport is used. */
  readonly client?: Client;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the system's. */
  readonly random?: Random;
  /** Default: JSON lines on standard error. */
  readonly logger?: Logger;
  /**
   * Follow namespaced kinds in these namespaces only. A `namespaceSet` may change while the manager runs, and so do the
   * namespaces of a label selector (`{ labelSelector: 'team=a' }`). Default: all.
   */
  readonly namespaces?: FollowedNamespaces;
  /**
   * Changes objects before they are cached, to drop what no controller reads; must not mutate them. Called once for each
   * version of an object; managed fields of others are gone by then.
   */
  readonly transform?: (object: KubeObject, resource: AnyResource) => KubeObject;
  /** Where `/metrics` is served; default `:8080`, `0` = nowhere. */
  readonly metricsAddress?: string;
  /**
   * Serve metrics over TLS, and only to clients whose bearer token the API server knows (TokenReview) and whom it allows to
   * `get` the path (SubjectAccessReview). `true`: with a certificate that is made for this process; or a source of your
   * own, such as `certificateFiles`. Default: over HTTP, to everybody who reaches the address.
   */
  readonly secureMetrics?: boolean | CertificateSource;
  /**
   * Spans for reconciles and their requests: `trace.getTracer('foo-operator')` of `@opentelemetry/api`. Default: none.
   *
   * @see https://opentelemetry.io/docs/languages/js/
   */
  readonly tracer?: Tracer;
  /** Where `/healthz` and `/readyz` are served; default `:8081`, `0` = nowhere. */
  readonly probeAddress?: string;
  /** Where webhooks are served, if the operator has any; default `:9443`, `0` = nowhere. */
  readonly webhookAddress?: string;
  /**
   * Default: in a pod, a certificate that the replicas share in a Secret; elsewhere, one that is made for this process. See
   * also `certificateFiles`.
   */
  readonly webhookCertificates?: CertificateSource;
  /** How long all API servers have to hear of a new authority before its certificate is used; default 10 s. */
  readonly webhookOverlapMs?: number;
  /**
   * Apply webhook configurations that lead to this process by URL. Default false: they are there, and get the authorities
   * to trust written into them, unless this is no pod and `webhookCertificates` is not given.
   */
  readonly installWebhooks?: boolean;
  /** How long `stop` waits for what is under way before it breaks it off; default 30 s. */
  readonly gracePeriodMs?: number;
  /** How long the first lists may take before `start` fails; default 2 min. */
  readonly syncTimeoutMs?: number;
  /** A watch without a sign of life for so long is opened anew; default 5 min. */
  readonly watchIdleTimeoutMs?: number;
  /**
   * How long a request of the operator may take before it fails, so that a lost answer holds no key and no worker; watches have
   * `watchIdleTimeoutMs`. Default 70 s: an API server itself gives up after 60 s.
   */
  readonly requestTimeoutMs?: number;
  /**
   * Fill the caches from streams (WatchList) where the server can: neither side holds a whole list, so that large kinds
   * cost less memory and no pause. Servers that cannot are noticed, and listed. Default: true.
   *
   * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
   */
  readonly watchList?: boolean;
  /** Freeze cached objects: a mutation throws, and equal parts of objects are kept once, half of the memory. Default: true. */
  readonly freeze?: boolean;
  /**
   * Work only while this replica holds a Lease; the others of the operator wait with caches and queues filled, ready to
   * take over. `{}` = on, with the defaults; default: off.
   */
  readonly leaderElection?: false | LeaderElectionOptions;
  /**
   * All replicas work, each on its share of the keys, and take over from those that stop or vanish. `{}` = on, with the
   * defaults; default: off. Not together with `leaderElection`.
   */
  readonly sharding?: false | ShardingOptions;
  /** Clusters beside the manager's own, by name, for controllers that are declared with `clusters` or `cluster`. */
  readonly clusters?: Readonly<Record<string, ClusterOptions>>;
  /** The `host` label of `rest_client_requests_total`; default empty. */
  readonly host?: string;
}

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
  const election = options.leaderElection
    ? resolveElection(options.leaderElection, { operator: operator.name, random })
    : undefined;
  const sharding = options.sharding
    ? resolveSharding(options.sharding, { operator: operator.name, random })
    : undefined;
  if (election && sharding) throw new Error('leaderElection and sharding exclude each other: leave one of them out');
  let campaign: Campaign | undefined;
  let membership: Membership | undefined;
  const mayWork = () => campaign?.isLeader() ?? membership?.mayWrite() ?? true;
  const fencingToken = () => campaign?.fencingToken ?? membership?.fencingToken;

  const stopping = sharedAbortController();
  const killed = sharedAbortController();
  const shard: Shard | undefined = sharding && {
    owns: (key) => membership?.owns(key) ?? false,
    begin: (key) => membership?.begin(key) ?? false,
    end: (key) => membership?.end(key),
  };
  const surroundings: ClusterSurroundings = {
    operator,
    clock,
    random,
    logger,
    metrics,
    tracing: createTracing(options.tracer, clock),
    transform: options.transform,
    freeze: options.freeze ?? true,
    watchList: options.watchList ?? true,
    watchIdleTimeoutMs: options.watchIdleTimeoutMs,
    requestTimeoutMs: options.requestTimeoutMs,
    host: options.host ?? '',
    mayWork: election || sharding ? mayWork : undefined,
    fencingToken,
    shard,
    stopping: stopping.signal,
    killed: killed.signal,
  };
  const local = createManagedCluster(LOCAL, options, surroundings);
  const { cache, controllers, recorder, selected, transport, clientOf } = local;
  const clusters = createClusters(local, surroundings);
  for (const [name, cluster] of Object.entries(options.clusters ?? {})) clusters.add(name, cluster);

  const lease = {
    clock,
    random,
    logger,
    recorder,
    reporter: operator.name,
    stopping: stopping.signal,
    killed: killed.signal,
  };
  if (sharding) {
    membership = createMembership({
      ...lease,
      client: clientOf(lifeline(transport), 'sharding'),
      sharding,
      metrics: metrics.sharding(sharding.leaseName, {
        waitingSeconds: () => (membership?.waiting?.ms ?? 0) / 1000,
        ownedKeys: () => clusters.count((key) => membership?.owns(key) ?? false),
      }),
    });
  }
  if (election) {
    campaign = createCampaign({
      ...lease,
      client: clientOf(lifeline(transport), 'leader-election'),
      election,
      metrics: metrics.election(election.leaseName),
    });
  }

  const webhookAddress = options.webhookAddress ?? ':9443';
  let webhooks: WebhookServer | undefined;
  if (servesWebhooks(operator) && webhookAddress !== '' && webhookAddress !== '0') {
    // Not behind the fence: every replica serves, whoever leads.
    const webhookClient = clientOf(transport, 'webhooks');
    webhooks = createWebhookServer({
      served: { definitions: operator.webhooks, converted: convertedResources(operator) },
      address: webhookAddress,
      certificates: options.webhookCertificates ?? defaultCertificates(operator.name, webhookClient, clock),
      publish: options.installWebhooks
        ? installConfigurations(operator, webhookClient, () => webhooks?.url ?? '')
        : // A process beside the cluster is not who the configurations lead to: they are not its business.
          options.webhookCertificates !== undefined || podNamespace() !== undefined
          ? injectTrust(operator, webhookClient)
          : async () => {},
      clock,
      logger,
      metrics: metrics.webhooks(),
      overlapMs: options.webhookOverlapMs,
    });
  }

  let started = false;
  let stopped: Promise<void> | undefined;
  let resolveDone = () => {};
  let rejectDone: (error: unknown) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    resolveDone = resolve;
    rejectDone = reject;
  });
  let resolveElected = () => {};
  const elected = new Promise<void>((resolve) => {
    resolveElected = resolve;
  });
  // Whoever called start or stop hears of the failure there; done is for those who ask.
  done.catch(() => {});
  const begin = () => {
    clusters.startWorkers();
    resolveElected();
  };

  const ready = () => {
    const problem = campaign?.problem ?? membership?.problem;
    return readinessOf(cache, controllers, clock, stopping.signal.aborted, problem, clusters.problems());
  };
  const dump = (): ManagerDump => {
    const token = fencingToken();
    return {
      ready: ready(),
      isLeader: started && mayWork(),
      ...(token !== undefined && { fencingToken: token }),
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
      ...(campaign && { leaderElection: () => campaign?.problem }),
      ...(membership && { sharding: () => membership?.problem }),
      ...(webhooks && { webhooks: () => webhooks?.problem }),
      stopping: () => (stopping.signal.aborted ? 'the manager is stopping' : undefined),
    },
    // One cluster that is away is no reason to take the others' operator out of service.
    degradation: clusters.checks,
  });

  /** Calls `ready` for each controller when its sources are synced; one that waits does not hold up the others. */
  async function syncControllers(ready: (controller: RunningController) => void): Promise<void> {
    const limit = new AbortController();
    const endWait = () => limit.abort();
    stopping.signal.addEventListener('abort', endWait);
    const late = sleep(clock, syncTimeoutMs, limit.signal);
    const tooLate = (missing: string) =>
      new Error(`timed out after ${syncTimeoutMs / 1000} s waiting for caches to sync: ${missing}`);
    const running = controllers.map(async (controller) => {
      // Which caches there are is known only then.
      await Promise.race([selected?.synced(), late]);
      if (stopping.signal.aborted) return;
      if (selected && !selected.isSynced) throw tooLate(cacheProblem(cache, clock) ?? 'namespaces');
      await Promise.race([Promise.all(controller.sources.map((source) => source.synced())), late]);
      if (stopping.signal.aborted) return;
      const [missing] = unsyncedSources([controller]);
      if (missing) throw tooLate(missing);
      ready(controller);
    });
    try {
      await Promise.all(running);
    } finally {
      limit.abort();
      stopping.signal.removeEventListener('abort', endWait);
    }
  }

  async function shutDown(): Promise<void> {
    logger.info('Stopping and waiting for controllers');
    stopping.abort(new Error('the manager is stopping'));
    const grace = new AbortController();
    let overrun = false;
    // Past the deadline all requests are broken off; what still does not end is not waited for.
    const expire = async () => {
      await sleep(clock, gracePeriodMs, AbortSignal.any([grace.signal, killed.signal]));
      // A lost lease leaves no time but for what ends by itself.
      if (!grace.signal.aborted) await sleep(clock, 0, grace.signal);
      if (grace.signal.aborted) return;
      overrun = true;
      killed.abort(new Error('the grace period of the manager is over'));
      clusters.kill();
    };
    const expired = expire();
    const orderly = async () => {
      await clusters.stopControllers();
      await campaign?.end();
      await membership?.leave();
      await clusters.close();
      await webhooks?.close(killed.signal);
    };
    await Promise.race([orderly(), expired]);
    grace.abort();
    await expired;
    killed.abort(new Error('the manager has stopped'));
    await webhooks?.close(killed.signal);
    await endpoints.close();
    if (overrun)
      throw new Error(`failed waiting for all runnables to end within grace period of ${gracePeriodMs / 1000}s`);
    logger.info('Stopped');
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
    stopped ??= shutDown().then(resolveDone, (error) => {
      rejectDone(error);
      throw error;
    });
    return stopped;
  }

  return {
    done,
    elected,
    isLeader: () => started && mayWork(),
    get fencingToken() {
      return fencingToken();
    },
    stop,
    [Symbol.asyncDispose]: stop,
    async start() {
      if (started) throw new Error('a manager can be started once; make another one');
      if (stopped) throw new Error('the manager has been stopped');
      started = true;
      try {
        await endpoints.open();
        if (stopping.signal.aborted) return;
        await webhooks?.open();
        if (stopping.signal.aborted) return;
        logger.info('Starting manager', { operator: operator.name });
        clusters.run();
        if (campaign) {
          await syncControllers(() => {});
          if (stopping.signal.aborted) return;
          campaign.run(begin, lose);
        } else if (membership) {
          await syncControllers(() => {});
          if (stopping.signal.aborted) return;
          membership.run((gained) => {
            begin();
            clusters.enqueueAll(gained);
          }, lose);
        } else {
          await syncControllers((controller) => controller.startWorkers());
          begin();
        }
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
    metrics: () => metrics.text(),
    dump,
  };
}

/** An event can only be about an object that has a name and a uid. */
