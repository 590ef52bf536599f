import type { Client } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  type KubeObject,
  keyString,
  matchLabels,
  type ObjectKey,
  parseLabelSelector,
  type Random,
} from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import type { WatchFailure } from '../watch/reflector.ts';
import { createCompactor } from './compact.ts';
import { createInformer, type Informer } from './informer.ts';
import { kindKey } from './kind-key.ts';
import type { DeltaHandler, Listener } from './listener.ts';
import type { IndexFunction } from './store.ts';
import type { Transform } from './transform.ts';

export interface CacheOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Namespaced kinds are followed in these only; absent = in all. */
  readonly namespaces?: readonly string[] | undefined;
  readonly transform?: (resource: AnyResource) => Transform;
  readonly freeze?: boolean;
  readonly idleTimeoutMs?: number | undefined;
  /** Fill the cache from streams where the server can, instead of lists. */
  readonly watchList?: boolean;
  readonly onError?: (resource: AnyResource, error: WatchFailure) => void;
}

/** Which objects a read is about. All conditions hold together. */
export interface ListFilter {
  /** Absent = all namespaces that the cache follows. */
  readonly namespace?: string;
  /** Labels that the object must have, with these values, or a selector: `app=web,tier in (a,b)`. */
  readonly labels?: Readonly<Record<string, string>> | string;
  /** A declared index and the value to look up: no walk over the other objects. */
  readonly index?: readonly [name: string, value: string];
}

/** The cached objects of one kind: one informer, or one for each namespace. */
export interface KindCache {
  readonly resource: AnyResource;
  readonly informers: readonly Informer[];
  /** The namespaces that are followed; empty = all. */
  readonly namespaces: readonly string[];
  get(key: ObjectKey): KubeObject | undefined;
  list(filter?: ListFilter): readonly KubeObject[];
  listen(handler: DeltaHandler): readonly Listener[];
  addIndex(name: string, index: IndexFunction): void;
  /** Shows the result of an own write to readers at once; returns it as readers get it. */
  wrote(object: KubeObject): KubeObject;
  deleted(key: ObjectKey, uid: string): void;
}

/** All informers of a manager; each resource and scope is followed once, however many controllers ask for it. */
export interface Cache {
  /** The cache of a kind, created when it is asked for first: ask before `run`. */
  kind(resource: AnyResource, labelSelector?: string): KindCache;
  readonly kinds: readonly KindCache[];
  /** Follows the server until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export function createCache(options: CacheOptions): Cache {
  const { namespaces, onError } = options;
  const watchList = options.watchList ? { unusable: new Set<string>() } : undefined;
  const compact = createCompactor({ freeze: options.freeze ?? false });
  const kinds = new Map<string, KindCache>();

  function createKind(resource: AnyResource, labelSelector: string | undefined): KindCache {
    const scopes =
      namespaces && resource.scope === 'Namespaced'
        ? namespaces.map((namespace) => ({ namespace, labelSelector }))
        : [{ labelSelector }];
    return combine(
      resource,
      scopes.map((scope) =>
        createInformer({
          client: options.client,
          clock: options.clock,
          random: options.random,
          logger: options.logger,
          resource,
          scope,
          ...(options.transform && { transform: options.transform(resource) }),
          compact,
          ...(options.idleTimeoutMs !== undefined && { idleTimeoutMs: options.idleTimeoutMs }),
          ...(watchList && { watchList }),
          ...(onError && { onError: (error: WatchFailure) => onError(resource, error) }),
        }),
      ),
    );
  }

  return {
    kind(resource, labelSelector) {
      const id = `${kindKey(resource)}?${labelSelector ?? ''}`;
      let kind = kinds.get(id);
      if (!kind) {
        kind = createKind(resource, labelSelector);
        kinds.set(id, kind);
      }
      return kind;
    },
    get kinds() {
      return [...kinds.values()];
    },
    async run(signal) {
      const informers = [...kinds.values()].flatMap((kind) => kind.informers);
      await Promise.all(informers.map((informer) => informer.run(signal)));
    },
  };
}

function combine(resource: AnyResource, informers: readonly Informer[]): KindCache {
  const responsible = (namespace: string | undefined) =>
    informers.filter(
      ({ scope }) => resource.scope === 'Cluster' || !scope.namespace || !namespace || scope.namespace === namespace,
    );
  return {
    resource,
    informers,
    namespaces: informers.flatMap(({ scope }) => scope.namespace ?? []),
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
    listen: (handler) => informers.map((informer) => informer.listen(handler)),
    addIndex(name, index) {
      for (const informer of informers) informer.addIndex(name, index);
    },
    wrote(object) {
      let shown = object;
      for (const informer of informers) shown = informer.wrote(object);
      return shown;
    },
    deleted(key, uid) {
      for (const informer of responsible(key.namespace)) informer.deleted(keyString(key), uid);
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
