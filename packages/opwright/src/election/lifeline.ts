import { type Transport, TransportError } from '@opwright/client';

/** About a minute of renewals. */
const OWN_REQUESTS = 30;

/**
 * A transport for requests that must not wait behind others: after one that got no answer, the next ones go out on
 * connections of their own. Neither a full pool nor a half-open connection can then hold up two in a row.
 */
export function lifeline(transport: Transport): Transport {
  let own = 0;
  /** Several requests may have one signal. */
  const followed = new WeakSet<AbortSignal>();
  const suspect = () => {
    own = OWN_REQUESTS;
  };
  return {
    async request(request) {
      // Also while the body is on its way: whoever aborts has waited for too long.
      if (request.signal && !followed.has(request.signal)) {
        followed.add(request.signal);
        request.signal.addEventListener('abort', suspect);
      }
      const alone = own > 0;
      if (alone) own -= 1;
      try {
        return await transport.request(alone ? { ...request, stream: true } : request);
      } catch (error) {
        if (error instanceof TransportError) suspect();
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
