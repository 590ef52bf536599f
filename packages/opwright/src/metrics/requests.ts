import type { Transport } from '@opwright/client';
import type { MetricRegistry } from '@opwright/machinery';

/** Makes transports that count their requests. The metric is client-go's; `host` is a label. */
export function createRequestMetrics({ counter }: MetricRegistry): (transport: Transport, host: string) => Transport {
  const requests = counter('rest_client_requests_total', 'Requests to the API server.');
  return (transport, host) => {
    // A handful: of the methods, and of the answers that come.
    const known = new Map<string, ReturnType<typeof requests>>();
    const count = (method: string, code: number | '<error>'): void => {
      const id = `${method} ${code}`;
      let series = known.get(id);
      if (series === undefined) {
        series = requests({ code: String(code), method, host });
        known.set(id, series);
      }
      series.inc();
    };
    return {
      async request(request) {
        try {
          const response = await transport.request(request);
          count(request.method, response.status);
          return response;
        } catch (error) {
          count(request.method, '<error>');
          throw error;
        }
      },
      close: () => transport.close(),
    };
  };
}
