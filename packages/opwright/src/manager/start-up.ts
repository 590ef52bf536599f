import { type Clock, sleep } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { Subscription } from '../cache/kind-cache.ts';
import type { RunningController } from '../controller/controller.ts';
import { cacheProblem, unsyncedSources } from './readiness.ts';

export interface SyncOptions {
  readonly controllers: readonly RunningController[];
  readonly cache: Cache;
  /** Resolves when the namespaces are known that are followed; undefined when they are given. */
  readonly selected: Subscription | undefined;
  readonly clock: Clock;
  readonly limitMs: number;
  readonly stopping: AbortSignal;
}

/**
 * Calls `ready` for each controller when its sources are synced; one that waits does not hold up the others. Ends early when
 * the manager stops. @throws Error when one takes too long, which names the source
 */
export async function syncControllers(
  { controllers, cache, selected, clock, limitMs, stopping }: SyncOptions,
  ready: (controller: RunningController) => void,
): Promise<void> {
  const limit = new AbortController();
  const endWait = () => limit.abort();
  stopping.addEventListener('abort', endWait);
  const late = sleep(clock, limitMs, limit.signal);
  const tooLate = (missing: string) =>
    new Error(`timed out after ${limitMs / 1000} s waiting for caches to sync: ${missing}`);
  const running = controllers.map(async (controller) => {
    // Which caches there are is known only then.
    await Promise.race([selected?.synced(), late]);
    if (stopping.aborted) return;
    if (selected && !selected.isSynced) throw tooLate(cacheProblem(cache, clock) ?? 'namespaces');
    await Promise.race([Promise.all(controller.sources.map((source) => source.synced())), late]);
    if (stopping.aborted) return;
    const [missing] = unsyncedSources([controller]);
    if (missing) throw tooLate(missing);
    ready(controller);
  });
  try {
    await Promise.all(running);
  } finally {
    limit.abort();
    stopping.removeEventListener('abort', endWait);
  }
}
