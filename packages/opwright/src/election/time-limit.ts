import type { Clock } from '@opwright/machinery';

/**
 * Calls `call` and gives it up after `limitMs`, or when `signal` aborts: its signal aborts, and whatever it does then, the
 * promise rejects at once, with an Error that names the limit or with the signal's reason.
 */
export function withTimeLimit<T>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new AbortController();
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    };
    const giveUp = (reason: unknown) => {
      end();
      reject(reason);
      request.abort(reason);
    };
    const onAbort = () => giveUp(signal.reason);
    const timer = clock.setTimeout(() => giveUp(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    call(request.signal).then(
      (value) => {
        end();
        resolve(value);
      },
      (error) => {
        end();
        reject(error);
      },
    );
  });
}
