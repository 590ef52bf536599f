import { type JsonObject, orderFields, type StatusError, type Timer } from '@opwright/machinery';
import { createEventQueue, type EventQueue } from '../../store/event-queue.ts';
import type { Subscription } from '../../store/fan-out.ts';
import type { StoreEvent } from '../../store/history.ts';
import { deepFreeze, type StoredObject } from '../../store/object.ts';
import { CompactedError, type Page, type Range, type Selection, type Store } from '../../store/store.ts';
import type { Call, Result } from '../context.ts';
import { convertAll, reading } from '../conversion.ts';
import { expired, statusOf } from '../errors.ts';
import { type ListOptions, listOptions } from '../options.ts';
import { present } from '../present.ts';
import { objectSelection } from '../selection.ts';
import { keyNamespace } from './get.ts';
import { readOn, SLICE, whereOf } from './list.ts';

/** One line of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** Events that may wait for a client before its watch is ended. */
const QUEUE_LIMIT = 10_000;
const MINUTE = 60_000;
/** How long before the end of a watch its last bookmark comes. */
const LAST_BOOKMARK_MS = 2_000;

/** GET of a collection with `watch`: the stream of its changes. */
export async function watch(call: Call): Promise<Result> {
  const { kind, server } = call;
  return reading(
    kind,
    () => startWatch(call),
    () => server.store.list(kind.storage).items,
  );
}

function startWatch(call: Call): Result | Promise<Result> {
  const { kind, info, server } = call;
  const options = listOptions(info.query, true, server.featureGates);
  const selection = objectSelection(kind, options.labelSelector, options.fieldSelector, info.name);
  const namespace = keyNamespace(kind.scope, info.namespace);
  const within = namespace === '' ? {} : { namespace };
  const start = startOf(options);
  const followed = { options, matches: selection.matches, within };
  if (!start.state) return follow(call, followed, [], start.revision ?? server.store.revision);

  const range: Range = {
    ...within,
    ...whereOf(call, selection),
    atMost: SLICE,
  };
  const read = (part: Range): Page => {
    try {
      return server.store.list(kind.storage, part);
    } catch (error) {
      if (error instanceof CompactedError) throw tooOld(error.requested, error);
      throw error;
    }
  };
  const begin = ({ items, revision }: Page): Result => {
    const initial: WatchEvent[] = items.map((item) => ({ type: 'ADDED', object: present(kind, item) }));
    if (start.endsWithBookmark) initial.push(initialEventsEnd(call, revision));
    return follow(call, followed, initial, revision);
  };
  const page = read(range);
  return page.unfinished ? readOn(read, range, page).then(begin) : begin(page);
}

/** What a watch shows. */
interface Followed {
  readonly options: ListOptions;
  readonly matches: ((object: StoredObject) => boolean) | undefined;
  readonly within: Selection;
}

/** The initial events, then those after a revision. */
function follow(
  call: Call,
  { options, matches, within }: Followed,
  initial: readonly WatchEvent[],
  from: number,
): Result {
  const { kind, server } = call;
  let stop = () => {};
  const queue: EventQueue<WatchEvent> = createEventQueue(QUEUE_LIMIT, () => stop(), initial);
  const push = (event: StoreEvent) => {
    const shown = watchEvent(call, matches, event);
    if (shown !== undefined) pushDurable(server.store, queue, shown);
  };
  // What a webhook has to convert first keeps its place in the order.
  let last: Promise<void> = Promise.resolve();
  const listener =
    kind.convert === undefined
      ? push
      : (event: StoreEvent) => {
          last = last
            .then(() => convertAll(kind, [event.object, event.previous]))
            .then(() => push(event))
            .catch((error) => {
              queue.push({ type: 'ERROR', object: statusOf(error) });
              queue.end();
            });
        };
  let subscription: Subscription;
  try {
    subscription = server.fanOut.watch(kind.storage, Math.min(from, server.store.revision), within, (event) => {
      if (event.revision > from) listener(event);
    });
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    queue.push({ type: 'ERROR', object: tooOld(from, error).status });
    queue.end();
    return { stream: queue };
  }

  const timers = watchTimers(call, options, queue, from, subscription);
  const abort = () => queue.end();
  const { signal } = call.request.lifetime;
  signal.addEventListener('abort', abort);
  stop = () => {
    subscription.end();
    timers.cancel();
    signal.removeEventListener('abort', abort);
  };
  if (signal.aborted) queue.end();
  return { stream: queue };
}

