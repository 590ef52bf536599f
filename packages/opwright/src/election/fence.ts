import type { Transport } from '@opwright/client';

/** A write that was not sent, because the lease may be another replica's by now. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';
}

/**
 * A transport that sends writes only while `mayWrite()`, asked at the moment of sending: whatever was held up (a long pause
 * of the process, a suspended machine) writes nothing when it goes on. Reads pass always.
 */
export function fencedTransport(transport: Transport, mayWrite: () => boolean): Transport {
  return {
    async request(request) {
      const reads = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
      if (!reads && !mayWrite()) {
        throw new NotLeaderError(
          `${request.method} ${request.path.split('?')[0]} was not sent: this replica does not hold the lease for certain`,
        );
      }
      return transport.request(request);
    },
    close: () => transport.close(),
  };
}
