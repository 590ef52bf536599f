import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@opwright/machinery';
import type { CredentialSource, Credentials } from '../transport/credentials.ts';
import { tokenFileCredentials } from '../transport/credentials.ts';
import { KubeconfigError } from './fields.ts';
import type { Environment } from './load.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterAccess {
  readonly server: string;
  readonly ca: string;
  readonly namespace: string;
  readonly credentials: CredentialSource;
}

/**
 * How a pod reaches its API server; undefined outside of one. The token is read again, for kubelet rotates it.
 * @param base what goes along with the token
 * @param folder where the service account is mounted
 * @throws KubeconfigError in a pod without a service account
 */
export async function inClusterAccess(
  env: Environment,
  clock: Clock,
  base: Credentials,
  folder: string = SERVICE_ACCOUNT,
): Promise<InClusterAccess | undefined> {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (!host || !port) return undefined;
  const credentials = tokenFileCredentials(join(folder, 'token'), clock, base);
  try {
    await credentials.get();
    const ca = await readFile(join(folder, 'ca.crt'), 'utf8');
    const namespace = (await readFile(join(folder, 'namespace'), 'utf8').catch(() => '')).trim() || 'default';
    return { server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, ca, namespace, credentials };
  } catch (cause) {
    throw new KubeconfigError(
      `this looks like a pod (KUBERNETES_SERVICE_HOST is set), but ${folder} cannot be used: ${(cause as Error).message}; set automountServiceAccountToken: true, or name a kubeconfig`,
      { cause },
    );
  }
}