function tooOld(revision: number, { compacted }: CompactedError): StatusError {
  return expired(`too old resource version: ${revision} (${compacted})`);
}

/** Shows an event to the client when it can no longer be lost; when it is lost, the watch ends. */
function pushDurable(store: Store, queue: EventQueue<WatchEvent>, event: WatchEvent): void {
  store.whenDurable((failure) => {
    if (failure === undefined) queue.push(event);
    else queue.end();
  });
}

interface Start {
  /** Begin with the current objects as ADDED. */
  readonly state: boolean;
  /** Mark the end of those. */
  readonly endsWithBookmark: boolean;
  /** Events after this revision follow; absent: after the current one. */
  readonly revision?: number;
}

function startOf({ resourceVersion = 0, sendInitialEvents, allowWatchBookmarks }: ListOptions): Start {
  if (sendInitialEvents === true) return { state: true, endsWithBookmark: allowWatchBookmarks };
  if (resourceVersion > 0) return { state: false, endsWithBookmark: false, revision: resourceVersion };
  if (sendInitialEvents === false) return { state: false, endsWithBookmark: false };
  return { state: true, endsWithBookmark: allowWatchBookmarks };
}

/**
 * What a watcher with a selection sees of a change: an object that begins to match was ADDED, one that ceases to match
 * was DELETED, in its last matching state and with the version of the change.
 */
function watchEvent(
  { kind }: Call,
  matches: ((object: StoredObject) => boolean) | undefined,
  event: StoreEvent,
): WatchEvent | undefined {
  const object = present(kind, event.object);
  if (matches === undefined) return { type: event.type, object };
  const before = event.previous !== undefined && matches(present(kind, event.previous));
  if (event.type === 'DELETED') return before ? { type: 'DELETED', object } : undefined;
  const now = matches(object);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (!before) return undefined;
  const previous = present(kind, event.previous!);
  const metadata = { ...previous.metadata, resourceVersion: String(event.revision) };
  return { type: 'DELETED', object: deepFreeze({ ...previous, metadata }) };
}

/** Bookmarks at intervals and shortly before the end; the end. */
function watchTimers(
  call: Call,
  options: ListOptions,
  queue: EventQueue<WatchEvent>,
  from: number,
  subscription: Subscription,
): Timer {
  const { clock, random, store, bookmarkIntervalMs } = call.server;
  const seconds = options.timeoutSeconds ?? 0;
  const lifeMs = seconds > 0 ? seconds * 1000 : 30 * MINUTE * (1 + random.next());
  const end = clock.setTimeout(() => queue.end(), lifeMs);
  if (!options.allowWatchBookmarks) return end;

  const endsAt = clock.monotonic() + lifeMs;
  let next: Timer | undefined;
  const schedule = () => {
    const left = endsAt - LAST_BOOKMARK_MS - clock.monotonic();
    if (left <= 0) return;
    next = clock.setTimeout(
      () => {
        // A bookmark says that everything before it has been seen; one that says no more than the client knows is not sent.
        subscription.catchUp();
        if (store.revision > from) pushDurable(store, queue, bookmark(call, store.revision));
        schedule();
      },
      Math.min(bookmarkIntervalMs, left),
    );
  };
  schedule();
  return {
    cancel() {
      end.cancel();
      next?.cancel();
    },
  };
}

function bookmark({ kind }: Call, revision: number, annotations?: JsonObject): WatchEvent {
  const object = {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: {
      resourceVersion: String(revision),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
  // Go writes what a built-in kind always has, though there is nothing in it.
  return { type: 'BOOKMARK', object: deepFreeze(kind.custom ? object : orderFields(kind.type, object)) };
}

/** Tells the client that the current state is complete; the blueprint is the empty list that it may fill. */
function initialEventsEnd(call: Call, revision: number): WatchEvent {
  const { listKind, apiVersion } = call.kind;
  const list = JSON.stringify({ kind: listKind, apiVersion, metadata: {}, items: null });
  return bookmark(call, revision, {
    'k8s.io/initial-events-end': 'true',
    'kubernetes.io/initial-events-list-blueprint': Buffer.from(`${list}\n`).toString('base64'),
  });
}
