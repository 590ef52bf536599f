import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDuration } from '@opwright/machinery';
import type { ServiceAccountOptions } from '../api/tokens/issuer.ts';
import { startCluster } from '../cluster.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import type { ServeOptions, ServingCertificate } from '../serve.ts';
import type { FrontProxy } from '../server/front-proxy.ts';
import { admissionConfigurationOf } from './admission-configuration.ts';
import { featureGatesOf } from './feature-gates.ts';
import { type Flags, lastOf, listenAddress, listOf } from './flags.ts';

/** A program that runs until it is stopped. */
export interface Program {
  readonly url: string;
  stop(): Promise<void>;
}

/** The flags of kube-apiserver that are honoured; `--help` lists them, and envtest asks for it. */
export const API_SERVER_FLAGS: Readonly<Record<string, string>> = {
  'bind-address': 'address to listen on (127.0.0.1)',
  'secure-port': 'port to listen on with TLS (6443)',
  'cert-dir': 'folder with apiserver.crt and apiserver.key',
  'client-ca-file': 'certificates that client certificates are signed by',
  'tls-cert-file': 'serving certificate, instead of the one in cert-dir',
  'tls-private-key-file': 'its key',
  'enable-admission-plugins': 'admission plugins that work beside those that do by default',
  'disable-admission-plugins': 'admission plugins that do not work',
  'admission-control-config-file': 'what admission plugins are told',
  'feature-gates':
    'MutatingAdmissionPolicy=true, with the runtime-config that serves its kinds; AggregatedDiscoveryEndpoint=false, WatchList=false',
  'runtime-config': 'API versions that are off by default: admissionregistration.k8s.io/v1alpha1=true',
  'event-ttl': 'how long events are kept: 1h, 90s',
  'requestheader-client-ca-file': 'certificates that those of a proxy in front are signed by',
  'requestheader-allowed-names': 'the common names that the certificate of the proxy may have (any)',
  'requestheader-username-headers': 'where the proxy says who somebody is: X-Remote-User',
  'requestheader-group-headers': 'where it says what groups they are in: X-Remote-Group',
  'requestheader-extra-headers-prefix': 'what headers with more about them begin with: X-Remote-Extra-',
  'service-account-issuer': 'who issues tokens of service accounts; those of others that follow count, too',
  'service-account-signing-key-file': 'the key that tokens are signed with',
  'service-account-key-file': 'a key that tokens are verified with',
  'service-account-jwks-uri': 'where others find the keys',
  'service-account-max-token-expiration': 'the longest life of a token: 24h, 90m',
  'api-audiences': 'whom tokens are meant for, with commas (the issuer)',
  'request-delay': 'how long each request waits, which kube-apiserver knows nothing of: 3ms',
};

/** Accepted and without effect here: what they switch is fixed in the profile of envtest. */
export const IGNORED_API_SERVER_FLAGS: readonly string[] = [
  'advertise-address',
  'allow-privileged',
  'authorization-mode',
  'etcd-servers',
  'service-cluster-ip-range',
];

/**
 * Starts the API server of the `envtest` profile (no controllers) as kube-apiserver would with these flags.
 *
 * @throws Error naming the flag or file at fault, or the address when it is taken
 */
export async function startEnvtestApiServer(flags: Flags): Promise<Program> {
  const delay = lastOf(flags, 'request-delay');
  const delayMs = delay === undefined ? 0 : parseDuration(delay);
  const cluster = await startCluster(await envtestClusterOptions(flags));
  if (delayMs > 0) cluster.faults.add({ delayMs });
  return { url: cluster.url ?? '', stop: () => cluster.stop() };
}

/**
 * What these flags of kube-apiserver say, as options of a cluster that serves.
 *
 * @throws Error naming the flag or file at fault
 */
export async function envtestClusterOptions(flags: Flags): Promise<ClusterOptions & { readonly serve: ServeOptions }> {
  const portText = lastOf(flags, 'secure-port') ?? '6443';
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--secure-port ${portText}: not a port`);
  const certificate = await servingCertificate(flags);
  const eventTtl = lastOf(flags, 'event-ttl');
  return {
    profile: 'envtest',
    enableAdmissionPlugins: listOf(flags, 'enable-admission-plugins'),
    disableAdmissionPlugins: listOf(flags, 'disable-admission-plugins'),
    admissionConfiguration: await admissionConfigurationOf(flags),
    featureGates: featureGatesOf(flags),
    ...(eventTtl !== undefined && { eventTtlMs: parseDuration(eventTtl) }),
    serviceAccounts: await serviceAccountOptions(flags),
    serve: {
      port,
      ...(flags.has('bind-address') && { host: listenAddress(lastOf(flags, 'bind-address') ?? '') }),
      ...(certificate !== undefined && { certificate }),
      ...(await frontProxyOf(flags)),
    },
  };
}

async function servingCertificate(flags: Flags): Promise<ServingCertificate | undefined> {
  const folder = lastOf(flags, 'cert-dir');
  const certFile = lastOf(flags, 'tls-cert-file') ?? (folder && join(folder, 'apiserver.crt'));
  const keyFile = lastOf(flags, 'tls-private-key-file') ?? (folder && join(folder, 'apiserver.key'));
  const caFile = lastOf(flags, 'client-ca-file');
  if (certFile === undefined || keyFile === undefined || caFile === undefined) return undefined;
  const [cert, key, clientCa] = await Promise.all([certFile, keyFile, caFile].map((file) => readFile(file, 'utf8')));
  return { cert: cert ?? '', key: key ?? '', clientCa: clientCa ?? '' };
}

async function frontProxyOf(flags: Flags): Promise<{ readonly frontProxy?: FrontProxy }> {
  const file = lastOf(flags, 'requestheader-client-ca-file');
  if (file === undefined) return {};
  return {
    frontProxy: {
      clientCa: await readFile(file, 'utf8'),
      allowedNames: listOf(flags, 'requestheader-allowed-names'),
      usernameHeaders: listOf(flags, 'requestheader-username-headers'),
      groupHeaders: listOf(flags, 'requestheader-group-headers'),
      extraHeaderPrefixes: listOf(flags, 'requestheader-extra-headers-prefix'),
    },
  };
}

async function serviceAccountOptions(flags: Flags): Promise<ServiceAccountOptions> {
  const issuer = flags.get('service-account-issuer') ?? [];
  const jwksUri = lastOf(flags, 'service-account-jwks-uri');
  const longest = lastOf(flags, 'service-account-max-token-expiration');
  const signingKeyFile = lastOf(flags, 'service-account-signing-key-file');
  const keyFiles = flags.get('service-account-key-file') ?? [];
  const verificationKeys = await Promise.all(keyFiles.map((file) => readFile(file, 'utf8')));
  return {
    ...(issuer.length > 0 && { issuer }),
    ...(jwksUri && { jwksUri }),
    ...(signingKeyFile && { signingKey: await readFile(signingKeyFile, 'utf8') }),
    ...(verificationKeys.length > 0 && { verificationKeys }),
    ...(longest && { maxTokenExpirationSeconds: parseDuration(longest) / 1000 }),
    ...(flags.has('api-audiences') && { audiences: listOf(flags, 'api-audiences') }),
  };
}
