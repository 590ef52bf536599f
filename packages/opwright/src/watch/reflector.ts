import type { Client, ListOptions, WatchEvent, WatchOptions } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  isNotFound,
  type KubeObject,
  type ListMeta,
  type ObjectKey,
  type Random,
  StatusError,
  sleep,
  type Timer,
} from '@opwright/machinery';
import { kindKey } from '../cache/kind-key.ts';
import { compareVersions } from '../cache/overlay.ts';
import type { Logger } from '../manager/logger.ts';
import { inTime, openStream, type Stream } from './abortable.ts';
import { reflectorBackoff } from './backoff.ts';
import {
  explainWatchError,
  isExpired,
  isRefused,
  isResourceVersionTooLarge,
  retryAfterMs,
  statusOf,
  WatchError,
} from './errors.ts';
import { watchList } from './watch-list.ts';

/** Where a reflector puts what it sees, in the server's order. */
export interface ReflectorSink {
  /** The whole state at `resourceVersion`. */
  replace(objects: readonly KubeObject[], resourceVersion: string): void;
  put(object: KubeObject): void;
  /** `object` is the last state, with the version of its deletion. */
  remove(object: KubeObject): void;
  /** Nothing changed up to `resourceVersion`. */
  bookmark(resourceVersion: string): void;
  /** The server does not serve the kind, so that there are no objects: of optional kinds only, once each time it goes. */
  absent?(): void;
}

/** What to follow. */
export interface ReflectorScope {
  /** Absent = all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Read `apiVersion`, `kind` and `metadata` only. */
  readonly metadataOnly?: boolean;
  /** Whose managed fields are needed, if not all are. */
  readonly managedFieldsOf?: ReadonlySet<string>;
}

export interface ReflectorOptions {
  readonly client: Client;
  readonly resource: AnyResource;
  readonly scope?: ReflectorScope;
  readonly sink: ReflectorSink;
  /** What becomes of an object before it is put into the sink; called as objects arrive, not for deleted ones. */
  readonly prepare?: (object: KubeObject) => KubeObject;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Called with each failure after it was logged, for metrics. */
  readonly onError?: (error: WatchFailure) => void;
  /** Called with each object that was skipped because it cannot be what the resource says. */
  readonly onBadObject?: (object: unknown, error: WatchFailure) => void;
  /** Whether the kind may be missing on the server: that is a state then, not a failure. Asked each time. Default: never. */
  readonly isOptional?: () => boolean;
  /** Objects per page of a paged list; default 500. */
  readonly pageSize?: number;
  /**
   * A watch without any event or bookmark for so long is taken for dead and opened anew, and so is a list whose next page
   * does not come; default 5 min.
   */
  readonly idleTimeoutMs?: number;
  /**
   * Read the state as a stream instead of a list, and which kinds turned out not to be readable so (shared by reflectors;
   * keys as of `kindKey`). Absent: lists.
   */
  readonly watchList?: { readonly unusable: Set<string> };
}

type WatchStream = Stream<WatchEvent<KubeObject>>;

/** A failure as a person should see it. */
export interface WatchFailure {
  /** `Forbidden`, `NotFound`, `ConnectionError`, …: a metric label. */
  readonly reason: string;
  /** Names the resource, the verb and the remedy. */
  readonly message: string;
}

