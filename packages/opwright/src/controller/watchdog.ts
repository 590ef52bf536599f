import { type Clock, humanDuration, type Timer } from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';

/** A run that may take too long. */
export interface Watched {
  readonly startedAt: number;
  readonly log: Logger;
  /** What it waits for, as a phrase. */
  awaiting(): string;
  /** Tells the run and its requests to end. */
  abort(reason: Error): void;
}

/** Says aloud when a run lasts, what it waits for, and again each time it has lasted twice as long. */
export interface Watchdog {
  begin(run: Watched): void;
  end(run: Watched): void;
  /** Says nothing any more. */
  stop(): void;
}

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly stuckAfterMs: number;
  /** The runs under way. */
  readonly runs: () => Iterable<Watched>;
  /** A run has lasted for so long, or has ended after it had. */
  readonly onStuck: (stuck: boolean) => void;
}

/** One timer for all runs, which most of them never see fire: a timer for each would cost more than a run that does nothing. */
export function createWatchdog({ clock, stuckAfterMs, runs, onStuck }: WatchdogOptions): Watchdog {
  /** How long runs that are stuck had lasted when that was said last. */
  const told = new Map<Watched, number>();
  let timer: Timer | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let stopped = false;

  function lookAt(run: Watched): number {
    const lastedMs = told.get(run);
    return run.startedAt + (lastedMs === undefined ? stuckAfterMs : 2 * lastedMs);
  }

  function arm(at: number): void {
    if (at >= timerAt || stopped) return;
    timer?.cancel();
    timerAt = at;
    timer = clock.setTimeout(look, Math.max(0, at - clock.monotonic()));
  }

  function look(): void {
    timerAt = Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    for (const run of runs()) {
      if (lookAt(run) <= now) tell(run, now - run.startedAt);
      arm(lookAt(run));
    }
  }

  function tell(run: Watched, lastedMs: number): void {
    if (!told.has(run)) onStuck(true);
    told.set(run, lastedMs);
    run.log.warn('Reconcile is stuck', { lasted: humanDuration(lastedMs), awaiting: run.awaiting() });
  }

  return {
    begin: (run) => arm(lookAt(run)),
    end(run) {
      if (told.delete(run)) onStuck(false);
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** A function that heeds its signal has ended so long after it has aborted. */
const ABORT_GRACE_MS = 10_000;

/** Aborts the run when `timeoutMs` are over, and says so. The returned function ends that. */
export function limitTime(run: Watched, { clock, timeoutMs, onTimeout, killed }: TimeLimitOptions): () => void {
  let timer = clock.setTimeout(() => {
    onTimeout();
    run.log.warn('Reconcile timed out, waiting for it to end', { timeoutMs, awaiting: run.awaiting() });
    run.abort(new Error(`the reconcile took longer than its timeout of ${timeoutMs} ms`));
    timer = clock.setTimeout(() => {
      const remedy = 'pass ctx.signal to what the reconcile function awaits';
      run.log.warn('Reconcile ignores that its signal has aborted', { awaiting: run.awaiting(), remedy });
    }, ABORT_GRACE_MS);
  }, timeoutMs);
  const rest = () => timer.cancel();
  // Whoever was told to end at once and does not is not waited for.
  killed.addEventListener('abort', rest);
  return () => {
    rest();
    killed.removeEventListener('abort', rest);
  };
}

export interface TimeLimitOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** The time is up; the outcome is still what the function makes of it. */
  readonly onTimeout: () => void;
  readonly killed: AbortSignal;
}
