import { type Clock, sleep } from '@opwright/machinery';
import { sharedAbortController } from '../abort.ts';
import { listenHttps, type TlsServer } from '../manager/http.ts';
import type { Logger } from '../manager/logger.ts';
import type { WebhookMetrics } from '../metrics/webhooks.ts';
import type { CertificateSource, ServingCertificate } from './certificates.ts';
import { reviewLimit, type Served, webhookEndpoint } from './endpoint.ts';
import type { PublishTrust } from './trust.ts';

export interface WebhookServerOptions {
  readonly served: Served;
  readonly address: string;
  readonly certificates: CertificateSource;
  readonly publish: PublishTrust;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WebhookMetrics;
  /** Between the moment when all API servers are told to trust a new authority and its first use; default 10 s. */
  readonly overlapMs: number | undefined;
}

/** The webhooks of an operator at work. */
export interface WebhookServer {
  readonly url: string | undefined;
  /** Why the API server may fail to reach the webhooks. */
  readonly problem: string | undefined;
  /**
   * Listens, makes the API server trust what it will see, and follows the certificates until closed.
   *
   * @throws Error when there is no certificate or the address cannot be listened on
   */
  open(): Promise<void>;
  /** Lets requests under way end, at most until `hurry` aborts. */
  close(hurry?: AbortSignal): Promise<void>;
}

/** After a failure the certificates and the configurations are looked at again sooner. */
const RETRY_MS = 5000;

/**
 * A certificate changes in three steps, so that no request fails: the API server is told to trust the next authority beside
 * the present one, all its replicas get the time to hear of it, then the next handshakes see the next certificate.
 */
export function createWebhookServer(options: WebhookServerOptions): WebhookServer {
  const { certificates, publish, clock, logger, overlapMs = 10_000 } = options;
  const closing = sharedAbortController();
  const answer = webhookEndpoint(options.served, options.metrics, logger, clock);
  let server: TlsServer | undefined;
  let serving: ServingCertificate | undefined;
  let problem: string | undefined;
  let following: Promise<void> = Promise.resolve();
  let opening: Promise<void> = Promise.resolve();
  let ending: Promise<void> | undefined;

  async function trust({ caBundle }: ServingCertificate): Promise<void> {
    if (caBundle !== undefined) await publish(caBundle, closing.signal);
  }

  async function attempt(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
      problem = undefined;
    } catch (error) {
      if (closing.signal.aborted) return;
      problem = `${what}: ${error instanceof Error ? error.message : String(error)}`;
      logger.error('Webhook certificates failed', { error, step: what });
    }
  }

  async function follow(): Promise<void> {
    for (;;) {
      const pause = problem === undefined ? certificates.checkEveryMs : Math.min(RETRY_MS, certificates.checkEveryMs);
      await sleep(clock, pause, closing.signal);
      if (closing.signal.aborted) return;
      let next: ServingCertificate | undefined;
      await attempt('cannot read the certificate', async () => {
        next = await certificates.read(closing.signal);
      });
      // Also without a change: whoever applied the manifests anew may have taken the bundle out.
      const found = next;
      if (found === undefined) continue;
      await attempt('cannot write the authorities into the webhook configurations', () => trust(found));
      if (problem !== undefined || isSame(found, serving)) continue;
      if (found.caBundle !== undefined) await sleep(clock, overlapMs, closing.signal);
      if (closing.signal.aborted) return;
      await attempt('cannot use the certificate', async () => server?.use(found));
      serving = found;
      logger.info('Updated current TLS certificate');
    }
  }

  async function begin(): Promise<void> {
    const first = await certificates.read(closing.signal);
    if (closing.signal.aborted) return;
    serving = first;
    server = await listenHttps({
      address: options.address,
      purpose: 'webhooks',
      certificate: first,
      methods: ['POST'],
      bodyLimit: reviewLimit,
      handler: answer,
    });
    logger.info('Serving webhook server', { url: server.url });
    await attempt('cannot write the authorities into the webhook configurations', () => trust(first));
    following = follow();
  }

  return {
    get url() {
      return server?.url;
    },
    get problem() {
      return problem;
    },
    open() {
      opening = begin();
      return opening;
    },
    async close(hurry) {
      closing.abort();
      // A close while opening must not miss a server that is about to listen.
      await opening.catch(() => {});
      await following;
      ending ??= server?.close(hurry);
      server = undefined;
      await ending;
    },
  };
}

function isSame(a: ServingCertificate, b: ServingCertificate | undefined): boolean {
  return a.cert === b?.cert && a.key === b.key && a.clientCa === b.clientCa;
}
