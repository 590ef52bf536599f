import type { ServedKind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import type { Store } from '../store/store.ts';
import type { FeedResource, ObjectFeed } from './feed.ts';

/** The feed of an embedded cluster: it follows the store itself, also for kinds whose CRD comes later. */
export function storeFeed(store: Store, registry: Registry): ObjectFeed {
  return {
    subscribe(listener) {
      const followed = new Map<string, () => void>();

      const follow = (storage: string, kind: ServedKind) => {
        const resource: FeedResource = {
          group: kind.group,
          version: kind.version,
          plural: kind.plural,
          kind: kind.kind,
          scope: kind.scope,
        };
        const { items, revision } = store.list(storage);
        for (const object of items) listener({ type: 'ADDED', resource, object });
        followed.set(
          storage,
          store.watch(storage, revision, {}, ({ type, object }) => listener({ type, resource, object })),
        );
      };

      const update = () => {
        const served = new Map<string, ServedKind>();
        for (const kind of registry.kinds()) if (!served.has(kind.storage)) served.set(kind.storage, kind);
        for (const [storage, kind] of served) if (!followed.has(storage)) follow(storage, kind);
        for (const [storage, stop] of followed) {
          if (served.has(storage)) continue;
          stop();
          followed.delete(storage);
        }
      };

      update();
      const stopListening = registry.onChange(update);
      return () => {
        stopListening();
        for (const stop of followed.values()) stop();
        followed.clear();
      };
    },
  };
}
