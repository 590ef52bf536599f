import { type KubeObject, StatusError, sleep } from '@opwright/machinery';
import { kindKey } from '../cache/kind-key.ts';
import { explainWatchError, retryAfterMs } from './errors.ts';
import { createFollowing, type ReflectorOptions, type ReflectorState, type WatchStream } from './following.ts';
import { list } from './listing.ts';
import { watchList } from './watch-list.ts';
import { openWatch, watch } from './watching.ts';

export interface Reflector {
  readonly state: ReflectorState;
  /** Follows the resource until `signal` aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Keeps a sink equal to what the server has: list, then watch from the list's version, for ever.
 *
 * The order of events is the server's and no event between two watches is lost: a watch that ended normally goes on from
 * the last version seen; one that cannot is followed by a list. Failures are logged each time, with a growing delay
 * between attempts, and stay visible in `state` until the server answers again.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function createReflector(options: ReflectorOptions): Reflector {
  const { resource, scope = {}, sink, clock, logger } = options;
  const following = createFollowing(options);
  const { state, backoff, failed, heard, isMissing } = following;

  /** The server has shown its whole state. */
  async function adopt(objects: readonly KubeObject[], version: string, signal: AbortSignal): Promise<void> {
    const show = await sink.replace(objects, version, signal);
    signal.throwIfAborted();
    following.versionUnavailable = false;
    if (state.absent) logger.info('Optional kind is served now', { resource: resource.plural, group: resource.group });
    state.absent = false;
    show();
    state.resourceVersion = version;
    state.synced = true;
    heard();
  }

  /** The server does not know the kind; versions of one that was there say nothing about one that will be. */
  function adoptAbsence(): void {
    heard();
    if (state.absent) return;
    logger.info('Optional kind is not served, waiting for it', { resource: resource.plural, group: resource.group });
    state.absent = true;
    state.resourceVersion = '';
    following.versionUnavailable = false;
    sink.absent?.();
    state.synced = true;
  }

  async function relist(signal: AbortSignal): Promise<void> {
    const { objects, version } = await list(following, signal);
    await adopt(objects, version, signal);
  }

  /** Brings the sink to the server's state; returns the stream that goes on from there, where it came as one. */
  async function load(signal: AbortSignal): Promise<WatchStream | undefined> {
    const { watchList: streaming } = options;
    if (!streaming || state.absent || streaming.unusable.has(kindKey(resource))) return void (await relist(signal));
    const result = await watchList(
      {
        open: (query, connection) => openWatch(following, query, connection),
        guarded: following.guarded,
        prepare: following.prepare,
        clock,
        backoff,
        resourceVersion: () => (following.versionUnavailable ? '' : state.resourceVersion),
        onVersion(version) {
          state.resourceVersion = version;
        },
        onVersionUnavailable() {
          following.versionUnavailable = true;
        },
        onFailure: (error) => failed('watch', error),
        onWaiting(waitedMs, received) {
          const waited = `${Math.round(waitedMs / 1000)} s`;
          logger.warn('Streamed list is not complete yet', { resource: resource.plural, waited, objects: received });
        },
      },
      signal,
    );
    if ('stream' in result) {
      await adopt(result.objects, result.resourceVersion, signal);
      return result.stream;
    }
    await relist(signal);
    // Only now do we know that it was the streaming that the server refused, not the resource.
    if (result.lasting) streaming.unusable.add(kindKey(resource));
    const { message } = explainWatchError(resource, scope, 'watch', result.error);
    logger.info('List is not streamed, listed instead', {
      resource: resource.plural,
      lasting: result.lasting,
      error: message,
    });
    return undefined;
  }

  return {
    state,
    async run(signal) {
      while (!signal.aborted) {
        let atLeast = 0;
        let atMost = Number.POSITIVE_INFINITY;
        try {
          const stream = await load(signal);
          await watch(following, stream, signal);
        } catch (error) {
          if (signal.aborted) return;
          if (isMissing(error)) {
            adoptAbsence();
            await sleep(clock, LOOK_FOR_KIND_MS, signal);
            continue;
          }
          failed('list', error);
          atLeast = retryAfterMs(error) ?? 0;
          if (isUnavailableKind(error)) atMost = MAX_WAIT_FOR_KIND_MS;
        }
        await sleep(clock, Math.max(atLeast, Math.min(atMost, backoff.next())), signal);
      }
    },
  };
}

/** Somebody is about to install the CRD or grant the permission: whoever waits for that should not wait long after it. */
const MAX_WAIT_FOR_KIND_MS = 10_000;

/** How often an optional kind is looked for. */
const LOOK_FOR_KIND_MS = 10_000;

function isUnavailableKind(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 404 || error.code === 403);
}
