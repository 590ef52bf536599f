import type { Client, Transport } from '@opwright/client';
import type { AnyResource, Clock, KubeObject, Random } from '@opwright/machinery';
import type { LeaderElectionOptions } from '../election/options.ts';
import type { ShardingOptions } from '../sharding/options.ts';
import type { CertificateSource } from '../webhooks/certificates.ts';
import type { ClusterOptions } from './cluster.ts';
import type { Logger } from './logger.ts';
import type { FollowedNamespaces } from './selected-namespaces.ts';
import type { Tracer } from './tracing.ts';

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
