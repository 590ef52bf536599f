import type { Clock, MetricRegistry } from '@opwright/machinery';

/** What the webhooks report. `path` is where one is served. Names and labels are controller-runtime's. */
export interface WebhookMetrics {
  /** Makes the series, at 0. */
  served(path: string): void;
  /** A request came in; the returned function is to be called with the answer's HTTP code. */
  begin(path: string): (code: number) => void;
  panicked(): void;
}

const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createWebhookMetrics({ counter, gauge, histogram }: MetricRegistry, clock: Clock): WebhookMetrics {
  const latency = histogram(
    'controller_runtime_webhook_latency_seconds',
    'Length of webhook requests.',
    LATENCY_BUCKETS,
  );
  const answered = counter('controller_runtime_webhook_requests_total', 'Webhook requests by HTTP code.');
  const inFlight = gauge('controller_runtime_webhook_requests_in_flight', 'Webhook requests under way.');
  const defects = counter(
    'controller_runtime_webhook_panics_total',
    'Webhook requests that hit a programming error.',
  )();
  return {
    served(path) {
      for (const code of ['200', '500']) answered({ webhook: path, code });
      inFlight({ webhook: path });
    },
    begin(path) {
      const since = clock.monotonic();
      inFlight({ webhook: path }).inc();
      return (code) => {
        inFlight({ webhook: path }).inc(-1);
        answered({ webhook: path, code: String(code) }).inc();
        latency({ webhook: path }).observe((clock.monotonic() - since) / 1000);
      };
    },
    panicked: () => defects.inc(),
  };
}
