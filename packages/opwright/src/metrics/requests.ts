import type { Transport } from '@opwright/client';
import type { MetricRegistry } from '@opwright/machinery';

/** Makes transports that count their requests. The metric is client-go's; `host` is a label. */
export function createRequestMetrics({ counter }: MetricRegistry): (transport: Transport, host: string) => Transport {
  const requests = counter('rest_client_requests_total', 'Requests to the API server.');
  return (transport, host) => ({
    async request(request) {
      const { method } = request;
      try {
        const response = await transport.request(request);
        requests({ code: String(response.status), method, host }).inc();
        return response;
      } catch (error) {
        requests({ code: '<error>', method, host }).inc();
        throw error;
      }
    },
    close: () => transport.close(),
  });
}
