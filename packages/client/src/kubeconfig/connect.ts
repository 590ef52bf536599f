import { readFile } from 'node:fs/promises';
import type { Clock } from '@opwright/machinery';
import { systemClock } from '../system/clock.ts';
import type { CredentialSource, Credentials, Impersonation } from '../transport/credentials.ts';
import {
  basicAuthorization,
  fixedCredentials,
  impersonationHeaders,
  tokenFileCredentials,
  withBearer,
} from '../transport/credentials.ts';
import { createHttpTransport, type HttpTransportOptions } from '../transport/https.ts';
import type { Transport } from '../transport.ts';
import { execCredentials } from './exec.ts';
import { KubeconfigError } from './fields.ts';
import { inClusterAccess } from './in-cluster.ts';
import { type Environment, loadDefaultKubeconfig, loadKubeconfig, loadKubeconfigList } from './load.ts';
import type { FileOrText, Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './parse.ts';

export interface ConnectOptions {
  /** Path of a kubeconfig. Default: `$KUBECONFIG` (a list), then the pod's service account, then `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
  /** Default: the context's, or the pod's, or `default`. */
  readonly namespace?: string;
  /** Act as somebody else; replaces what the kubeconfig says about it. */
  readonly impersonate?: Impersonation;
  /** Connections for unary calls. Default 32. */
  readonly maxSockets?: number;
  /** Default: this machine's. */
  readonly clock?: Clock;
  /** Default: this process's. */
  readonly env?: Environment;
}

export interface Connection {
  readonly transport: Transport;
  /** The address of the API server. */
  readonly server: string;
  /** Where namespaced work goes unless said otherwise. */
  readonly namespace: string;
  /** Absent in a pod. */
  readonly context?: string;
  /** Files, or `in-cluster`. */
  readonly source: string;
}

/**
 * Finds the cluster and how to prove oneself to it. No request is made yet: an unreachable server shows at the first.
 * @throws KubeconfigError naming the file, the field and the remedy
 */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const env = options.env ?? process.env;
  const clock = options.clock ?? systemClock;
  if (options.kubeconfig !== undefined) return connectTo(await loadKubeconfig(options.kubeconfig), options, clock, env);
  if (env.KUBECONFIG) return connectTo(await loadKubeconfigList(env.KUBECONFIG), options, clock, env);
  const pod =
    options.context === undefined ? await inClusterAccess(env, clock, actingAs(options.impersonate)) : undefined;
  if (pod !== undefined) {
    const { server, ca, namespace, credentials } = pod;
    return {
      transport: createHttpTransport({ server, ca, credentials, ...limits(options) }),
      server,
      namespace: options.namespace ?? namespace,
      source: 'in-cluster',
    };
  }
  const config = await loadDefaultKubeconfig(env);
  if (config !== undefined) return connectTo(config, options, clock, env);
  throw new KubeconfigError(
    'no cluster to connect to: there is no $KUBECONFIG, no service account of a pod and no ~/.kube/config; name a kubeconfig, or set KUBECONFIG',
  );
}

/** The connection that a context of a kubeconfig describes. @throws KubeconfigError */
export async function connectTo(
  config: Kubeconfig,
  options: ConnectOptions = {},
  clock: Clock = systemClock,
  env: Environment = process.env,
): Promise<Connection> {
  const { name, context, cluster, user } = select(config, options.context);
  const ca = await pem(cluster.certificateAuthority);
  if (ca !== undefined && cluster.insecureSkipTlsVerify) {
    throw new KubeconfigError(
      `${cluster.where}: insecure-skip-tls-verify and a certificate authority exclude each other; remove one`,
    );
  }
  const http: HttpTransportOptions = {
    server: cluster.server,
    ...(ca !== undefined && { ca }),
    ...(cluster.tlsServerName !== undefined && { tlsServerName: cluster.tlsServerName }),
    ...(cluster.insecureSkipTlsVerify !== undefined && { insecureSkipTlsVerify: cluster.insecureSkipTlsVerify }),
    ...(cluster.proxyUrl !== undefined && { proxyUrl: cluster.proxyUrl }),
    ...(cluster.disableCompression !== undefined && { disableCompression: cluster.disableCompression }),
    ...limits(options),
  };
  // As kubectl does: secrets do not travel over plain HTTP.
  const secret = !cluster.server.startsWith('http://');
  const credentials = secret ? await credentialsOf(user, cluster, ca, options, clock, env) : undefined;
  return {
    transport: createTransport(http, credentials, cluster),
    server: cluster.server,
    namespace: options.namespace ?? context.namespace ?? 'default',
    context: name,
    source: config.source,
  };
}

