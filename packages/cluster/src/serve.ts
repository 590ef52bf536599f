import type { Handler } from './api/http-types.ts';
import type { FrontProxy } from './server/front-proxy.ts';
import { startHttpServer } from './server/https.ts';
import type { ClusterIdentities } from './server/identities.ts';
import { writeKubeconfig } from './server/kubeconfig.ts';

export interface ServeOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default: one of an authority of the cluster's own. */
  readonly certificate?: ServingCertificate;
  /** A proxy that says who its clients are; default: none is believed. */
  readonly frontProxy?: FrontProxy;
}

/** What a server proves itself with, and whose client certificates it believes; all PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
}

/** The port of a cluster that serves. */
export interface ServedCluster {
  readonly url: string;
  readonly address: string;
  readonly port: number;
  readonly kubeconfigPath?: string;
  stop(): Promise<void>;
}

/**
 * Mounts the API server on HTTPS and writes the administrator's kubeconfig: a context with the client certificate, which is
 * the current one, and one with the token.
 *
 * @throws Error naming the address when the port is taken
 */
export async function serveCluster(
  handler: Handler,
  identities: () => ClusterIdentities,
  adminToken: string,
  { port, host, certificate, frontProxy }: ServeOptions,
  kubeconfig: string | undefined,
): Promise<ServedCluster> {
  const http = await startHttpServer({
    handler,
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    tls: {
      ...(certificate ?? { ...identities().server, clientCa: identities().authority.certificate }),
      ...(frontProxy && { frontProxy }),
    },
  });
  if (kubeconfig !== undefined) {
    await writeKubeconfig(kubeconfig, {
      server: http.url,
      ca: identities().authority.certificate,
      user: identities().admin,
      token: adminToken,
    });
  }
  return {
    url: http.url,
    address: host ?? '127.0.0.1',
    port: http.port,
    ...(kubeconfig === undefined ? {} : { kubeconfigPath: kubeconfig }),
    stop: () => http.stop(),
  };
}
