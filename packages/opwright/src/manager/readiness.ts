import { type Clock, groupResourceText } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { Informer } from '../cache/informer.ts';
import type { RunningController } from '../controller/controller.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why not, a sentence for each. */
  readonly reasons: readonly string[];
  /** What does not work although the rest does, a sentence for each: clusters that cannot be reached, by name, and sources outside of them. */
  readonly degraded: readonly string[];
}

/** Longer than a watch lives with all its retries: nothing was heard of the server although it was asked. */
const STALE_MS = 12 * 60_000;

/** A blip is no reason to be taken out of service. */
const FAILING_MS = 60_000;

export function readinessOf(
  cache: Cache,
  controllers: readonly RunningController[],
  clock: Clock,
  stopping: boolean,
  leaseProblem: string | undefined,
  degraded: readonly string[],
): Readiness {
  const reasons = [
    ...(stopping ? ['the manager is stopping'] : []),
    ...informersOf(cache).flatMap((informer) => informerProblem(informer, clock) ?? []),
    ...unsyncedSources(controllers),
    ...(leaseProblem === undefined ? [] : [leaseProblem]),
  ];
  return { ready: reasons.length === 0, reasons: [...new Set(reasons)], degraded };
}

/** The first informer that has not synced or has lost touch with the server. */
export function cacheProblem(cache: Cache, clock: Clock): string | undefined {
  for (const informer of informersOf(cache)) {
    const problem = informerProblem(informer, clock);
    if (problem) return problem;
  }
  return undefined;
}

/** What the controllers wait for before they start to work. */
export function unsyncedSources(controllers: readonly RunningController[]): string[] {
  return controllers.flatMap(({ name, sources }) =>
    sources
      .filter((source) => !source.isSynced())
      .map(({ kind }) => {
        const error = kind.informers.map(({ state }) => state.lastError?.message).find((message) => message);
        return `controller ${name}: source ${kind.resource.kind} (${kind.resource.apiVersion}) is not synced: ${error ?? 'the first list has not ended'}`;
      }),
  );
}

function informersOf(cache: Cache): Informer[] {
  return cache.kinds.flatMap(({ informers }) => informers);
}

function informerProblem({ resource, state }: Informer, clock: Clock): string | undefined {
  const name = groupResourceText(resource);
  if (state.absent) return undefined;
  if (!state.synced) return `${name} is not synced: ${state.lastError?.message ?? 'the first list has not ended'}`;
  if (state.lastError && clock.monotonic() - (state.failingSince ?? 0) > FAILING_MS) {
    return `${name} is not followed any more: ${state.lastError.message}`;
  }
  const silentMs = clock.monotonic() - (state.lastEventAt ?? 0);
  if (silentMs <= STALE_MS) return undefined;
  const why = state.lastError ? `: ${state.lastError.message}` : '';
  return `${name} is stale: nothing heard of the server for ${Math.round(silentMs / 1000)} s${why}`;
}
