import type { Client } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  type KubeObject,
  keyString,
  matchLabels,
  parseLabelSelector,
  type Random,
} from '@opwright/machinery';
import type { LogFields, Logger } from '../manager/logger.ts';
import {
  createReflector,
  type ReflectorOptions,
  type ReflectorScope,
  type ReflectorState,
  type WatchFailure,
} from '../watch/reflector.ts';
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
  addIndex(name: string, index: IndexFunction): void;
  /** Shows the result of an own write to readers before its event has arrived; returns it as readers get it. */
  wrote(object: KubeObject): KubeObject;
  deleted(key: string, uid: string): void;
  /** Resolves when the first list is in the store. */
  readonly synced: Promise<void>;
  /** Follows the server until `signal` aborts; resolves when the reflector and the listeners have ended. */
  run(signal: AbortSignal): Promise<void>;
}

export function createInformer(options: InformerOptions): Informer {
  const { resource, scope = {}, clock, transform = (object) => object, compact = (object) => object } = options;
  const store = createStore((error, index, object) => {
    options.logger.error('Index function failed, an object is not found by it', { ...named(object), index, error });
  });
  const selector = scope.labelSelector ? parseLabelSelector(scope.labelSelector) : undefined;
  const listeners = new Set<Listener>();
  let resolveSynced = () => {};
  const synced = new Promise<void>((resolve) => {
    resolveSynced = resolve;
  });

  const prepare = (object: KubeObject): KubeObject => {
    const known = store.peek(keyString(object.metadata));
    // Objects are shared and never change: a version that is here already needs no second copy.
    if (known && isSameVersion(known, object)) return known;
    return compact(transform(object));
  };

  function tell(deltas: readonly Delta[]): void {
    for (const delta of deltas) for (const listener of listeners) listener.push(delta);
  }

  const reflector = createReflector({
    ...options,
    prepare,
    sink: {
      replace(objects, resourceVersion) {
        const first = !reflector.state.synced;
        tell(store.replace(objects, resourceVersion));
        if (!first) return;
        for (const listener of listeners) listener.markInitial();
        resolveSynced();
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
      for (const object of store.stored()) listener.push({ type: 'add', object, initial: true });
      if (reflector.state.synced) listener.markInitial();
      listeners.add(listener);
      return listener;
    },
    addIndex: store.addIndex,
    wrote(object) {
      const prepared = prepare(object);
      if (scope.namespace && object.metadata.namespace !== scope.namespace) return prepared;
      // What has left the selection is gone for readers, as it will be for the watch.
      if (selector && !matchLabels(selector, object.metadata.labels)) {
        store.deleted(keyString(object.metadata), object.metadata.uid);
      } else {
        store.wrote(prepared);
      }
      return prepared;
    },
    deleted: store.deleted,
    synced,
    async run(signal) {
      await reflector.run(signal);
      await Promise.all([...listeners].map((listener) => listener.stop()));
    },
  };
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid;
}

function named({ kind, metadata: { name, namespace } }: KubeObject): LogFields {
  return { kind, name, namespace };
}
