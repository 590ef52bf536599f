import {
  type CertificateAuthority,
  type Client,
  createClient,
  isAlreadyExists,
  systemClock,
  systemRandom,
  type Transport,
} from '@opwright/client';
import { Namespace } from '@opwright/kubernetes/core';
import { type Clock, type JsonObject, type KubeObject, seededRandom } from '@opwright/machinery';
import { jsonLogger } from 'opwright';
import { admissionChain } from './api/admission/admission.ts';
import { admissionPlugins, lookupIn } from './api/admission/plugins.ts';
import { paramAccess } from './api/admission/policies/param-access.ts';
import { webhookCaller } from './api/admission/webhooks/caller.ts';
import { serviceResolver } from './api/admission/webhooks/services.ts';
import { ADMIN, authenticated } from './api/authenticate.ts';
import { authorizerChain } from './api/authorize.ts';
import type { ApiServer } from './api/context.ts';
import { discoveryDocuments } from './api/discovery/documents.ts';
import { durably } from './api/durably.ts';
import { createFaults, type Faults, NO_FAULTS } from './api/faults.ts';
import { createHandler } from './api/handler.ts';
import { healthDocuments, versionDocument } from './api/health.ts';
import type { Handler } from './api/http-types.ts';
import { createApiServerMetrics } from './api/metrics.ts';
import { openapiV3Documents } from './api/openapi/documents.ts';
import { openapiV2Documents } from './api/openapi/v2/documents.ts';
import { decodeProtobufBody } from './api/protobuf.ts';
import { rbacAuthorizer } from './api/rbac/authorizer.ts';
import { roleEscalation } from './api/rbac/escalation.ts';
import { ruleResolver } from './api/rbac/rules.ts';
import { createRequestLog, type RequestLog } from './api/request-log.ts';
import { issuerDocuments } from './api/tokens/documents.ts';
import { tokenIssuer } from './api/tokens/issuer.ts';
import { legacyToken } from './api/tokens/legacy.ts';
import { fixedToken } from './api/tokens/token.ts';
import { bootstrap } from './bootstrap.ts';
import { type ClusterOptions, pluginChoice } from './cluster-options.ts';
import { simulatedContainers } from './controllers/kubelet/containers.ts';
import { controllersOf } from './controllers/profiles.ts';
import { createDefinitions } from './crds/definitions.ts';
import { definitionTerminating } from './crds/terminating.ts';
import { serviceAllocator } from './kinds/allocator.ts';
import { builtinKindsWith } from './kinds/builtin.ts';
import { checkFeatureGates } from './kinds/feature-gates.ts';
import { createRegistry } from './kinds/registry.ts';
import { loadObjects } from './load.ts';
import { objectsIn } from './load-files.ts';
import { registerApiServices } from './local-api-services.ts';
import { type ServedCluster, serveCluster } from './serve.ts';
import { frontProxyData } from './server/front-proxy.ts';
import { type ClusterIdentities, createClusterIdentities } from './server/identities.ts';
import { createWebhookClient } from './server/webhook-client.ts';
import { type ClusterState, openState } from './state.ts';
import { expireAfter } from './store/expiry.ts';
import { createFanOut } from './store/fan-out.ts';
import { storeKey } from './store/object.ts';
import { encodeSaved } from './store/saved.ts';
import { createStore } from './store/store.ts';
import { untilExists } from './store/until-exists.ts';
import { keptText } from './store/vault.ts';
import { inProcessTransport } from './transport.ts';

const HOUR_MS = 3600 * 1000;

/** A user of the in-process transport. */
export interface ClusterUser {
  readonly name: string;
  readonly groups?: readonly string[];
}

