import type { Clock } from '@opwright/machinery';
import { TransportError, type TransportRequest } from '../transport.ts';

/** The code of the TransportError for a request that took longer than its client lets one take. */
export const REQUEST_TIMEOUT = 'REQUEST_TIMEOUT';

export interface TimeLimit {
  readonly clock: Clock;
  /** For one request, from its start to the end of the answer's body. */
  readonly timeoutMs: number;
}

/**
 * Controllers whose exchange is over and was not given up serve further ones: making one costs as much as the rest of a limit,
 * and more of what is collected as garbage. Whoever listened to their signals has left.
 */
const unused: AbortController[] = [];
const UNUSED_LIMIT = 64;

/**
 * One exchange, which is given up after its time or when the signal of the request aborts, also where the transport ignores its
 * signal: an answer that was lost on the way must not hold who waits for it.
 */
export function withinTime<T>(
  { clock, timeoutMs }: TimeLimit,
  request: TransportRequest,
  exchange: (request: TransportRequest) => Promise<T>,
): Promise<T> {
  const { signal } = request;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const controller = unused.pop() ?? new AbortController();
    const end = () => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
    };
    const giveUp = (reason: unknown) => {
      end();
      reject(reason);
      controller.abort(reason);
    };
    const onAbort = () => giveUp(signal?.reason);
    const timer = clock.setTimeout(() => giveUp(tooLate(request, timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    exchange(Object.assign({}, request, { signal: controller.signal })).then(
      (value) => {
        end();
        if (!controller.signal.aborted && unused.length < UNUSED_LIMIT) unused.push(controller);
        resolve(value);
      },
      (error) => {
        end();
        reject(error);
      },
    );
  });
}

function tooLate({ method, path }: TransportRequest, timeoutMs: number): TransportError {
  const unknown = method === 'GET' || method === 'HEAD' ? '' : '; whether it has been carried out is not known';
  return new TransportError(`${method} ${path}: no answer within ${timeoutMs / 1000} s${unknown}`, {
    code: REQUEST_TIMEOUT,
  });
}
