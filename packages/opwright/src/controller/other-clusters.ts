import type { Cache } from '../cache/cache.ts';
import type { KindCache, Subscription } from '../cache/kind-cache.ts';
import { kindKey, viewKey } from '../cache/kind-key.ts';
import type { DeltaHandler } from '../cache/listener.ts';
import type { ControllerDefinition, SourceDefinition } from './builder.ts';
import type { ClusterKinds } from './context.ts';
import { addIndexes, type DeclaredKinds, type WritableKind } from './declared.ts';
import type { ClusterAccess } from './environment.ts';

/** The clusters that a controller reads, watches or writes beside that of its objects. */
export interface OtherClusters {
  /** @throws Error when there is none of the name */
  find(cluster: string): ClusterKinds;
  engage(cluster: ClusterAccess): void;
  disengage(cluster: string): void;
  stop(): void;
}

/** @param handlerFor what to do with changes of a kind there; undefined = nothing */
export function createOtherClusters(
  definition: ControllerDefinition,
  handlerFor: (source: SourceDefinition, kind: KindCache, cluster: string) => DeltaHandler | undefined,
): OtherClusters {
  const engaged = new Map<string, ClusterKinds & { readonly subscriptions: readonly Subscription[] }>();
  return {
    find(name) {
      const found = engaged.get(name);
      if (!found) throw new Error(`the manager has no cluster "${name}": add it with addCluster`);
      return found;
    },
    engage({ name, client, cache }) {
      const sources = definition.sources.filter(({ options: { cluster } }) => cluster === name || cluster === '*');
      const kinds = declaredThere(definition, cache, sources);
      const subscriptions = sources.flatMap((source) => {
        const kind = kinds.readable.get(viewKey(source.resource));
        const handler = kind && handlerFor(source, kind, name);
        return kind && handler ? [kind.listen(handler)] : [];
      });
      const { wrote, deleted } = cache;
      engaged.set(name, { kinds, client, applied: new Map(), wrote, deleted, subscriptions });
    },
    disengage(name) {
      for (const subscription of engaged.get(name)?.subscriptions ?? []) void subscription.stop();
      engaged.delete(name);
    },
    stop() {
      for (const { subscriptions } of engaged.values()) {
        for (const subscription of subscriptions) void subscription.stop();
      }
    },
  };
}

/** What was declared for another cluster; nothing is owned there. */
function declaredThere(
  { name: controllerName, resource: primary }: ControllerDefinition,
  cache: Cache,
  sources: readonly SourceDefinition[],
): DeclaredKinds {
  const readable = new Map<string, KindCache>();
  const writable = new Map<string, WritableKind>();
  for (const { resource, role, options } of sources) {
    if (role === 'writes') {
      writable.set(kindKey(resource), { owned: false, writes: true, adopt: false });
      continue;
    }
    const kind = cache.kind(resource, options);
    addIndexes(controllerName, kind, options);
    readable.set(viewKey(resource), kind);
  }
  return { primary, readable, writable };
}
