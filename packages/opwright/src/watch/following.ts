import type { Client, WatchEvent } from '@opwright/client';
import type { AnyResource, Clock, KubeObject, ObjectKey, Random } from '@opwright/machinery';
import { isNotFound } from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import type { Stream } from './abortable.ts';
import { type Backoff, reflectorBackoff } from './backoff.ts';
import { explainWatchError } from './errors.ts';

/** Where a reflector puts what it sees, in the server's order. */
export interface ReflectorSink {
  /**
   * The whole state at `resourceVersion`. Resolves with the function that shows it to others, which is called at once and
   * does not wait for anything; rejects with the reason of `signal`.
   */
  replace(objects: readonly KubeObject[], resourceVersion: string, signal: AbortSignal): Promise<() => void>;
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

/** The events of one watch request. */
export type WatchStream = Stream<WatchEvent<KubeObject>>;

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

/** What the parts of one reflector share: what it follows, and how far it has come. */
export interface Following {
  readonly options: ReflectorOptions;
  readonly scope: ReflectorScope;
  readonly state: Mutable<ReflectorState>;
  readonly backoff: Backoff;
  readonly idleTimeoutMs: number;
  /** The server does not know our version (410, or a version from its future): ask for the most recent until a list succeeds. */
  versionUnavailable: boolean;
  /** The server pages lists at "0" as well: it has no watch cache, so pages are the cheaper way for all lists. */
  paginated: boolean;
  prepare(object: KubeObject): KubeObject;
  /** The server has answered. */
  heard(): void;
  recovered(): void;
  failed(verb: 'list' | 'watch', error: unknown): void;
  /** An object that cannot be filed must not stop the stream. */
  guarded(object: unknown, file: (object: KubeObject) => void): void;
  /** The kind is optional, and the error says that the server does not serve it. */
  isMissing(error: unknown): boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export function createFollowing(options: ReflectorOptions): Following {
  const { resource, scope = {}, clock, random, logger, onError } = options;
  const state: Mutable<ReflectorState> = {
    synced: false,
    absent: false,
    lastError: undefined,
    failingSince: undefined,
    lastEventAt: undefined,
    resourceVersion: '',
  };

  function recovered(): void {
    state.lastError = undefined;
    state.failingSince = undefined;
  }

  return {
    options,
    scope,
    state,
    backoff: reflectorBackoff(clock, random),
    idleTimeoutMs: options.idleTimeoutMs ?? 300_000,
    versionUnavailable: false,
    paginated: false,
    prepare: options.prepare ?? ((object) => object),
    heard() {
      state.lastEventAt = clock.monotonic();
      recovered();
    },
    recovered,
    failed(verb, error) {
      const failure = explainWatchError(resource, scope, verb, error);
      state.lastError = failure;
      state.failingSince ??= clock.monotonic();
      logger.error('Reflector error', { resource: resource.plural, group: resource.group, error: failure.message });
      onError?.(failure);
    },
    guarded(object, file) {
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
    },
    isMissing: (error) => options.isOptional?.() === true && isNotFound(error),
  };
}

function isObjectOf(resource: AnyResource, value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, apiVersion, metadata } = value as Partial<KubeObject>;
  if (kind !== undefined && kind !== resource.kind) return false;
  if (apiVersion !== undefined && apiVersion !== resource.apiVersion) return false;
  return typeof metadata?.name === 'string' && typeof metadata.resourceVersion === 'string';
}
