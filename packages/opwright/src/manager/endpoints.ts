import { type Clock, sleep } from '@opwright/machinery';
import { sharedAbortController } from '../abort.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { CertificateSource, ServingCertificate } from '../webhooks/certificates.ts';
import { type HttpHandler, type HttpServer, isAddress, listenHttp, listenHttps, type TlsServer } from './http.ts';
import type { Logger } from './logger.ts';
import { answerProbe, type HealthCheck } from './probes.ts';

export interface EndpointOptions {
  /** `0` or empty = none. */
  readonly metricsAddress: string;
  /** Serve metrics over TLS, to those whom `authorize` lets through. Absent: over HTTP, to everybody. */
  readonly secureMetrics?: SecureMetrics;
  /** `0` or empty = none. */
  readonly probeAddress: string;
  readonly metrics: Metrics;
  /** Answers below `/debug/`, where metrics are secure. */
  readonly debug: HttpHandler;
  readonly liveness: Readonly<Record<string, HealthCheck>>;
  readonly readiness: Readonly<Record<string, HealthCheck>>;
  /** Told by `/readyz` beside the checks, without failing it. */
  readonly degradation: () => Readonly<Record<string, HealthCheck>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** With metrics go questions about the process (`/debug/…`), which tell too much for everybody. */
export interface SecureMetrics {
  readonly certificates: CertificateSource;
  authorize(handler: HttpHandler): HttpHandler;
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
  const {
    metricsAddress,
    secureMetrics,
    probeAddress,
    metrics,
    debug,
    liveness,
    readiness,
    degradation,
    clock,
    logger,
  } = options;
  const closing = sharedAbortController();
  let opening: Promise<void> = Promise.resolve();
  let following: Promise<void> = Promise.resolve();
  let metricsServer: HttpServer | undefined;
  let probeServer: HttpServer | undefined;

  const serveMetrics: HttpHandler = async ({ method, path }) =>
    path === '/metrics' && method !== 'PUT'
      ? { status: 200, body: await metrics.text(), contentType: metrics.contentType }
      : { status: 404, body: '404 page not found\n' };

  async function listen(): Promise<void> {
    if (isAddress(probeAddress)) {
      probeServer = await listenHttp(probeAddress, 'health probes', ({ path, query }) => {
        const probe = /^\/(healthz|readyz)(\/.*)?$/.exec(path);
        if (!probe) return { status: 404, body: '404 page not found\n' };
        return probe[1] === 'healthz'
          ? answerProbe(liveness, probe[2] ?? '', query)
          : answerProbe(readiness, probe[2] ?? '', query, degradation());
      });
    }
    if (!isAddress(metricsAddress)) return;
    if (secureMetrics === undefined) {
      metricsServer = await listenHttp(metricsAddress, 'metrics', serveMetrics);
      return;
    }
    const certificate = await secureMetrics.certificates.read(closing.signal);
    const server = await listenHttps({
      address: metricsAddress,
      purpose: 'metrics',
      certificate,
      methods: ['GET', 'PUT'],
      bodyLimit: () => 100,
      handler: secureMetrics.authorize((request) =>
        request.path.startsWith('/debug/') ? debug(request) : serveMetrics(request),
      ),
    });
    // Who is being asked about does not hold up the end.
    metricsServer = { url: server.url, close: () => server.close(AbortSignal.abort()) };
    following = followCertificates(secureMetrics.certificates, certificate, server);
  }

  /** Puts renewed certificates to use; one that cannot be read leaves the former. */
  async function followCertificates(
    source: CertificateSource,
    first: ServingCertificate,
    server: TlsServer,
  ): Promise<void> {
    let serving = first;
    for (;;) {
      await sleep(clock, source.checkEveryMs, closing.signal);
      if (closing.signal.aborted) return;
      try {
        const next = await source.read(closing.signal);
        if (next.cert === serving.cert && next.key === serving.key) continue;
        server.use(next);
        serving = next;
        logger.info('Updated current TLS certificate', { of: 'metrics' });
      } catch (error) {
        if (!closing.signal.aborted) logger.error('Certificate of the metrics cannot be read', { error });
      }
    }
  }

  return {
    open() {
      opening = listen();
      return opening;
    },
    async close() {
      closing.abort();
      // A close while opening must not miss a server that is about to listen.
      await opening.catch(() => {});
      await following;
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
