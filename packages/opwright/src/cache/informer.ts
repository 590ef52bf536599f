import type { Client } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  isPlainObject,
  type KubeObject,
  keyString,
  matchFields,
  matchLabels,
  parseFieldSelector,
  parseLabelSelector,
  type Random,
} from '@opwright/machinery';
import { childOf } from '../abort.ts';
import type { LogFields, Logger } from '../manager/logger.ts';
import { timeSlice } from '../time-slice.ts';
import type { ReflectorOptions, ReflectorScope, ReflectorState, WatchFailure } from '../watch/following.ts';
import { createReflector } from '../watch/reflector.ts';
import type { Compactor } from './compact.ts';
import { createListener, type DeltaHandler, type Listener } from './listener.ts';
import { createStore, type Delta, type IndexFunction, type StoreReader } from './store.ts';
import type { Transform } from './transform.ts';

export interface InformerOptions {
  readonly client: Client;
  readonly resource: AnyResource;
  readonly scope?: ReflectorScope;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly transform?: Transform;
  /** What objects go through last, before they are handed out. */
  readonly compact?: Compactor;
  readonly onError?: (error: WatchFailure) => void;
  readonly onBadObject?: (object: unknown, error: WatchFailure) => void;
  readonly isOptional?: () => boolean;
  /** The server has begun or ceased to serve an optional kind. */
  readonly onAvailability?: () => void;
  readonly idleTimeoutMs?: number;
  readonly pageSize?: number;
  readonly watchList?: ReflectorOptions['watchList'];
}

/**
 * A reflector, the store it fills, and everyone who wants to hear of changes: shared by all that ask for the same
 * resource and scope.
 */
export interface Informer {
  readonly resource: AnyResource;
  readonly scope: ReflectorScope;
  readonly store: StoreReader & { readonly size: number };
  readonly state: ReflectorState;
  /**
   * Adds a listener, before or after the start. It hears of every object in the store as an initial add, once, and then of
   * every change, without a gap; handlers of one listener run one after the other.
   */
  listen(handler: DeltaHandler): Listener;
  /** The listener hears of nothing any more; resolves when its handler has ended. */
  unlisten(listener: Listener): Promise<void>;
  addIndex(name: string, index: IndexFunction): void;
  /** Shows the result of an own write to readers before its event has arrived; returns it as readers get it. */
  wrote(object: KubeObject): KubeObject;
  deleted(key: string, uid: string): void;
  /** There is an own write of the object that the events have not reached. */
  isPending(key: string): boolean;
  /** Resolves when the events have reached all own writes of the object that there are now, or `signal` aborts. */
  whenSeen(key: string, signal: AbortSignal): Promise<void>;
  /** Resolves when the first list is in the store. */
  readonly synced: Promise<void>;
  /** Follows the server until `signal` aborts or `end` is called; resolves when the reflector and the listeners have ended. */
  run(signal: AbortSignal): Promise<void>;
  /** Follows the server no more: all objects are told to be gone. Resolves when that was handled. */
  end(): Promise<void>;
}

