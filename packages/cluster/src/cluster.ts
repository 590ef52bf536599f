import { type Client, createClient, systemClock, systemRandom, type Transport } from '@opwright/client';
import type { Clock, JsonObject, Random } from '@opwright/machinery';
import { admissionChain } from './api/admission/admission.ts';
import { namespaceLifecycle } from './api/admission/namespace-lifecycle.ts';
import { ADMIN, authenticated, type TokenAuthenticator } from './api/authenticate.ts';
import { authorizerChain } from './api/authorize.ts';
import type { ApiServer } from './api/context.ts';
import { discoveryDocuments } from './api/discovery/documents.ts';
import { createHandler } from './api/handler.ts';
import { healthDocuments, versionDocument } from './api/health.ts';
import type { Handler } from './api/http-types.ts';
import { openapiV3Documents } from './api/openapi/documents.ts';
import { decodeProtobufBody } from './api/protobuf.ts';
import { rbacAuthorizer } from './api/rbac.ts';
import { bootstrapObjects } from './bootstrap.ts';
import { type Controller, controllersOf } from './controllers.ts';
import { createDefinitions } from './crds/definitions.ts';
import { definitionTerminating } from './crds/terminating.ts';
import { serviceAllocator } from './kinds/allocator.ts';
import { builtinKinds } from './kinds/builtin.ts';
import { createRegistry } from './kinds/registry.ts';
import { loadObjects } from './load.ts';
import { type ServedCluster, type ServeOptions, serveCluster } from './serve.ts';
import { createStore } from './store/store.ts';
import { inProcessTransport } from './transport.ts';

export interface ClusterOptions {
  /**
   * What runs beside the API server: nothing (`envtest`), or the controllers that make objects behave (`cluster`, the
   * default).
   */
  readonly profile?: 'cluster' | 'envtest';
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the machine's. */
  readonly random?: Random;
  /** Listens on HTTPS for kubectl and other processes; default: no. */
  readonly serve?: boolean | ServeOptions;
  /** Where to write a kubeconfig of the administrator; needs `serve`. */
  readonly kubeconfig?: string;
  /** Time between the bookmarks of a watch; default one minute. */
  readonly bookmarkIntervalMs?: number;
  /** Events that are kept per resource, for watches that start in the past; default 10,000. */
  readonly historyLimit?: number;
}

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
  /** Forgets the history up to a revision (default: all of it): older watches and lists get 410. */
  compact(revision?: number): void;
  /** Of the HTTPS port, when it serves. */
  readonly url?: string;
  readonly kubeconfigPath?: string;
  /**
   * Applies objects, or the documents of a YAML text, server-side, as `kubectl apply` would: definitions of custom
   * resources and namespaces first. Returns the stored objects in that order.
   *
   * @throws StatusError for the first object that the server refuses
   */
  load(objects: string | readonly object[]): Promise<readonly JsonObject[]>;
  /** Ends watches, closes the port and stops the controllers. Resolves when nothing is left. */
  stop(): Promise<void>;
}

/** Starts a cluster. Nothing of it outlives `stop()`. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { clock = systemClock, random = systemRandom } = options;
  const store = createStore(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit });
  const registry = createRegistry(builtinKinds());
  const definitions = createDefinitions(store, registry, clock);
  const tokens: TokenAuthenticator[] = [];
  let served: ServedCluster | undefined;
  const server: ApiServer = {
    store,
    registry,
    clock,
    random,
    allocator: serviceAllocator(() => store.list('services').items),
    tokens,
    authorizer: authorizerChain([rbacAuthorizer(store, registry)]),
    admission: admissionChain([definitionTerminating(store), namespaceLifecycle(store)]),
    protobuf: decodeProtobufBody,
    hooks: [definitions],
    documents: [
      versionDocument,
      healthDocuments,
      discoveryDocuments(registry, () => served?.address ?? '127.0.0.1:6443'),
      openapiV3Documents(registry, definitions.schemaOf, clock),
    ],
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
  };
  const handler: Handler = createHandler(server);
  const transports: Transport[] = [];
  const as = (user: ClusterUser): Transport => {
    const transport = inProcessTransport(handler, authenticated({ name: user.name, groups: user.groups ?? [] }));
    transports.push(transport);
    return transport;
  };
  const transport = as(ADMIN);
  const client = createClient(transport, { userAgent: 'opwright-cluster' });
  await bootstrapObjects(server);

  const controllers: Controller[] = controllersOf(options.profile ?? 'cluster', {
    transport,
    client,
    clock,
    random,
    store,
    registry,
  });
  for (const controller of controllers) await controller.start();
  if (options.serve !== undefined && options.serve !== false) {
    served = await serveCluster(handler, clock, options.serve === true ? {} : options.serve, options.kubeconfig);
  }

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      for (const controller of [...controllers].reverse()) await controller.stop();
      await served?.stop();
      definitions.stop();
      for (const opened of transports) await opened.close();
    })();
    return stopped;
  };

  return {
    transport,
    as,
    client,
    clock,
    get revision() {
      return store.revision;
    },
    compact: (revision = store.revision) => store.compact(revision),
    ...(served === undefined ? {} : { url: served.url }),
    ...(served?.kubeconfigPath === undefined ? {} : { kubeconfigPath: served.kubeconfigPath }),
    load: (objects) => loadObjects(transport, registry, objects),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
