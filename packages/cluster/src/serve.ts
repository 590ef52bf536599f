import type { Clock } from '@opwright/machinery';
import type { Handler } from './api/http-types.ts';
import { startHttpServer } from './server/https.ts';
import { createClusterIdentities } from './server/identities.ts';
import { writeKubeconfig } from './server/kubeconfig.ts';

export interface ServeOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
}

/** The port of a cluster that serves. */
export interface ServedCluster {
  readonly url: string;
  /** Host and port. */
  readonly address: string;
  readonly kubeconfigPath?: string;
  stop(): Promise<void>;
}

/**
 * Mounts the API server on HTTPS, under an authority of its own, and writes the administrator's kubeconfig.
 *
 * @throws Error naming the address when the port is taken
 */
export async function serveCluster(
  handler: Handler,
  clock: Clock,
  { port, host }: ServeOptions,
  kubeconfig: string | undefined,
): Promise<ServedCluster> {
  const identities = createClusterIdentities(clock.now(), host === undefined ? [] : [host]);
  const http = await startHttpServer({
    handler,
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    tls: { ...identities.server, clientCa: identities.authority.certificate },
  });
  if (kubeconfig !== undefined) {
    await writeKubeconfig(kubeconfig, {
      server: http.url,
      ca: identities.authority.certificate,
      user: identities.admin,
    });
  }
  return {
    url: http.url,
    address: new URL(http.url).host,
    ...(kubeconfig === undefined ? {} : { kubeconfigPath: kubeconfig }),
    stop: () => http.stop(),
  };
}
