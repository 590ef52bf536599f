import { dirname, isAbsolute, resolve } from 'node:path';
import type { Impersonation } from '../transport/credentials.ts';
import { type Fields, fieldsOf, KubeconfigError } from './fields.ts';

/** One or more kubeconfig files, with paths made absolute. Files that they name are not read yet. */
export interface Kubeconfig {
  /** Where it comes from, for messages. */
  readonly source: string;
  readonly currentContext?: string;
  readonly clusters: Entries<KubeconfigCluster>;
  readonly users: Entries<KubeconfigUser>;
  readonly contexts: Entries<KubeconfigContext>;
}

/** By name. Each is checked when it is asked for: a broken entry harms only those who use it. */
export type Entries<T> = ReadonlyMap<string, () => T>;

export interface KubeconfigCluster {
  /** For messages. */
  readonly where: string;
  readonly server: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly certificateAuthority?: FileOrText;
  readonly proxyUrl?: string;
  readonly disableCompression?: boolean;
  /** The extension that exec plugins are told. */
  readonly execConfig?: unknown;
}

export interface KubeconfigUser {
  readonly where: string;
  readonly clientCertificate?: FileOrText;
  readonly clientKey?: FileOrText;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly impersonate?: Impersonation;
  readonly exec?: ExecConfig;
}

export interface KubeconfigContext {
  readonly where: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
}

/** PEM, in the kubeconfig itself or in a file. */
export type FileOrText = { readonly file: string; readonly field: string } | { readonly text: string };

/** How to run a credential plugin. */
export interface ExecConfig {
  readonly where: string;
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always';
}

/** @throws KubeconfigError naming the file and the field */
export async function parseKubeconfig(text: string, file: string): Promise<Kubeconfig> {
  const root = fieldsOf(await readYaml(text, file), file, '');
  const kind = root.text('kind');
  if (kind !== undefined && kind !== 'Config') {
    throw new KubeconfigError(`${file}: kind is ${JSON.stringify(kind)}, not Config: this is not a kubeconfig`);
  }
  const currentContext = root.text('current-context');
  return {
    source: file,
    ...(currentContext !== undefined && { currentContext }),
    clusters: named(root, 'clusters', 'cluster', (fields) => parseCluster(fields, file)),
    users: named(root, 'users', 'user', (fields) => parseUser(fields, file)),
    contexts: named(root, 'contexts', 'context', parseContext),
  };
}

async function readYaml(text: string, file: string): Promise<unknown> {
  const { parseYaml } = await import('./yaml.ts');
  try {
    return parseYaml(text) ?? {};
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new KubeconfigError(`${file} is not YAML: ${message}`, { cause });
  }
}

function named<T>(root: Fields, list: string, field: string, parse: (fields: Fields) => T): Entries<T> {
  const result = new Map<string, () => T>();
  for (const item of root.items(list)) {
    const name = item.text('name');
    if (name === undefined) throw new KubeconfigError(`${item.where} has no name`);
    const content = item.object(field);
    if (content !== undefined && !result.has(name)) result.set(name, () => parse(content));
  }
  return result;
}

function parseCluster(fields: Fields, file: string): KubeconfigCluster {
  const certificateAuthority = fileOrText(fields, 'certificate-authority', file);
  const execConfig = fields
    .items('extensions')
    .find((extension) => extension.text('name') === 'client.authentication.k8s.io/exec')
    ?.any('extension');
  return {
    where: fields.where,
    server: fields.text('server') ?? '',
    ...defined({
      tlsServerName: fields.text('tls-server-name'),
      insecureSkipTlsVerify: fields.flag('insecure-skip-tls-verify'),
      certificateAuthority,
      proxyUrl: fields.text('proxy-url'),
      disableCompression: fields.flag('disable-compression'),
      execConfig,
    }),
  };
}

function parseUser(fields: Fields, file: string): KubeconfigUser {
  const provider = fields.object('auth-provider');
  if (provider !== undefined) {
    throw new KubeconfigError(
      `${provider.where}: auth providers (${provider.text('name')}) are no part of Kubernetes since 1.26; use the exec plugin of your platform (gke-gcloud-auth-plugin, kubelogin, aws eks get-token)`,
    );
  }
  const exec = fields.object('exec');
  const user = fields.text('as');
  const tokenFile = fields.text('tokenFile');
  return {
    where: fields.where,
    ...defined({
      clientCertificate: fileOrText(fields, 'client-certificate', file),
      clientKey: fileOrText(fields, 'client-key', file),
      token: fields.text('token'),
      tokenFile: tokenFile && absolute(tokenFile, file),
      username: fields.text('username'),
      password: fields.text('password'),
      impersonate: user === undefined ? undefined : parseImpersonation(fields, user),
      exec: exec && parseExec(exec, file),
    }),
  };
}

function parseImpersonation(fields: Fields, user: string): Impersonation {
  const extra = fields.object('as-user-extra');
  return {
    user,
    ...defined({ uid: fields.text('as-uid') }),
    groups: fields.texts('as-groups'),
    ...(extra && { extra: Object.fromEntries(extra.names().map((name) => [name, extra.texts(name)])) }),
  };
}

function parseExec(fields: Fields, file: string): ExecConfig {
  const command = fields.text('command');
  if (command === undefined) throw new KubeconfigError(`${fields.where}.command is missing: the plugin to run`);
  const apiVersion = fields.text('apiVersion');
  if (apiVersion !== 'client.authentication.k8s.io/v1' && apiVersion !== 'client.authentication.k8s.io/v1beta1') {
    throw new KubeconfigError(
      `${fields.where}.apiVersion is ${JSON.stringify(apiVersion ?? '')}: only client.authentication.k8s.io/v1 and v1beta1 exist; update the plugin and the kubeconfig`,
    );
  }
  const mode = fields.text('interactiveMode') ?? (apiVersion.endsWith('/v1beta1') ? 'IfAvailable' : undefined);
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always') {
    throw new KubeconfigError(`${fields.where}.interactiveMode must be Never, IfAvailable or Always`);
  }
  const env: Record<string, string> = Object.create(null);
  for (const item of fields.items('env')) env[item.text('name') ?? ''] = item.text('value') ?? '';
  return {
    where: fields.where,
    apiVersion,
    // A bare name is looked up in PATH; a path counts from the kubeconfig.
    command: /[/\\]/.test(command) ? absolute(command, file) : command,
    args: fields.texts('args'),
    env,
    ...defined({ installHint: fields.text('installHint') }),
    provideClusterInfo: fields.flag('provideClusterInfo') ?? false,
    interactiveMode: mode,
  };
}

function parseContext(fields: Fields): KubeconfigContext {
  return {
    where: fields.where,
    cluster: fields.text('cluster') ?? '',
    user: fields.text('user') ?? '',
    ...defined({ namespace: fields.text('namespace') }),
  };
}

/** `name-data` (base64) wins over `name` (a path), as in kubectl. */
function fileOrText(fields: Fields, name: string, file: string): FileOrText | undefined {
  const data = fields.text(`${name}-data`);
  if (data !== undefined) {
    const text = Buffer.from(data, 'base64').toString('utf8');
    if (text.includes('-----BEGIN ')) return { text };
    throw new KubeconfigError(`${fields.where}.${name}-data is not the base64 form of a PEM file`);
  }
  const path = fields.text(name);
  return path === undefined ? undefined : { file: absolute(path, file), field: `${fields.where}.${name}` };
}

function absolute(path: string, kubeconfig: string): string {
  return isAbsolute(path) ? path : resolve(dirname(kubeconfig), path);
}

/** Only the properties that have a value. */
function defined<T extends object>(object: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> };
}
