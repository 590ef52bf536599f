import type { Client } from '@opwright/client';
import type { AnyResource, Clock, KubeObject, ObjectKey, Random } from '@opwright/machinery';
import { aborted } from '../abort.ts';
import type { Logger } from '../manager/logger.ts';
import type { WatchFailure } from '../watch/following.ts';
import { createCompactor } from './compact.ts';
import { createInformer } from './informer.ts';
import { createKindCache, type KindCache, type ManagedKindCache } from './kind-cache.ts';
import { isSameKind, kindKey } from './kind-key.ts';
import type { NamespaceSet } from './namespaces.ts';
import type { Transform } from './transform.ts';
import { fieldsOf, mergeFields, projector, showsAll, type ViewFields } from './views.ts';

export interface CacheOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Namespaced kinds are followed in these only, as the set changes; absent = in all. */
  readonly namespaces?: NamespaceSet | undefined;
  readonly transform?: (resource: AnyResource) => Transform;
  /** Whose managed fields `transform` needs; absent = all. */
  readonly managedFieldsOf?: ReadonlySet<string>;
  readonly freeze?: boolean;
  readonly idleTimeoutMs?: number | undefined;
  /** Fill the cache from streams where the server can, instead of lists. */
  readonly watchList?: boolean;
  readonly onError?: (resource: AnyResource, error: WatchFailure) => void;
  /** An object was skipped because it cannot be what the resource says. */
  readonly onBadObject?: (object: unknown, error: WatchFailure) => void;
  /** What will be asked for: one watch serves all that is asked of a kind with the same selectors. */
  readonly planned?: readonly (Selection & { readonly resource: AnyResource })[];
}

/** Which part of a kind is cached. */
export interface Selection {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** The kind may be missing on the server, as long as nobody else asks for it without this. Default false. */
  readonly optional?: boolean | undefined;
}

/** All informers of a manager; each kind and selection is followed once, however many controllers ask for it. */
export interface Cache {
  /** Whose managed fields are kept; undefined = all. */
  readonly managedFieldsOf: ReadonlySet<string> | undefined;
  /** The cache of a kind, created when it is asked for first, and followed until the cache ends. */
  kind(resource: AnyResource, selection?: Selection): KindCache;
  /** The same, followed until nobody who borrowed it needs it any more: `release` resolves when all is ended. */
  borrow(resource: AnyResource, selection?: Selection): { readonly kind: KindCache; release(): Promise<void> };
  readonly kinds: readonly KindCache[];
  /** Shows the result of an own write to all readers at once; returns it as readers of the whole kind get it. */
  wrote(resource: AnyResource, object: KubeObject): KubeObject;
  /** Hides an object that the server said is gone. */
  deleted(resource: AnyResource, key: ObjectKey, uid: string): void;
  /** Follows the server until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}

interface Held {
  readonly cache: ManagedKindCache;
  readonly id: string;
  isOptional: boolean;
  /** Who needs it; infinite = until the end. */
  holders: number;
  run: Promise<void>;
}

export function createCache(options: CacheOptions): Cache {
  const { onError, namespaces, managedFieldsOf } = options;
  const watchList = options.watchList ? { unusable: new Set<string>() } : undefined;
  const compact = createCompactor({ freeze: options.freeze ?? false });
  const held = new Set<Held>();
  const planned = new Map<string, ViewFields | undefined>();
  for (const selection of options.planned ?? []) {
    const id = idOf(selection.resource, selection);
    const fields = fieldsOf(selection.resource);
    planned.set(id, planned.has(id) ? mergeFields(planned.get(id), fields) : fields);
  }
  let running: AbortSignal | undefined;

  function hold(resource: AnyResource, selection: Selection): Held {
    const id = idOf(resource, selection);
    const wanted = fieldsOf(resource);
    const known = [...held].find((one) => one.id === id && showsAll(one.cache.fields, wanted));
    if (known) {
      known.isOptional &&= selection.optional ?? false;
      return known;
    }
    const fields = planned.has(id) ? mergeFields(planned.get(id), wanted) : wanted;
    const fresh: Held = {
      cache: createManaged(resource, selection, fields, () => fresh.isOptional),
      id,
      isOptional: selection.optional ?? false,
      holders: 0,
      run: Promise.resolve(),
    };
    held.add(fresh);
    if (running) fresh.run = fresh.cache.run(running);
    return fresh;
  }

  function createManaged(
    resource: AnyResource,
    { labelSelector, fieldSelector }: Selection,
    fields: ViewFields | undefined,
    isOptional: () => boolean,
  ): ManagedKindCache {
    const transform = options.transform?.(resource) ?? ((object) => object);
    const project = fields && projector(fields);
    const metadataOnly = fields !== undefined && Object.keys(fields).length === 0;
    const followed = namespaces && resource.scope === 'Namespaced' ? namespaces.names : undefined;
    return createKindCache(resource, fields, followed, (scope, onAvailability) =>
      createInformer({
        client: options.client,
        clock: options.clock,
        random: options.random,
        logger: options.logger,
        resource,
        scope: {
          ...scope,
          labelSelector,
          fieldSelector,
          ...(metadataOnly && { metadataOnly }),
          ...(managedFieldsOf && { managedFieldsOf }),
        },
        transform: project ? (object) => transform(project(object)) : transform,
        compact,
        ...(options.idleTimeoutMs !== undefined && { idleTimeoutMs: options.idleTimeoutMs }),
        ...(watchList && { watchList }),
        ...(onError && { onError: (error: WatchFailure) => onError(resource, error) }),
        ...(options.onBadObject && { onBadObject: options.onBadObject }),
        isOptional,
        onAvailability,
      }),
    );
  }

  const cachesOf = (resource: AnyResource) =>
    [...held].map(({ cache }) => cache).filter((cache) => isSameKind(cache.resource, resource));

  return {
    managedFieldsOf,
    kind(resource, selection = {}) {
      const entry = hold(resource, selection);
      entry.holders = Number.POSITIVE_INFINITY;
      return entry.cache;
    },
    borrow(resource, selection = {}) {
      const entry = hold(resource, selection);
      entry.holders += 1;
      let released: Promise<void> | undefined;
      const release = async () => {
        entry.holders -= 1;
        if (entry.holders > 0) return;
        held.delete(entry);
        await entry.cache.end();
        await entry.run;
      };
      return {
        kind: entry.cache,
        release() {
          released ??= release();
          return released;
        },
      };
    },
    get kinds() {
      return [...held].map(({ cache }) => cache);
    },
    wrote(resource, object) {
      let shown = object;
      for (const cache of cachesOf(resource)) {
        const seen = cache.wrote(object);
        if (cache.fields === undefined) shown = seen;
      }
      return shown;
    },
    deleted(resource, key, uid) {
      for (const cache of cachesOf(resource)) cache.deleted(key, uid);
    },
    async run(signal) {
      running = signal;
      const stopFollowing = namespaces?.onChange((name, change) => {
        for (const { cache } of held) {
          if (change === 'added') cache.follow(name);
          else cache.unfollow(name).catch((error) => options.logger.error('A namespace was not left', { name, error }));
        }
      });
      for (const entry of held) entry.run = entry.cache.run(signal);
      await aborted(signal);
      stopFollowing?.();
      await Promise.all([...held].map((entry) => entry.run));
    },
  };
}

function idOf(resource: AnyResource, { labelSelector = '', fieldSelector = '' }: Selection): string {
  return `${kindKey(resource)}?${labelSelector}&${fieldSelector}`;
}
