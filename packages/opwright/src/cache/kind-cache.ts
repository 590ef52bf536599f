import {
  type AnyResource,
  type KubeObject,
  keyString,
  matchLabels,
  type ObjectKey,
  parseLabelSelector,
} from '@opwright/machinery';
import { aborted, childOf } from '../abort.ts';
import type { ReflectorScope } from '../watch/following.ts';
import type { Informer } from './informer.ts';
import type { DeltaHandler, Listener } from './listener.ts';
import type { IndexFunction } from './store.ts';
import type { ViewFields } from './views.ts';

/** Which objects a read is about. All conditions hold together. */
export interface ListFilter {
  /** Absent = all namespaces that the cache follows. */
  readonly namespace?: string;
  /** Labels that the object must have, with these values, or a selector: `app=web,tier in (a,b)`. */
  readonly labels?: Readonly<Record<string, string>> | string;
  /** A declared index and the value to look up: no walk over the other objects. */
  readonly index?: readonly [name: string, value: string];
}

/** A handler that hears of all changes of a kind, in whatever namespaces it is followed. */
export interface Subscription {
  /** The handler has handled the initial objects of all namespaces that are followed now. */
  readonly isSynced: boolean;
  /** Resolves when the initial objects of the namespaces that were followed at the time of the call were handled. */
  synced(): Promise<unknown>;
  /** Resolves when the handler has ended. */
  stop(): Promise<void>;
}

/** The cached objects of one kind: one informer, or one for each namespace. */
export interface KindCache {
  readonly resource: AnyResource;
  /** What is cached of an object beside its metadata; undefined = all. */
  readonly fields: ViewFields | undefined;
  readonly informers: readonly Informer[];
  /** The namespaces that are followed; undefined = all. */
  readonly namespaces: readonly string[] | undefined;
  /** The server serves the kind; only optional kinds may not be served. */
  readonly isServed: boolean;
  readonly isSynced: boolean;
  /** Resolves when what is followed at the time of the call has been listed. */
  synced(): Promise<unknown>;
  get(key: ObjectKey): KubeObject | undefined;
  list(filter?: ListFilter): readonly KubeObject[];
  listen(handler: DeltaHandler): Subscription;
  /** Calls `listener` when the server has begun or ceased to serve the kind; the returned function ends that. */
  onAvailability(listener: () => void): () => void;
  /** A name that is there already keeps its index. */
  addIndex(name: string, index: IndexFunction): void;
  /** Shows the result of an own write to readers at once; returns it as readers get it. */
  wrote(object: KubeObject): KubeObject;
  deleted(key: ObjectKey, uid: string): void;
  /** There is an own write of the object that the events have not reached. */
  isPending(key: ObjectKey): boolean;
  /** Resolves when the events have reached all own writes of the object that there are now, or `signal` aborts. */
  whenSeen(key: ObjectKey, signal: AbortSignal): Promise<unknown>;
}

/** A kind cache as the cache manages it. */
export interface ManagedKindCache extends KindCache {
  /** Follows the server until `signal` aborts or `end` is called; what is followed later is followed at once. */
  run(signal: AbortSignal): Promise<void>;
  follow(namespace: string): void;
  /** The objects of the namespace leave; resolves when the handlers have heard of that. */
  unfollow(namespace: string): Promise<void>;
  end(): Promise<void>;
}

/**
 * @param fields what `open` caches of an object
 * @param namespaces those that are followed at first; undefined = all, for good
 * @param open makes an informer, which must call `onAvailability` when it changes
 */
