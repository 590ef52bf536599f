import type { ChildProcess } from 'node:child_process';
import type { Clock } from '@opwright/machinery';
import type { CredentialSource, Credentials } from '../transport/credentials.ts';
import { withBearer } from '../transport/credentials.ts';
import { fieldsOf, KubeconfigError } from './fields.ts';
import type { Environment } from './load.ts';
import type { ExecConfig, KubeconfigCluster } from './parse.ts';

/** Credentials count as expired a little early, so that none expires on its way to the server. */
const EXPIRY_SKEW_MS = 10_000;

export interface ExecContext {
  readonly clock: Clock;
  readonly env: Environment;
  /** Whether a person can answer the plugin's questions. */
  readonly interactive: boolean;
  readonly cluster: KubeconfigCluster;
  /** PEM. */
  readonly ca?: string;
}

/**
 * Credentials from a plugin (client.authentication.k8s.io/v1 and v1beta1): run when the first are needed, when they
 * expire and when the server refuses them; at most one runs at a time, and all who wait share its answer.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export function execCredentials(config: ExecConfig, context: ExecContext, base: Credentials): CredentialSource {
  let current: { readonly credentials: Credentials; readonly expiresAt: number } | undefined;
  let running: Promise<Credentials> | undefined;
  let child: ChildProcess | undefined;
  let closed = false;

  async function runPlugin(): Promise<Credentials> {
    const output = await run(config, context, (started) => {
      child = started;
      if (closed) child.kill();
    });
    const answer = parseCredential(output, config, base);
    const same = current !== undefined && sameCredentials(current.credentials, answer.credentials);
    current = { credentials: same ? current!.credentials : answer.credentials, expiresAt: answer.expiresAt };
    return current.credentials;
  }

  function refresh(signal: AbortSignal | undefined): Promise<Credentials> {
    running ??= runPlugin().finally(() => {
      running = undefined;
      child = undefined;
    });
    return abortable(running, signal);
  }

  return {
    get: async (signal) => {
      if (current !== undefined && context.clock.now() < current.expiresAt - EXPIRY_SKEW_MS) return current.credentials;
      return refresh(signal);
    },
    renew: async (refused, signal) =>
      current !== undefined && current.credentials !== refused ? current.credentials : refresh(signal),
    close: () => {
      closed = true;
      child?.kill();
    },
  };
}

/** Rejects with the signal's reason as soon as it aborts; what `promise` does goes on, for others. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function run(config: ExecConfig, context: ExecContext, started: (child: ChildProcess) => void): Promise<string> {
  const { command, where } = config;
  const interactive = config.interactiveMode !== 'Never' && context.interactive;
  if (config.interactiveMode === 'Always' && !interactive) {
    throw new KubeconfigError(
      `${where}: the plugin ${command} has interactiveMode Always, and there is no terminal: run in a terminal, or log in by other means`,
    );
  }
  const env = { ...context.env, ...config.env, KUBERNETES_EXEC_INFO: execInfo(config, context, interactive) };
  // Most kubeconfigs have no plugin, and no pod has one.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      const hint = config.installHint === undefined ? '' : `\n${config.installHint}`;
      reject(new KubeconfigError(`${where}: the plugin ${command} ${why}${hint}`, { cause }));
    };
    // What the plugin says to the person goes straight to their terminal.
    const child = spawn(command, config.args, { env, stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'] });
    started(child);
    const chunks: Buffer[] = [];
    child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (cause: NodeJS.ErrnoException) =>
      fail(
        cause.code === 'ENOENT'
          ? 'was not found: install it, or correct the command'
          : `cannot be run: ${cause.message}`,
        cause,
      ),
    );
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else fail(`failed with ${signal === null ? `exit code ${code}` : `signal ${signal}`}; run it by hand to see why`);
    });
  });
}

/** What the plugin is told, in KUBERNETES_EXEC_INFO. */
function execInfo(config: ExecConfig, { cluster, ca }: ExecContext, interactive: boolean): string {
  const info = {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.insecureSkipTlsVerify,
    'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
    'proxy-url': cluster.proxyUrl,
    'disable-compression': cluster.disableCompression,
    config: cluster.execConfig ?? null,
  };
  return JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: config.apiVersion,
    spec: { ...(config.provideClusterInfo && { cluster: info }), interactive },
  });
}

function parseCredential(output: string, config: ExecConfig, base: Credentials) {
  const from = `${config.where}: the answer of ${config.command}`;
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    // Without the text: it may hold a token.
    throw new KubeconfigError(`${from} is not JSON; it must print an ExecCredential`);
  }
  const root = fieldsOf(value, from, '');
  const version = root.text('apiVersion');
  if (root.text('kind') !== 'ExecCredential' || version !== config.apiVersion) {
    throw new KubeconfigError(
      `${from} is ${version ?? 'something'} ${root.text('kind') ?? ''}, not the ${config.apiVersion} ExecCredential that the kubeconfig asks for`,
    );
  }
  const status = root.object('status');
  const token = status?.text('token');
  const cert = status?.text('clientCertificateData');
  const key = status?.text('clientKeyData');
  if ((cert === undefined) !== (key === undefined)) {
    throw new KubeconfigError(`${from} has only one of clientCertificateData and clientKeyData`);
  }
  if (status === undefined || (token === undefined && cert === undefined)) {
    throw new KubeconfigError(`${from} has neither a token nor a client certificate in status`);
  }
  const expiry = status.text('expirationTimestamp');
  const expiresAt = expiry === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiry);
  if (Number.isNaN(expiresAt)) throw new KubeconfigError(`${from} has an expirationTimestamp that is no time`);
  const identity: Credentials =
    cert !== undefined && key !== undefined ? { ...base, certificate: { cert, key } } : base;
  // A token or password of the kubeconfig itself comes first.
  const bearer = token !== undefined && base.headers.authorization === undefined;
  return { credentials: bearer ? withBearer(identity, token) : identity, expiresAt };
}

function sameCredentials(a: Credentials, b: Credentials): boolean {
  return a.headers.authorization === b.headers.authorization && a.certificate?.cert === b.certificate?.cert;
}
