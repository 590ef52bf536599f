import { keyString } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { KindCache, Subscription } from '../cache/kind-cache.ts';
import { viewKey } from '../cache/kind-key.ts';
import type { DeltaHandler } from '../cache/listener.ts';
import type { Cause } from '../queue/triggers.ts';
import { LOW_PRIORITY, type WorkQueue } from '../queue/work-queue.ts';
import type { ControllerDefinition, SourceDefinition } from './builder.ts';
import type { ErasedReadContext } from './erased.ts';
import { enqueueMapped, enqueueObject, enqueueOwner, enqueueTo } from './sources.ts';

/** A kind that a controller listens to. */
export interface FollowedSource {
  readonly kind: KindCache;
  /** Resolves when its initial objects were handled. */
  synced(): Promise<unknown>;
  isSynced(): boolean;
}

/** A watch that was begun while the controller was running. */
export interface LiveWatch {
  /** Resolves when the objects that were there at first have been handled. */
  readonly synced: Promise<void>;
  /** Ends the watch, and the cache of the kind if nobody else needs it; resolves when nothing is left of it. */
  stop(): Promise<void>;
}

export interface FollowingOptions {
  readonly definition: ControllerDefinition;
  readonly cache: Cache;
  /** What can be read; a live watch adds its kind. */
  readonly kinds: { readonly readable: Map<string, KindCache> };
  readonly primaries: KindCache;
  readonly queue: WorkQueue;
  /** For map functions. */
  readonly ctx: ErasedReadContext;
  readonly pause: (ms: number) => Promise<void>;
}

/** Turns changes of the kinds that were declared into keys. */
export interface Following {
  readonly sources: readonly FollowedSource[];
  /**
   * What to do with changes of a kind; undefined = nothing.
   *
   * @param cluster where the kind is, when that is not the cluster of the reconciled objects
   */
  handlerFor(source: SourceDefinition, kind: KindCache, cluster?: string): DeltaHandler | undefined;
  /** Follows another kind, until it is stopped. */
  watch(source: SourceDefinition): LiveWatch;
}

export function createFollowing(options: FollowingOptions): Following {
  const { definition, cache, kinds, primaries, queue, ctx, pause } = options;
  const { resource } = definition;
  const { log } = ctx;
  const enqueueFor = (kind: KindCache, cluster?: string) =>
    enqueueTo(queue, kind.resource, kind === primaries, cluster);

  function handlerFor(source: SourceDefinition, kind: KindCache, cluster?: string): DeltaHandler | undefined {
    if (source.role === 'owns') return enqueueOwner(enqueueFor(kind), primaries, source.options, log);
    if (source.role === 'watches') return enqueueMapped(enqueueFor(kind, cluster), resource, source, ctx, pause);
    return undefined;
  }

  /** What an optional kind is good for may concern every object. */
  function enqueueAll({ resource: { kind } }: KindCache): void {
    const causes: readonly Cause[] = Object.freeze([Object.freeze({ source: kind, type: 'available' })]);
    for (const { metadata } of primaries.list()) queue.add(keyString(metadata), { priority: LOW_PRIORITY, causes });
  }

  const sources = [
    followed(primaries, primaries.listen(enqueueObject(enqueueFor(primaries), definition.options, log))),
  ];
  for (const source of definition.sources) {
    const kind = kinds.readable.get(viewKey(source.resource));
    if (!kind || source.role === 'writes' || source.options.cluster !== undefined) continue;
    const handler = handlerFor(source, kind);
    sources.push(followed(kind, handler && kind.listen(handler)));
    if (source.options.optional) kind.onAvailability(() => enqueueAll(kind));
  }

  return {
    sources,
    handlerFor,
    watch(source) {
      const view = viewKey(source.resource);
      const { kind, release } = cache.borrow(source.resource, source.options);
      // Its map function may read the kind for as long as the watch lasts.
      const isNew = !kinds.readable.has(view);
      if (isNew) kinds.readable.set(view, kind);
      const subscription = kind.listen(handlerFor(source, kind)!);
      const stopFollowing = source.options.optional ? kind.onAvailability(() => enqueueAll(kind)) : () => {};
      let stopped: Promise<void> | undefined;
      const end = async () => {
        stopFollowing();
        await subscription.stop();
        if (isNew) kinds.readable.delete(view);
        await release();
      };
      return {
        synced: Promise.all([kind.synced(), subscription.synced()]).then(() => {}),
        stop() {
          stopped ??= end();
          return stopped;
        },
      };
    },
  };
}

function followed(kind: KindCache, subscription: Subscription | undefined): FollowedSource {
  return {
    kind,
    synced: () => Promise.all([kind.synced(), subscription?.synced()]),
    isSynced: () => kind.isSynced && (subscription?.isSynced ?? true),
  };
}
