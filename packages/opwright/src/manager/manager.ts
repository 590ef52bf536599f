import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { type Client, createClient, systemClock, systemRandom, type Transport } from '@opwright/client';
import { type AnyResource, type Clock, type KubeObject, type Random, sleep } from '@opwright/machinery';
import { sharedAbortController } from '../abort.ts';
import { createCache } from '../cache/cache.ts';
import { stripManagedFields } from '../cache/transform.ts';
import { type ControllerBuilder, watchSource } from '../controller/builder.ts';
import { createController, type LiveWatch, type RunningController } from '../controller/controller.ts';
import type { MapFunction, ViewName, WatchOptions } from '../controller/types.ts';
import type { LeaderElectionLostError } from '../election/elector.ts';
import { fencedTransport } from '../election/fence.ts';
import { lifeline } from '../election/lifeline.ts';
import { type LeaderElectionOptions, resolveElection } from '../election/options.ts';
import { createEventRecorder, type EventRecorder } from '../events/recorder.ts';
import { convertedResources, type Operator, servesWebhooks } from '../operator.ts';
import type { CertificateSource } from '../webhooks/certificates.ts';
import { createWebhookServer, type WebhookServer } from '../webhooks/server.ts';
import { defaultCertificates, podNamespace } from '../webhooks/service.ts';
import { injectTrust, installConfigurations } from '../webhooks/trust.ts';
import { type Campaign, createCampaign } from './campaign.ts';
import { createEndpoints } from './endpoints.ts';
import { jsonLogger, type Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { cacheProblem, type Readiness, readinessOf, unsyncedSources } from './readiness.ts';
import { type FollowedNamespaces, followedSet, selectNamespaces } from './selected-namespaces.ts';

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
  /** Resolves when this replica works: it is leader, or there is no election. A replica that never is leaves it pending. */
  readonly elected: Promise<void>;
  /** Whether this replica may work at this moment; always, without election. */
  isLeader(): boolean;
  /** A number that grows with each leader; undefined while this replica is none, and without election. */
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
 */
export function createManager(operator: Operator, options: ManagerOptions): Manager {
  const { clock = systemClock, random = systemRandom, gracePeriodMs = 30_000, syncTimeoutMs = 120_000 } = options;
  const logger = options.logger ?? jsonLogger({ clock });
  const baseTransport = options.transport ?? options.client?.transport;
  if (!baseTransport) throw new Error('createManager needs a transport or a client');

  const metrics = createMetrics(clock);
  const election = options.leaderElection
    ? resolveElection(options.leaderElection, { operator: operator.name, random })
    : undefined;
  let campaign: Campaign | undefined;
  const isLeader = () => campaign?.isLeader() ?? true;
  const transport = metrics.instrument(baseTransport, options.host ?? '');
  const clientOf = (through: Transport, userAgent: string) =>
    createClient(through, {
      userAgent: `${operator.name} ${userAgent}`,
      fieldManager: operator.name,
      warnings: (text) => logger.warn('Warning from the API server', { warning: text }),
    });
  const client = clientOf(election ? fencedTransport(transport, isLeader) : transport, 'opwright');
  const fieldManagers = new Set(operator.controllers.map(({ name }) => `${operator.name}/${name}`));
  const strip = stripManagedFields(fieldManagers);
  const { transform: custom } = options;
  const namespaces = followedSet(options.namespaces);
  const cache = createCache({
    client,
    clock,
    random,
    logger,
    namespaces,
    transform: (resource) => (custom ? (object) => custom(strip(object), resource) : strip),
    whole: operator.controllers.flatMap(({ resource, options, sources }) => [
      { resource, ...options },
      ...sources
        .filter(({ role }) => role !== 'writes')
        .map((source) => ({ resource: source.resource, ...source.options })),
    ]),
    onBadObject: (object, { message }) => tellOfBadObject(object, message),
    freeze: options.freeze ?? true,
    idleTimeoutMs: options.watchIdleTimeoutMs,
    watchList: options.watchList ?? true,
    onError: (resource, { reason }) => metrics.watchFailed(resource, reason),
  });
  const selected =
    namespaces && options.namespaces && 'labelSelector' in options.namespaces
      ? selectNamespaces(cache, namespaces, options.namespaces)
      : undefined;
  metrics.observeCache(cache);
  const tellOfBadObject = (object: unknown, message: string) => {
    if (isIdentified(object)) recorder.record(object, { type: 'Warning', reason: 'BadObject', message }, operator.name);
  };

  const stopping = sharedAbortController();
  const killed = sharedAbortController();
  const cachesStopped = sharedAbortController();
  // Every watch, worker and request listens to these: many listeners are no leak.
  setMaxListeners(0, stopping.signal, killed.signal, cachesStopped.signal);
  const recorder: EventRecorder = createEventRecorder({
    // Not behind the fence: to tell what happened is no work.
    client: clientOf(transport, 'opwright'),
    clock,
    logger,
    instance: hostname(),
    signal: killed.signal,
    onFailure: metrics.eventFailed,
    onDiscard: metrics.eventDiscarded,
  });
  const controllers: RunningController[] = operator.controllers.map((definition) =>
    createController(definition, {
      operator: operator.name,
      client,
      cache,
      clock,
      random,
      logger,
      recorder,
      metrics: metrics.controller(definition.name),
      stopping: stopping.signal,
      killed: killed.signal,
      fencingToken: () => campaign?.fencingToken,
    }),
  );
  if (election) {
    campaign = createCampaign({
      client: clientOf(lifeline(transport), 'leader-election'),
      clock,
      random,
      logger,
      election,
      recorder,
      reporter: operator.name,
      metrics: metrics.election(election.leaseName),
      stopping: stopping.signal,
      killed: killed.signal,
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
  let cacheRun: Promise<void> = Promise.resolve();
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

  const endpoints = createEndpoints({
    metricsAddress: options.metricsAddress ?? ':8080',
    probeAddress: options.probeAddress ?? ':8081',
    metrics,
    liveness: { ping: () => undefined },
    readiness: {
      // The API server reaches conversions through a Service of ready pods, and the first lists may need them.
      ...(convertedResources(operator).length === 0 && {
        caches: () => cacheProblem(cache, clock),
        controllers: () => unsyncedSources(controllers)[0],
      }),
      ...(campaign && { leaderElection: () => campaign?.problem }),
      ...(webhooks && { webhooks: () => webhooks?.problem }),
      stopping: () => (stopping.signal.aborted ? 'the manager is stopping' : undefined),
    },
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
      await Promise.race([selected?.subscription.synced(), late]);
      if (stopping.signal.aborted) return;
      if (selected && !selected.subscription.isSynced) throw tooLate(cacheProblem(cache, clock) ?? 'namespaces');
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
      cachesStopped.abort();
    };
    const expired = expire();
    const orderly = async () => {
      await Promise.all(controllers.map((controller) => controller.stop()));
      await campaign?.end();
      await recorder.stop();
      cachesStopped.abort();
      await cacheRun;
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

  /** Another replica may be leader by now. */
  function lose(error: LeaderElectionLostError): void {
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
    isLeader: () => started && isLeader(),
    get fencingToken() {
      return campaign?.fencingToken;
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
        cacheRun = cache.run(cachesStopped.signal);
        if (campaign) {
          await syncControllers(() => {});
          if (stopping.signal.aborted) return;
          campaign.run(() => {
            for (const controller of controllers) controller.startWorkers();
            resolveElected();
          }, lose);
        } else {
          await syncControllers((controller) => controller.startWorkers());
          resolveElected();
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
    ready: () => readinessOf(cache, controllers, clock, stopping.signal.aborted, campaign?.problem),
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
  };
}

/** An event can only be about an object that has a name and a uid. */
function isIdentified(object: unknown): object is KubeObject {
  const { apiVersion, kind, metadata } = (object ?? {}) as Partial<KubeObject>;
  return Boolean(apiVersion && kind && metadata?.name && metadata.uid);
}