export function createKindCache(
  resource: AnyResource,
  fields: ViewFields | undefined,
  namespaces: readonly string[] | undefined,
  open: (scope: Pick<ReflectorScope, 'namespace'>, onAvailability: () => void) => Informer,
): ManagedKindCache {
  const informers = new Map<string | undefined, Informer>();
  const handlers = new Map<DeltaHandler, Map<Informer, Listener>>();
  const indexes = new Map<string, IndexFunction>();
  const availabilityListeners = new Set<() => void>();
  let running: { readonly signal: AbortSignal; readonly runs: Set<Promise<void>> } | undefined;
  let endRun = () => {};

  const isServed = () => [...informers.values()].every(({ state }) => !state.absent);
  const isSynced = () => [...informers.values()].every(({ state }) => state.synced);
  let wasServed = true;
  // One kind comes once, in however many namespaces it is followed. What it is like at first is no change.
  const tellAvailability = () => {
    if (isServed() === wasServed) return;
    wasServed = !wasServed;
    if (!isSynced()) return;
    for (const listener of [...availabilityListeners]) listener();
  };

  function add(namespace: string | undefined): void {
    const informer = open(namespace === undefined ? {} : { namespace }, tellAvailability);
    for (const [name, index] of indexes) informer.addIndex(name, index);
    for (const [handler, listeners] of handlers) listeners.set(informer, informer.listen(handler));
    informers.set(namespace, informer);
    start(informer);
  }

  function start(informer: Informer): void {
    if (!running) return;
    const { signal, runs } = running;
    const run = informer.run(signal).finally(() => runs.delete(run));
    runs.add(run);
  }

  function responsible(namespace: string | undefined): Iterable<Informer> {
    if (namespaces === undefined || !namespace) return informers.values();
    const informer = informers.get(namespace);
    return informer ? [informer] : [];
  }

  if (namespaces === undefined) add(undefined);
  else for (const namespace of new Set(namespaces)) add(namespace);

  return {
    resource,
    fields,
    get informers() {
      return [...informers.values()];
    },
    get namespaces() {
      return namespaces && ([...informers.keys()] as string[]);
    },
    get isServed() {
      return isServed();
    },
    get isSynced() {
      return isSynced();
    },
    synced: () => Promise.all([...informers.values()].map(({ synced }) => synced)),
    get(key) {
      const text = resource.scope === 'Cluster' ? key.name : keyString(key);
      for (const informer of responsible(key.namespace)) {
        const object = informer.store.get(text);
        if (object) return object;
      }
      return undefined;
    },
    list({ namespace, labels, index } = {}) {
      const matches = matcher(labels);
      const found: KubeObject[] = [];
      for (const { store } of responsible(namespace)) {
        for (const object of index ? store.byIndex(...index) : store.values()) {
          if (namespace && resource.scope === 'Namespaced' && object.metadata.namespace !== namespace) continue;
          if (matches && !matches(object)) continue;
          found.push(object);
        }
      }
      return found;
    },
    listen(handler) {
      // The same function may listen twice.
      const own: DeltaHandler = (delta) => handler(delta);
      const listeners = new Map<Informer, Listener>();
      for (const informer of informers.values()) listeners.set(informer, informer.listen(own));
      handlers.set(own, listeners);
      return {
        get isSynced() {
          return [...listeners.values()].every((listener) => listener.isSynced);
        },
        synced: () => Promise.all([...listeners.values()].map(({ synced }) => synced)),
        async stop() {
          handlers.delete(own);
          await Promise.all([...listeners].map(([informer, listener]) => informer.unlisten(listener)));
        },
      };
    },
    onAvailability(listener) {
      availabilityListeners.add(listener);
      return () => availabilityListeners.delete(listener);
    },
    addIndex(name, index) {
      if (indexes.has(name)) return;
      indexes.set(name, index);
      for (const informer of informers.values()) informer.addIndex(name, index);
    },
    wrote(object) {
      let shown = object;
      for (const informer of responsible(object.metadata.namespace)) shown = informer.wrote(object);
      return shown;
    },
    deleted(key, uid) {
      for (const informer of responsible(key.namespace)) informer.deleted(keyString(key), uid);
    },
    isPending: (key) => [...responsible(key.namespace)].some((informer) => informer.isPending(keyString(key))),
    whenSeen: (key, signal) =>
      Promise.all([...responsible(key.namespace)].map((informer) => informer.whenSeen(keyString(key), signal))),
    async run(signal) {
      const { controller, release } = childOf(signal);
      endRun = () => controller.abort();
      const runs = new Set<Promise<void>>();
      running = { signal, runs };
      for (const informer of informers.values()) start(informer);
      await aborted(controller.signal);
      release();
      while (runs.size > 0) await Promise.all(runs);
    },
    follow(namespace) {
      if (namespaces !== undefined && !informers.has(namespace)) add(namespace);
    },
    async unfollow(namespace) {
      const informer = informers.get(namespace);
      if (!informer) return;
      informers.delete(namespace);
      await informer.end();
      for (const listeners of handlers.values()) listeners.delete(informer);
    },
    async end() {
      await Promise.all([...informers.values()].map((informer) => informer.end()));
      endRun();
    },
  };
}

function matcher(labels: ListFilter['labels']): ((object: KubeObject) => boolean) | undefined {
  if (labels === undefined) return undefined;
  if (typeof labels === 'string') {
    const selector = parseLabelSelector(labels);
    return (object) => matchLabels(selector, object.metadata.labels);
  }
  const wanted = Object.entries(labels);
  return ({ metadata: { labels: found } }) =>
    found !== undefined && wanted.every(([name, value]) => Object.hasOwn(found, name) && found[name] === value);
}
