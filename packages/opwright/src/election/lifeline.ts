import { type Transport, TransportError } from '@opwright/client';

/**
 * A transport for requests that must not wait behind others: after one that got no answer, the next goes out on a
 * connection of its own. Neither a full pool nor a half-open connection can then hold up both.
 */
export function lifeline(transport: Transport): Transport {
  let silent = false;
  return {
    async request(request) {
      // Also while the body is on its way: whoever aborts has waited for too long.
      request.signal?.addEventListener('abort', () => {
        silent = true;
      });
      try {
        const response = await transport.request(silent ? { ...request, stream: true } : request);
        silent = false;
        return response;
      } catch (error) {
        if (error instanceof TransportError) silent = true;
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
