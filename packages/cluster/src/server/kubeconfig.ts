import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

export interface KubeconfigOptions {
  /** `https://127.0.0.1:41234`. */
  readonly server: string;
  /** PEM. Absent for plain HTTP. */
  readonly ca?: string;
  readonly user: { readonly cert: string; readonly key: string } | { readonly token: string };
  /** Also the name of cluster and user. Default `opwright`. */
  readonly context?: string;
  /** Default `default`. */
  readonly namespace?: string;
}

/** A kubeconfig with one context, which is the current one. Certificates are in it, so that the file is all one needs. */
export function kubeconfigText(options: KubeconfigOptions): string {
  const { server, ca, user, context: name = 'opwright', namespace = 'default' } = options;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, ...(ca !== undefined && { 'certificate-authority-data': base64(ca) }) } }],
      users: [
        {
          name,
          user:
            'token' in user
              ? { token: user.token }
              : { 'client-certificate-data': base64(user.cert), 'client-key-data': base64(user.key) },
        },
      ],
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      'current-context': name,
    },
    { lineWidth: 0 },
  );
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