function createTransport(
  http: HttpTransportOptions,
  credentials: CredentialSource | undefined,
  cluster: KubeconfigCluster,
): Transport {
  try {
    return createHttpTransport({ ...http, ...(credentials && { credentials }) });
  } catch (cause) {
    throw new KubeconfigError(`${cluster.where}: ${(cause as Error).message}`, { cause });
  }
}

function select(config: Kubeconfig, wanted: string | undefined) {
  const name = wanted ?? config.currentContext;
  const known = [...config.contexts.keys()].join(', ') || 'none';
  if (name === undefined) {
    throw new KubeconfigError(
      `${config.source}: there is no current-context; name one of its contexts (${known}), or run kubectl config use-context`,
    );
  }
  const context = config.contexts.get(name)?.();
  if (context === undefined) {
    const field = wanted === undefined ? 'current-context' : 'the context';
    throw new KubeconfigError(
      `${config.source}: ${field} ${JSON.stringify(name)} does not exist; contexts are: ${known}`,
    );
  }
  const cluster = config.clusters.get(context.cluster)?.();
  if (cluster === undefined) throw missing(context, 'cluster', context.cluster, config.clusters);
  if (cluster.server === '')
    throw new KubeconfigError(`${cluster.where}.server is missing: the address of the API server`);
  const user = context.user === '' ? { where: context.where } : config.users.get(context.user)?.();
  if (user === undefined) throw missing(context, 'user', context.user, config.users);
  return { name, context, cluster, user };
}

function missing(context: KubeconfigContext, field: string, name: string, known: ReadonlyMap<string, unknown>) {
  const names = [...known.keys()].join(', ') || 'none';
  return new KubeconfigError(
    `${context.where}.${field} is ${JSON.stringify(name)}, which does not exist; there are: ${names}`,
  );
}

async function credentialsOf(
  user: KubeconfigUser,
  cluster: KubeconfigCluster,
  ca: string | undefined,
  options: ConnectOptions,
  clock: Clock,
  env: Environment,
): Promise<CredentialSource> {
  const cert = await pem(user.clientCertificate);
  const key = await pem(user.clientKey);
  if ((cert === undefined) !== (key === undefined)) {
    const lacking = cert === undefined ? 'client-certificate' : 'client-key';
    throw new KubeconfigError(
      `${user.where} has no ${lacking} to go with its ${cert === undefined ? 'key' : 'certificate'}`,
    );
  }
  const base: Credentials = {
    headers: {
      ...(user.username !== undefined && { authorization: basicAuthorization(user.username, user.password ?? '') }),
      ...actingAs(options.impersonate ?? user.impersonate).headers,
    },
    ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
  };
  if (user.tokenFile !== undefined) return tokenFileCredentials(user.tokenFile, clock, base, user.token);
  const fixed = user.token === undefined ? base : withBearer(base, user.token);
  if (user.exec === undefined) return fixedCredentials(fixed);
  const interactive = process.stdin.isTTY === true;
  return execCredentials(user.exec, { clock, env, interactive, cluster, ...(ca !== undefined && { ca }) }, fixed);
}

async function pem(source: FileOrText | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined;
  if ('text' in source) return source.text;
  let text: string;
  try {
    text = await readFile(source.file, 'utf8');
  } catch (cause) {
    throw new KubeconfigError(`${source.field}: cannot read ${source.file}: ${(cause as Error).message}`, { cause });
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new KubeconfigError(`${source.field}: ${source.file} is not a PEM file`);
}

const actingAs = (impersonate: Impersonation | undefined): Credentials => ({
  headers: impersonate === undefined ? {} : impersonationHeaders(impersonate),
});

const limits = (options: ConnectOptions) =>
  options.maxSockets === undefined ? {} : { maxSockets: options.maxSockets };