export function createInformer(options: InformerOptions): Informer {
  const { resource, scope = {}, clock, transform = (object) => object, compact = (object) => object } = options;
  const store = createStore((error, index, object) => {
    options.logger.error('Index function failed, an object is not found by it', { ...named(object), index, error });
  });
  const selects = selectionOf(scope);
  const ended = new AbortController();
  const listeners = new Set<Listener>();
  let resolveSynced = () => {};
  const synced = new Promise<void>((resolve) => {
    resolveSynced = resolve;
  });

  const prepare = (object: KubeObject): KubeObject => {
    const key = keyString(object.metadata);
    // Objects are shared and never change: a version that is here already, as an own write or as stored, needs no second copy.
    for (const known of [store.get(key), store.peek(key)]) if (known && isSameVersion(known, object)) return known;
    return compact(transform(object));
  };

  const waiting = new Set<() => void>();

  function tell(deltas: readonly Delta[]): void {
    for (const listener of listeners) listener.push(deltas);
    for (const look of waiting) look();
  }

  function markInitial(): void {
    for (const listener of listeners) listener.markInitial();
    resolveSynced();
  }

  const reflector = createReflector({
    ...options,
    prepare,
    sink: {
      async replace(objects, resourceVersion, signal) {
        const steps = store.replacing(objects, resourceVersion);
        const slice = timeSlice(clock);
        let step = steps.next();
        for (; !step.done; step = steps.next()) {
          const pause = slice.pause();
          if (pause) await pause;
          signal.throwIfAborted();
        }
        const commit = step.value;
        return () => {
          const { synced: wasSynced } = reflector.state;
          tell(commit());
          if (!wasSynced) markInitial();
          options.onAvailability?.();
        };
      },
      absent() {
        const { synced: wasSynced } = reflector.state;
        tell(store.clear());
        if (!wasSynced) markInitial();
        options.onAvailability?.();
      },
      put: (object) => tell(store.put(object)),
      // The last object is not transformed: nobody keeps it.
      remove: (object) => tell(store.remove(compact(object))),
      bookmark: (resourceVersion) => tell(store.bookmark(resourceVersion)),
    },
  });

  return {
    resource,
    scope,
    store,
    state: reflector.state,
    listen(handler) {
      const listener = createListener(handler, clock, (error, { object }) => {
        options.logger.error('Handler failed, a change is lost for it', { ...named(object), error });
      });
      listener.push(Array.from(store.stored(), (object): Delta => ({ type: 'add', object, initial: true })));
      if (reflector.state.synced) listener.markInitial();
      listeners.add(listener);
      return listener;
    },
    async unlisten(listener) {
      listeners.delete(listener);
      await listener.stop();
    },
    addIndex: store.addIndex,
    wrote(object) {
      const prepared = prepare(object);
      if (scope.namespace && object.metadata.namespace !== scope.namespace) return prepared;
      // What has left the selection is gone for readers, as it will be for the watch.
      if (selects && !selects(object)) {
        store.deleted(keyString(object.metadata), object.metadata.uid);
      } else {
        store.wrote(prepared);
      }
      return prepared;
    },
    deleted: store.deleted,
    isPending: store.isPending,
    whenSeen(key, signal) {
      return new Promise((resolve) => {
        const end = () => {
          waiting.delete(look);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const look = () => {
          if (!store.isPending(key)) end();
        };
        waiting.add(look);
        signal.addEventListener('abort', end);
        if (signal.aborted) end();
        else look();
      });
    },
    synced,
    async run(signal) {
      const { controller, release } = childOf(signal);
      const end = () => controller.abort(ended.signal.reason);
      if (ended.signal.aborted) end();
      ended.signal.addEventListener('abort', end, { once: true });
      try {
        await reflector.run(controller.signal);
      } finally {
        release();
      }
      if (signal.aborted) await Promise.all([...listeners].map((listener) => listener.stop()));
    },
    async end() {
      ended.abort(new Error('the watch was ended'));
      tell(store.clear());
      await Promise.all([...listeners].map((listener) => listener.end()));
    },
  };
}

/** Whether a watch of the scope shows an object; undefined = it shows all. */
function selectionOf({ labelSelector, fieldSelector }: ReflectorScope): ((object: KubeObject) => boolean) | undefined {
  if (!labelSelector && !fieldSelector) return undefined;
  const labels = labelSelector ? parseLabelSelector(labelSelector) : undefined;
  const fields = fieldSelector ? parseFieldSelector(fieldSelector) : undefined;
  return (object) =>
    (labels === undefined || matchLabels(labels, object.metadata.labels)) &&
    (fields === undefined || matchFields(fields, (field) => fieldText(object, field)));
}

function fieldText(object: unknown, field: string): string | undefined {
  const value = field.split('.').reduce<unknown>((at, name) => (isPlainObject(at) ? at[name] : undefined), object);
  return value === undefined ? undefined : String(value);
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid;
}

function named({ kind, metadata: { name, namespace } }: KubeObject): LogFields {
  return { kind, name, namespace };
}
