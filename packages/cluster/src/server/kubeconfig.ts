import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

export interface KubeconfigOptions {
  /** `https://127.0.0.1:41234`. */
  readonly server: string;
  /** PEM. Absent for plain HTTP. */
  readonly ca?: string;
  readonly user: { readonly cert: string; readonly key: string } | { readonly token: string };
  /** Adds a second context `<context>-token` that uses this token instead. */
  readonly token?: string;
  /** Also the name of cluster and user. Default `opwright`. */
  readonly context?: string;
  /** Default `default`. */
  readonly namespace?: string;
}

/** A kubeconfig whose current context is the user's. Certificates are in it, so that the file is all one needs. */
export function kubeconfigText(options: KubeconfigOptions): string {
  const { server, ca, user, token, context: name = 'opwright', namespace = 'default' } = options;
  const users = [{ name, user }, ...(token === undefined ? [] : [{ name: `${name}-token`, user: { token } }])];
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, ...(ca !== undefined && { 'certificate-authority-data': base64(ca) }) } }],
      users: users.map((entry) => ({ name: entry.name, user: userEntry(entry.user) })),
      contexts: users.map((entry) => ({ name: entry.name, context: { cluster: name, user: entry.name, namespace } })),
      'current-context': name,
    },
    { lineWidth: 0 },
  );
}

function userEntry(user: KubeconfigOptions['user']): object {
  if ('token' in user) return { token: user.token };
  return { 'client-certificate-data': base64(user.cert), 'client-key-data': base64(user.key) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/**
 * Writes a kubeconfig that only its owner can read. Whoever reads the path meanwhile sees the old file or the new one.
 * Missing folders are made.
 */
export async function writeKubeconfig(path: string, options: KubeconfigOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.tmp`;
  await rm(partial, { force: true });
  await writeFile(partial, kubeconfigText(options), { mode: 0o600, flag: 'wx' });
  await rename(partial, path);
}