/** A Kubernetes API server in this process. Disposing of it stops it. */
export interface Cluster extends AsyncDisposable {
  /** Reaches the API server by a function call, as its administrator. */
  readonly transport: Transport;
  /** The same as somebody else. */
  as(user: ClusterUser): Transport;
  /** A client of {@link Cluster.transport}. */
  readonly client: Client;
  readonly clock: Clock;
  /** The resourceVersion of the last write, as a number. */
  readonly revision: number;
  /** What was asked of the API server, by whom, and how it was answered. */
  readonly requests: RequestLog;
  /** Lets requests fail, wait and be forgotten. */
  readonly faults: Faults;
  /** Forgets the history up to a revision (default: all of it): older watches and lists get 410. */
  compact(revision?: number): void;
  /** Of the HTTPS port, when it serves. */
  readonly url?: string;
  readonly kubeconfigPath?: string;
  /**
   * Applies an object, several, or the documents of a YAML or JSON text, server-side, as `kubectl apply` would:
   * definitions of custom resources and namespaces first. Returns the stored objects in that order.
   *
   * @throws StatusError for the first object that the server refuses
   */
  load(objects: string | object | readonly object[]): Promise<readonly JsonObject[]>;
  /**
   * {@link Cluster.load} for what is in files: `.yaml`, `.yml`, `.json`, and all of those in folders.
   *
   * @throws Error naming the file that is missing or cannot be read
   */
  loadFiles(...paths: readonly string[]): Promise<readonly JsonObject[]>;
  /**
   * All objects at the current revision, with the keys and credentials of the cluster; without the history, so that
   * watches of revisions before get 410. A cluster begins with it by the option `from`.
   */
  save(): Promise<Uint8Array>;
  /** Ends watches, closes the port and stops the controllers. Resolves when nothing is left. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster. Nothing of it outlives `stop()` but the folder `data`.
 *
 * @throws Error with the remedy when `data`, `from` or the port cannot be used
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const state = await openState(options);
  try {
    return await startOn(state, options);
  } catch (error) {
    await state.close();
    throw error;
  }
}

async function startOn({ vault, close, ...kept }: ClusterState, options: ClusterOptions): Promise<Cluster> {
  const { clock = systemClock, profile = 'cluster', requestLimit = 1_000 } = options;
  const random = options.random ?? (options.seed === undefined ? systemRandom : seededRandom(options.seed));
  const serve = options.serve === true ? {} : options.serve === false ? undefined : options.serve;
  // Keys cost a few milliseconds: they are made when somebody needs them.
  let made: ClusterIdentities | undefined;
  const identities = () => {
    made ??= createClusterIdentities(clock.now(), serve?.host === undefined ? [] : [serve.host], vault);
    return made;
  };
  const store = createStore({
    ...kept,
    ...(options.historyLimit !== undefined && { historyLimit: options.historyLimit }),
  });
  const featureGates = checkFeatureGates(options.featureGates ?? {});
  const registry = createRegistry(builtinKindsWith(featureGates));
  const webhookClient = createWebhookClient();
  const caller = webhookCaller({
    client: webhookClient,
    clock,
    random,
    services: serviceResolver(store, options.services),
  });
  const adminToken = keptText(vault, 'admin.token', () => `${random.uuid()}${random.uuid()}`.replaceAll('-', ''));
  const definitions = createDefinitions(store, registry, clock, caller);
  const issuer = tokenIssuer(store, clock, random, vault, options.serviceAccounts);
  const rules = ruleResolver(store, registry);
  const authorizer = authorizerChain([rbacAuthorizer(rules)]);
  const plugins = admissionPlugins(
    {
      store,
      registry,
      clock,
      random,
      authorizer,
      caller,
      lookup: lookupIn(store),
      configuration: options.admissionConfiguration ?? {},
      createNamespace: (name) => createNamespace(name),
    },
    pluginChoice(profile, options),
  );
  const metrics = createApiServerMetrics(() =>
    store.storages().map((storage) => [storage, store.list(storage).items.length] as const),
  );
  let served: ServedCluster | undefined;
  const address = () => (served === undefined ? '127.0.0.1:6443' : new URL(served.url).host);
  const requests = createRequestLog(requestLimit);
  const faults = createFaults(random);
  const server: ApiServer = {
    store,
    fanOut: createFanOut(store, clock),
    registry,
    clock,
    random,
    allocator: serviceAllocator(() => store.list('services').items),
    tokens: [fixedToken(adminToken, ADMIN), ...issuer.authenticators],
    audiences: issuer.audiences,
    issuer,
    authorizer,
    rules,
    faults,
    requests,
    admission: admissionChain([
      definitionTerminating(store),
      paramAccess(store, registry, authorizer),
      ...plugins,
      roleEscalation(rules, authorizer),
    ]),
    kubelet: profile === 'cluster' ? { ...simulatedContainers, ...options.kubelet } : (options.kubelet ?? {}),
    protobuf: decodeProtobufBody,
    hooks: [definitions],
    documents: [
      versionDocument,
      healthDocuments,
      metrics.documents,
      discoveryDocuments(registry, address, featureGates),
      issuerDocuments(issuer, address),
      openapiV3Documents(registry, definitions.schemaOf, clock),
      openapiV2Documents(registry, definitions.schemaOf, clock),
    ],
    metrics,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    featureGates,
  };
  definitions.restore();
  const stopExpiry = expireAfter(store, 'events', options.eventTtlMs ?? HOUR_MS, clock);
  const handlerOf = (of: ApiServer): Handler =>
    kept.log === undefined ? createHandler(of) : durably(createHandler(of), store);
  const handler = handlerOf(server);
  const transports: Transport[] = [];
  const open = (through: Handler, user: ClusterUser): Transport => {
    const transport = inProcessTransport(through, authenticated({ name: user.name, groups: user.groups ?? [] }));
    transports.push(transport);
    return transport;
  };
  const as = (user: ClusterUser): Transport => open(handler, user);
  const transport = as(ADMIN);
  // The cluster itself is spared the faults.
  const own = open(handlerOf({ ...server, faults: NO_FAULTS }), ADMIN);
  const userAgent = 'opwright-cluster';
  const loopback = createClient(own, { userAgent: 'kube-apiserver' });
  const createNamespace = async (name: string): Promise<void> => {
    const created = loopback.create(Namespace, { metadata: { name } });
    await created.catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  };
  if (serve !== undefined) served = await serveCluster(handler, identities, adminToken, serve, options.kubeconfig);
  // No await since the port was opened: whoever comes in finds everything there.
  bootstrap(server, profile, {
    clientCa: served === undefined ? '' : (serve?.certificate?.clientCa ?? identities().authority.certificate),
    ...(serve?.frontProxy && { frontProxy: frontProxyData(serve.frontProxy) }),
    server: served ?? { address: '127.0.0.1', port: 6443 },
  });
  const stopRegistering = registerApiServices(server);
  const rootCa = () => identities().authority.certificate;
  const log = options.logger ?? jsonLogger({ clock, level: 'error' });
  // A function call loses an answer only where a test asks for it.
  const requestTimeoutMs = Number.POSITIVE_INFINITY;
  const client = createClient(own, { userAgent, requestTimeoutMs });
  const accountToken = (account: KubeObject, secret: KubeObject) => legacyToken(issuer.keys, account, secret);
  const signCertificate: CertificateAuthority['sign'] = (request, terms) => identities().authority.sign(request, terms);
  const context = {
    transport: own,
    client,
    clock,
    random,
    store,
    registry,
    log,
    rootCa,
    signCertificate,
    accountToken,
  };
  const controllers = controllersOf(profile, context);
  for (const controller of controllers) await controller.start();

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      for (const controller of [...controllers].reverse()) await controller.stop();
      await served?.stop();
      webhookClient.close();
      definitions.stop();
      stopExpiry();
      stopRegistering();
      for (const opened of transports) await opened.close();
      await close();
    })();
    return stopped;
  };

  const load = (objects: string | object | readonly object[]): Promise<readonly JsonObject[]> =>
    loadObjects(own, registry, objects, async (namespace) => {
      // Without its service account a namespace takes no pods.
      if (profile === 'cluster') await untilExists(store, 'serviceaccounts', storeKey(namespace, 'default'));
    });

  return {
    transport,
    as,
    client: createClient(transport, { userAgent, requestTimeoutMs }),
    clock,
    requests,
    faults,
    get revision() {
      return store.revision;
    },
    compact: (revision = store.revision) => store.compact(revision),
    ...(served === undefined ? {} : { url: served.url }),
    ...(served?.kubeconfigPath === undefined ? {} : { kubeconfigPath: served.kubeconfigPath }),
    load,
    loadFiles: async (...paths) => load(await objectsIn(paths)),
    save() {
      const saved = encodeSaved(store.image(), vault);
      return new Promise((resolve, reject) => {
        store.whenDurable((failure) => (failure === undefined ? resolve(saved) : reject(failure)));
      });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
