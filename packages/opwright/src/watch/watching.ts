import type { WatchOptions } from '@opwright/client';
import { StatusError, sleep, type Timer } from '@opwright/machinery';
import { compareVersions } from '../cache/overlay.ts';
import { openStream } from './abortable.ts';
import { isExpired, isRefused, isResourceVersionTooLarge, retryAfterMs, statusOf, WatchError } from './errors.ts';
import type { Following, WatchStream } from './following.ts';
import { pagesInTime } from './listing.ts';

/** A watch request that ends with `signal`. */
export function openWatch({ options, scope }: Following, query: WatchOptions, signal: AbortSignal): WatchStream {
  const { client, random, resource } = options;
  return openStream(signal, (connection) =>
    client.watch(resource, {
      ...scope,
      ...query,
      allowWatchBookmarks: true,
      timeoutSeconds: 300 + Math.floor(random.next() * 300),
      signal: connection,
    }),
  );
}

/** Watches, at first on `stream` if there is one, then again and again, until a list is needed. */
export async function watch(following: Following, stream: WatchStream | undefined, signal: AbortSignal): Promise<void> {
  const { options, backoff, failed, isMissing } = following;
  for (let inherited = stream; inherited || !signal.aborted; inherited = undefined) {
    try {
      await watchOnce(following, inherited, signal);
    } catch (error) {
      if (signal.aborted || isExpired(error) || isMissing(error)) return;
      failed('watch', error);
      if (isResourceVersionTooLarge(error)) {
        following.versionUnavailable = true;
        return;
      }
      const retryAfter = retryAfterMs(error);
      if (retryAfter === undefined && !isRefused(error)) return;
      await sleep(options.clock, Math.max(retryAfter ?? 0, backoff.next()), signal);
    }
  }
}

/**
 * A server that sends no bookmarks is silent while nothing changes, and so is one that has been set back, until its
 * versions have caught up with what was seen of it: a list of nothing at that version tells whether it is still there.
 */
async function probe(following: Following, signal: AbortSignal): Promise<void> {
  const { scope, state } = following;
  const nothing = [scope.fieldSelector, 'metadata.name=-'].filter(Boolean).join(',');
  const query = { ...scope, fieldSelector: nothing, limit: 1, resourceVersion: state.resourceVersion };
  for await (const _ of pagesInTime(following, query, PROBE_MS, signal)) break;
  following.heard();
}

async function watchOnce(following: Following, inherited: WatchStream | undefined, signal: AbortSignal): Promise<void> {
  const { options, state, idleTimeoutMs, guarded, heard, prepare, recovered } = following;
  const { clock, logger, onError, resource, sink } = options;
  const startedAt = clock.monotonic();
  // Objects that exist come first as synthetic ADDED events, in no order: their versions prove nothing.
  let synthetic = state.resourceVersion === '' || state.resourceVersion === '0';
  let delivered = inherited !== undefined;
  let idle: Timer | undefined;
  const stream = inherited ?? openWatch(following, { resourceVersion: state.resourceVersion }, signal);
  let heardAt = startedAt;
  // One timer that looks back when it fires costs less than one for each event.
  const armIdle = (delay: number) => {
    idle = clock.setTimeout(() => {
      // Failures come at once: a watch that has lasted is a good one, even if nothing happens.
      recovered();
      const rest = heardAt + idleTimeoutMs - clock.monotonic();
      if (rest > 0) return armIdle(rest);
      stream.abort(new WatchError('Idle', `no event or bookmark for ${Math.round(idleTimeoutMs / 1000)} s`));
    }, delay);
  };
  try {
    armIdle(Math.min(idleTimeoutMs, SETTLED_MS));
    for await (const event of stream.items) {
      delivered = true;
      heardAt = clock.monotonic();
      if (event.type === 'ERROR') throw new StatusError(statusOf(event.object));
      heard();
      const version = event.object?.metadata?.resourceVersion;
      if (!synthetic && isOlder(version, state.resourceVersion)) {
        // Its history is not the one that we have followed: only a list tells what holds now.
        const message = `the server went back from version ${state.resourceVersion} to ${version}`;
        throw new WatchError('VersionWentBack', message);
      }
      if (event.type === 'BOOKMARK') sink.bookmark(version);
      else if (event.type === 'DELETED') guarded(event.object, sink.remove);
      else guarded(event.object, (object) => sink.put(prepare(object)));
      if (event.type !== 'ADDED') synthetic = false;
      if (!synthetic && version) state.resourceVersion = version;
    }
  } catch (error) {
    const reason: unknown = stream.signal.reason;
    // A silent connection says nothing about the version: go on from it on a new connection.
    if (!signal.aborted && reason instanceof WatchError && reason.reason === 'Idle') {
      logger.warn('Watch was silent, reconnecting', { resource: resource.plural, error: reason.message });
      onError?.(reason);
      return probe(following, signal);
    }
    throw error;
  } finally {
    idle?.cancel();
    stream.close();
  }
  if (!delivered && clock.monotonic() - startedAt < 1000 && !signal.aborted) {
    throw new WatchError('VeryShortWatch', 'the watch ended within a second without any event');
  }
  // The server ended the watch in good order.
  heard();
}

/** Whether a version was before another; false when they cannot be compared. */
function isOlder(version: string | undefined, than: string): boolean {
  return version !== undefined && (compareVersions(version, than) ?? 0) < 0;
}

/** A request for nothing takes no longer. */
const PROBE_MS = 30_000;

/** After so long an open watch is taken for one that works. */
const SETTLED_MS = 10_000;
