import { type HttpServer, listenHttp } from './http.ts';
import type { Metrics } from './metrics.ts';
import { answerProbe, type HealthCheck } from './probes.ts';

export interface EndpointOptions {
  /** `0` or empty = none. */
  readonly metricsAddress: string;
  /** `0` or empty = none. */
  readonly probeAddress: string;
  readonly metrics: Metrics;
  readonly liveness: Readonly<Record<string, HealthCheck>>;
  readonly readiness: Readonly<Record<string, HealthCheck>>;
  /** Told by `/readyz` beside the checks, without failing it. */
  readonly degradation: () => Readonly<Record<string, HealthCheck>>;
}

/** What a manager serves: `/metrics` on one address, `/healthz` and `/readyz` on another. */
export interface Endpoints {
  /** @throws Error when an address cannot be listened on */
  open(): Promise<void>;
  close(): Promise<void>;
  readonly metricsUrl: string | undefined;
  readonly probeUrl: string | undefined;
}

export function createEndpoints(options: EndpointOptions): Endpoints {
  const { metricsAddress, probeAddress, metrics, liveness, readiness, degradation } = options;
  let opening: Promise<void> = Promise.resolve();
  let metricsServer: HttpServer | undefined;
  let probeServer: HttpServer | undefined;

  async function listen(): Promise<void> {
    if (isOn(probeAddress)) {
      probeServer = await listenHttp(probeAddress, 'health probes', (path, query) => {
        const probe = /^\/(healthz|readyz)(\/.*)?$/.exec(path);
        if (!probe) return { status: 404, body: '404 page not found\n' };
        return probe[1] === 'healthz'
          ? answerProbe(liveness, probe[2] ?? '', query)
          : answerProbe(readiness, probe[2] ?? '', query, degradation());
      });
    }
    if (isOn(metricsAddress)) {
      metricsServer = await listenHttp(metricsAddress, 'metrics', async (path) =>
        path === '/metrics'
          ? { status: 200, body: await metrics.text(), contentType: metrics.contentType }
          : { status: 404, body: '404 page not found\n' },
      );
    }
  }

  return {
    open() {
      opening = listen();
      return opening;
    },
    async close() {
      // A close while opening must not miss a server that is about to listen.
      await opening.catch(() => {});
      await Promise.all([metricsServer?.close(), probeServer?.close()]);
      metricsServer = undefined;
      probeServer = undefined;
    },
    get metricsUrl() {
      return metricsServer?.url;
    },
    get probeUrl() {
      return probeServer?.url;
    },
  };
}

function isOn(address: string): boolean {
  return address !== '' && address !== '0';
}
