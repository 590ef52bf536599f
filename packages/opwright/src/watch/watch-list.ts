import type { WatchEvent, WatchOptions } from '@opwright/client';
import { type Clock, type KubeObject, keyString, StatusError, sleep } from '@opwright/machinery';
import { timeSlice } from '../time-slice.ts';
import type { Stream } from './abortable.ts';
import type { Backoff } from './backoff.ts';
import { isExpired, isRefused, isResourceVersionTooLarge, retryAfterMs, statusOf, WatchError } from './errors.ts';

export interface WatchListOptions {
  /** Opens a watch of the resource that ends with `signal`. */
  readonly open: (query: WatchOptions, signal: AbortSignal) => Stream<WatchEvent<KubeObject>>;
  /** Calls `file` with the object; one that is none, or that cannot be filed, is reported and skipped. */
  readonly guarded: (object: unknown, file: (object: KubeObject) => void) => void;
  readonly prepare: (object: KubeObject) => KubeObject;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** The state to ask for is at least as new as this; '' = the most recent. */
  readonly resourceVersion: () => string;
  /** The server has shown that it is at this version. */
  readonly onVersion: (resourceVersion: string) => void;
  /** The server does not know the version that was asked for: `resourceVersion` must be '' from now on. */
  readonly onVersionUnavailable: () => void;
  readonly onFailure: (error: unknown) => void;
  /** The end of the initial state has not come for so long. */
  readonly onWaiting: (waitedMs: number, objects: number) => void;
}

/** The whole state at a version, and the open stream that goes on from there. */
export interface StreamedList {
  readonly objects: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly stream: Stream<WatchEvent<KubeObject>>;
}

/** The state has to be had by a list. */
export interface NotStreamed {
  readonly error: unknown;
  /** It will not be otherwise next time, if it is not the resource itself that is missing. */
  readonly lasting: boolean;
}

/** Streams that may break off before the initial state is complete. */
const MAX_CUTS = 3;

/**
 * A list is the surer way for whoever has waited so long, unless objects keep coming: a list would have to send them again, all of
 * them in one answer.
 */
const LIMIT_MS = 60_000;

/** So many new objects between two looks at a stream show that it is the state that comes, not what happens to it. */
const PROGRESS = 100;

/** A server that ignores the request for a bookmark sends what there is, and then nothing. */
const SILENCE_MS = 20_000;

const WARN_EVERY_MS = 10_000;

const NO_END = 'NoInitialEventsEnd';

/**
 * Reads the state as a stream: a watch that begins with every object as an ADDED event and tells by a bookmark that this
 * was all. Unlike a list, no side has to hold the whole answer at once.
 *
 * The objects gather in a store of their own, which whoever follows the resource gets at once when the bookmark has come,
 * and never when the stream breaks off before. The attempts are limited in number and time.
 *
 * @throws the signal's reason
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
 */
export async function watchList(options: WatchListOptions, signal: AbortSignal): Promise<StreamedList | NotStreamed> {
  const { clock, backoff } = options;
  const limitAt = clock.monotonic() + LIMIT_MS;
  // What a broken stream has delivered is not the state, but its objects are prepared.
  let prepared: ReadonlyMap<string, KubeObject> = new Map();
  let cuts = 0;
  for (;;) {
    const objects = new Map<string, KubeObject>();
    const asked = options.resourceVersion();
    try {
      return await attempt(options, asked, objects, prepared, limitAt, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (objects.size > 0) prepared = objects;
      if (asked !== '' && (isExpired(error) || isResourceVersionTooLarge(error))) {
        options.onVersionUnavailable();
        continue;
      }
      if (isUnavailable(error)) return { error, lasting: false };
      if (isUnsupported(error)) return { error, lasting: true };
      if (error instanceof WatchError && error.reason === NO_END) return { error, lasting: true };
      const retryAfter = retryAfterMs(error);
      const isBusy = retryAfter !== undefined || isRefused(error);
      if (!isBusy) cuts += 1;
      const pause = Math.max(retryAfter ?? 0, backoff.next());
      if (cuts >= MAX_CUTS || clock.monotonic() + pause >= limitAt) return { error, lasting: !isBusy };
      options.onFailure(error);
      await sleep(clock, pause, signal);
    }
  }
}

/** One stream up to the bookmark; fills `objects`. */
async function attempt(
  { open, guarded, prepare, clock, onVersion, onWaiting }: WatchListOptions,
  resourceVersion: string,
  objects: Map<string, KubeObject>,
  prepared: ReadonlyMap<string, KubeObject>,
  limitAt: number,
  signal: AbortSignal,
): Promise<StreamedList> {
  const put = (object: KubeObject) => {
    const key = keyString(object.metadata);
    const known = prepared.get(key);
    objects.set(key, known && isSameVersion(known, object) ? known : prepare(object));
  };
  const stream = open({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', resourceVersion }, signal);
  const startedAt = clock.monotonic();
  let heardAt = startedAt;
  let complete = false;
  // The objects that exist come in no order: until something else has come, versions prove nothing.
  let synthetic = true;
  let seen = 0;
  let timer = clock.setTimeout(function look() {
    const now = clock.monotonic();
    const waited = `${Math.round((now - startedAt) / 1000)} s`;
    const advances = synthetic && objects.size - seen >= PROGRESS;
    seen = objects.size;
    if ((now >= limitAt && !advances) || now - heardAt >= SILENCE_MS) {
      return stream.abort(new WatchError(NO_END, `the server did not mark the end of the state within ${waited}`));
    }
    onWaiting(now - startedAt, objects.size);
    timer = clock.setTimeout(look, WARN_EVERY_MS);
  }, WARN_EVERY_MS);
  // A fast server keeps a whole turn of the event loop busy.
  const slice = timeSlice(clock);
  try {
    for (let next = await stream.items.next(); !next.done; next = await stream.items.next()) {
      const event = next.value;
      heardAt = clock.monotonic();
      if (event.type === 'ERROR') throw new StatusError(statusOf(event.object));
      const version = event.object.metadata?.resourceVersion;
      if (isInitialEventsEnd(event)) {
        complete = true;
        return { objects: [...objects.values()], resourceVersion: version, stream };
      }
      if (event.type === 'DELETED') guarded(event.object, ({ metadata }) => objects.delete(keyString(metadata)));
      else if (event.type !== 'BOOKMARK') guarded(event.object, put);
      if (event.type !== 'ADDED') synthetic = false;
      if (!synthetic && version) onVersion(version);
      const pause = slice.pause();
      if (pause) await pause;
    }
    throw new WatchError('StreamCut', 'the stream ended before the initial state was complete');
  } finally {
    timer.cancel();
    if (!complete) stream.close();
  }
}

function isInitialEventsEnd(event: WatchEvent<KubeObject>): boolean {
  return event.type === 'BOOKMARK' && event.object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid;
}

/** A list would be refused as well; its error is the one to show. */
function isUnavailable(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 401 || error.code === 403);
}

/** The server does not know such requests: 422 and 400 from older API servers, anything of that kind from others. */
function isUnsupported(error: unknown): boolean {
  return error instanceof StatusError && UNSUPPORTED.has(error.code);
}

const UNSUPPORTED: ReadonlySet<number> = new Set([400, 404, 405, 406, 415, 422, 501]);