export interface ReflectorState {
  /** A list has succeeded since the start, or the kind is optional and not there. */
  readonly synced: boolean;
  /** The kind is optional and the server does not serve it: asked for again every 10 s. */
  readonly absent: boolean;
  /** What stops the reflector at the moment; undefined while it follows the server. */
  readonly lastError: WatchFailure | undefined;
  /** Since when there is a `lastError`. Monotonic ms. */
  readonly failingSince: number | undefined;
  /** When the server was last heard of: list, event, bookmark, or an opened watch. Monotonic ms. */
  readonly lastEventAt: number | undefined;
  readonly resourceVersion: string;
}

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
  const { client, resource, scope = {}, sink, clock, random, logger, onError } = options;
  const prepare = options.prepare ?? ((object) => object);
  const pageSize = options.pageSize ?? 500;
  const idleTimeoutMs = options.idleTimeoutMs ?? 300_000;
  const backoff = reflectorBackoff(clock, random);
  const state = {
    synced: false,
    absent: false,
    lastError: undefined as WatchFailure | undefined,
    failingSince: undefined as number | undefined,
    lastEventAt: undefined as number | undefined,
    resourceVersion: '',
  };
  // The server does not know our version (410, or a version from its future): ask for the most recent until a list succeeds.
  let versionUnavailable = false;
  // The server pages lists at "0" as well: it has no watch cache, so pages are the cheaper way for all lists.
  let paginated = false;

  function recovered(): void {
    state.lastError = undefined;
    state.failingSince = undefined;
  }

  function heard(): void {
    state.lastEventAt = clock.monotonic();
    recovered();
  }

  function failed(verb: 'list' | 'watch', error: unknown): void {
    const failure = explainWatchError(resource, scope, verb, error);
    state.lastError = failure;
    state.failingSince ??= clock.monotonic();
    logger.error('Reflector error', { resource: resource.plural, group: resource.group, error: failure.message });
    onError?.(failure);
  }

  /** An object that cannot be filed must not stop the stream. */
  function guarded(object: unknown, file: (object: KubeObject) => void): void {
    try {
      if (!isObjectOf(resource, object)) throw new TypeError(`not a ${resource.kind}`);
      file(object);
    } catch (error) {
      const { name, namespace } = ((object as Partial<KubeObject> | null)?.metadata ?? {}) as Partial<ObjectKey>;
      const which = name === undefined ? 'an object' : `"${namespace ? `${namespace}/` : ''}${name}"`;
      const message = `${resource.plural}: ${which} was skipped, and is not followed until it changes: ${String(error)}`;
      const failure = { reason: 'BadObject', message };
      logger.error('Reflector skipped an object', { resource: resource.plural, name, namespace, error: message });
      onError?.(failure);
      options.onBadObject?.(object, failure);
    }
  }

  async function list(signal: AbortSignal): Promise<void> {
    const asked = versionUnavailable ? '' : state.resourceVersion === '' ? '0' : state.resourceVersion;
    try {
      await listAt(asked, signal);
    } catch (error) {
      if (asked === '' || !(isExpired(error) || isResourceVersionTooLarge(error))) throw error;
      versionUnavailable = true;
      await listAt('', signal);
    }
  }

  async function listAt(resourceVersion: string, signal: AbortSignal): Promise<void> {
    // At a concrete version the server answers from its watch cache, which does not page.
    const paged = options.pageSize !== undefined || paginated || resourceVersion === '' || resourceVersion === '0';
    let objects: KubeObject[] = [];
    let version = '';
    let pages = 0;
    const read = async (limit: number) => {
      objects = [];
      pages = 0;
      for await (const page of pagesInTime({ ...scope, resourceVersion, limit }, idleTimeoutMs, signal)) {
        // Whatever else answers with 200 must not be taken for "there are no objects".
        if (!isList(page))
          throw new WatchError('BadList', 'the answer is not a list of objects with a resourceVersion');
        pages += 1;
        // All pages show the state at the version of the first.
        if (pages === 1) version = page.metadata.resourceVersion;
        for (const item of page.items) guarded(item, (object) => objects.push(prepare(object)));
      }
    };
    try {
      await read(paged ? pageSize : 0);
    } catch (error) {
      if (pages === 0 || !isExpired(error)) throw error;
      // The version of the first page was compacted while we read: one answer without pages cannot expire.
      await read(0);
    }
    signal.throwIfAborted();
    if (resourceVersion === '0' && pages > 1) paginated = true;
    adopt(objects, version);
  }

  /** The server has shown its whole state. */
  function adopt(objects: readonly KubeObject[], version: string): void {
    versionUnavailable = false;
    if (state.absent) logger.info('Optional kind is served now', { resource: resource.plural, group: resource.group });
    state.absent = false;
    sink.replace(objects, version);
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
    versionUnavailable = false;
    sink.absent?.();
    state.synced = true;
  }

  const isMissing = (error: unknown) => options.isOptional?.() === true && isNotFound(error);

  /** Brings the sink to the server's state; returns the stream that goes on from there, where it came as one. */
  async function load(signal: AbortSignal): Promise<WatchStream | undefined> {
    const { watchList: streaming } = options;
    if (!streaming || state.absent || streaming.unusable.has(kindKey(resource))) return void (await list(signal));
    const result = await watchList(
      {
        open,
        guarded,
        prepare,
        clock,
        backoff,
        resourceVersion: () => (versionUnavailable ? '' : state.resourceVersion),
        onVersion(version) {
          state.resourceVersion = version;
        },
        onVersionUnavailable() {
          versionUnavailable = true;
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
      adopt(result.objects, result.resourceVersion);
      return result.stream;
    }
    await list(signal);
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

  function open(query: WatchOptions, signal: AbortSignal): WatchStream {
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

  /** The pages of a list. A dead connection gives neither pages nor an end: each must come within `limitMs`. */
  function pagesInTime(query: ListOptions, limitMs: number, signal: AbortSignal) {
    const late = () => {
      return new WatchError('Timeout', `the server did not answer within ${Math.round(limitMs / 1000)} s`);
    };
    return inTime(clock, limitMs, late, signal, (part) => client.pages(resource, { ...query, signal: part }));
  }

  /** Watches, at first on `stream` if there is one, then again and again, until a list is needed. */
  async function watch(stream: WatchStream | undefined, signal: AbortSignal): Promise<void> {
    for (let inherited = stream; inherited || !signal.aborted; inherited = undefined) {
      try {
        await watchOnce(inherited, signal);
      } catch (error) {
        if (signal.aborted || isExpired(error) || isMissing(error)) return;
        failed('watch', error);
        if (isResourceVersionTooLarge(error)) {
          versionUnavailable = true;
          return;
        }
        const retryAfter = retryAfterMs(error);
        if (retryAfter === undefined && !isRefused(error)) return;
        await sleep(clock, Math.max(retryAfter ?? 0, backoff.next()), signal);
      }
    }
  }

  /**
   * A server that sends no bookmarks is silent while nothing changes, and so is one that has been set back, until its
   * versions have caught up with what was seen of it: a list of nothing at that version tells whether it is still there.
   */
  async function probe(signal: AbortSignal): Promise<void> {
    const nothing = [scope.fieldSelector, 'metadata.name=-'].filter(Boolean).join(',');
    const query = { ...scope, fieldSelector: nothing, limit: 1, resourceVersion: state.resourceVersion };
    for await (const _ of pagesInTime(query, PROBE_MS, signal)) break;
    heard();
  }

  async function watchOnce(inherited: WatchStream | undefined, signal: AbortSignal): Promise<void> {
    const startedAt = clock.monotonic();
    // Objects that exist come first as synthetic ADDED events, in no order: their versions prove nothing.
    let synthetic = state.resourceVersion === '' || state.resourceVersion === '0';
    let delivered = inherited !== undefined;
    let idle: Timer | undefined;
    const stream = inherited ?? open({ resourceVersion: state.resourceVersion }, signal);
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
        return probe(signal);
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

  return {
    state,
    async run(signal) {
      while (!signal.aborted) {
        let atLeast = 0;
        let atMost = Number.POSITIVE_INFINITY;
        try {
          const stream = await load(signal);
          await watch(stream, signal);
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

function isObjectOf(resource: AnyResource, value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, apiVersion, metadata } = value as Partial<KubeObject>;
  if (kind !== undefined && kind !== resource.kind) return false;
  if (apiVersion !== undefined && apiVersion !== resource.apiVersion) return false;
  return typeof metadata?.name === 'string' && typeof metadata.resourceVersion === 'string';
}

/** An empty list of a Go server may have null for its items, which the client has replaced. */
function isList(page: { readonly kind?: string; readonly items?: unknown; readonly metadata?: Partial<ListMeta> }) {
  const { kind = 'List', items, metadata } = page;
  return kind.endsWith('List') && Array.isArray(items) && Boolean(metadata?.resourceVersion);
}

/** Whether a version was before another; false when they cannot be compared. */
function isOlder(version: string | undefined, than: string): boolean {
  return version !== undefined && (compareVersions(version, than) ?? 0) < 0;
}

/** A request for nothing takes no longer. */
const PROBE_MS = 30_000;

/** After so long an open watch is taken for one that works. */
const SETTLED_MS = 10_000;

/** Somebody is about to install the CRD or grant the permission: whoever waits for that should not wait long after it. */
const MAX_WAIT_FOR_KIND_MS = 10_000;

/** How often an optional kind is looked for. */
const LOOK_FOR_KIND_MS = 10_000;

function isUnavailableKind(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 404 || error.code === 403);
}
