import { type Clock, isConflict, sleep } from '@opwright/machinery';

/**
 * Tries until an attempt succeeds: undefined, or until `limitMs` have passed or the signal aborts: the last error. A conflict is tried
 * again at once.
 */
export async function tryFor(
  { clock, limitMs, pauseMs, signal }: { clock: Clock; limitMs: number; pauseMs: number; signal: AbortSignal },
  attempt: (signal: AbortSignal) => Promise<void>,
): Promise<unknown> {
  const limit = new AbortController();
  const giveUp = () => limit.abort(new Error('there was no time left'));
  const timer = clock.setTimeout(giveUp, limitMs);
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp);
  let problem: unknown = limit.signal.reason;
  while (!limit.signal.aborted) {
    try {
      await attempt(limit.signal);
      problem = undefined;
      break;
    } catch (error) {
      problem = error;
      if (!isConflict(error)) await sleep(clock, pauseMs, limit.signal);
    }
  }
  timer.cancel();
  signal.removeEventListener('abort', giveUp);
  return problem;
}
