import type { AnyResource, Clock } from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
import { viewKey } from '../cache/kind-key.ts';
import { fieldsOf, missingFields } from '../cache/views.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import type { Triggers } from '../queue/triggers.ts';
import { type DeclaredKinds, declaration, fieldsNotDeclared, fullKey, indexName, notDeclared } from './declared.ts';
import type { ErasedContext, ErasedReadContext, ErasedReads } from './erased.ts';
import type { StatusCollector } from './status.ts';
import { createWrites, type WriteSurroundings } from './writes.ts';

/** What a controller may do in one cluster. */
export type ClusterKinds = Pick<WriteSurroundings, 'kinds' | 'client' | 'applied' | 'wrote' | 'deleted'>;

export interface ReadSurroundings {
  readonly kinds: DeclaredKinds;
  /** The name of the cluster of `kinds`. */
  readonly cluster: string;
  /** Another cluster. @throws Error when there is none of the name */
  readonly other: (cluster: string) => ClusterKinds;
  readonly controllerName: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The namespace that a bare name means. */
  readonly namespace?: string | undefined;
}

export interface Surroundings extends ReadSurroundings, WriteSurroundings {
  readonly recorder: EventRecorder;
  readonly status: StatusCollector;
  readonly fencingToken: number | undefined;
  readonly triggers: Triggers;
}

export function createReadContext(surroundings: ReadSurroundings): ErasedReadContext {
  const { cluster, other, controllerName, namespace, log, signal, clock } = surroundings;
  return {
    ...createReads(surroundings),
    cluster,
    in: (name) => createReads({ kinds: readyKinds(other(name).kinds, name), controllerName, namespace }, name),
    log,
    signal,
    clock,
  };
}

/** What is not known yet must not be taken for what is not there. @throws Error on a read of it */
function readyKinds(kinds: DeclaredKinds, cluster: string): DeclaredKinds {
  for (const { resource, informers, isSynced } of kinds.readable.values()) {
    if (isSynced) continue;
    const error = informers.map(({ state }) => state.lastError?.message).find((message) => message);
    const why = error ?? 'the first list has not ended';
    throw new Error(`cluster "${cluster}": ${resource.kind} (${resource.apiVersion}) is not synced: ${why}`);
  }
  return kinds;
}

function createReads(
  surroundings: Pick<ReadSurroundings, 'kinds' | 'controllerName' | 'namespace'>,
  where?: string,
): ErasedReads {
  const { kinds, controllerName, namespace } = surroundings;
  const cacheOf = (resource: AnyResource, namespace: string | undefined): KindCache => {
    const kind = kinds.readable.get(viewKey(resource));
    // The compiler says the same to whoever asks it.
    if (!kind) throw new Error(notDeclared(controllerName, resource, [declaration('reads', resource, where)]));
    const missing = missingFields(kind.fields, fieldsOf(resource));
    if (missing.length > 0) throw new Error(fieldsNotDeclared(controllerName, resource, missing));
    // An empty answer would be taken for an empty namespace.
    if (namespace && kind.namespaces && !kind.namespaces.includes(namespace)) {
      const followed = kind.namespaces.join(', ') || 'none';
      throw new Error(
        `${resource.kind} in the namespace "${namespace}" is not cached (followed: ${followed}): add it to the manager's namespaces`,
      );
    }
    return kind;
  };
  return {
    get(resource, key) {
      const full = fullKey(resource, key, namespace);
      return cacheOf(resource, full.namespace).get(full);
    },
    list(resource, filter) {
      const cache = cacheOf(resource, filter?.namespace);
      const [index, value] = filter?.index ?? [];
      if (index === undefined || value === undefined) return cache.list(filter);
      return cache.list({ ...filter, index: [indexName(controllerName, index), value] });
    },
    serves: (resource) => cacheOf(resource, undefined).isServed,
  };
}

export function createContext(surroundings: Surroundings): ErasedContext {
  const { controllerName, primary, fieldManager, recorder, status, other, requestSignal } = surroundings;
  const { name, namespace } = primary.metadata;
  return {
    ...createReadContext({ ...surroundings, namespace }),
    in(cluster) {
      const there = other(cluster);
      const reads = () => createReads({ kinds: readyKinds(there.kinds, cluster), controllerName, namespace }, cluster);
      const {
        apply,
        create,
        delete: remove,
      } = createWrites({ ...there, controllerName, fieldManager, primary, requestSignal }, cluster);
      return {
        get: (resource, key) => reads().get(resource, key),
        list: (resource, filter) => reads().list(resource, filter),
        serves: (resource) => reads().serves(resource),
        apply,
        create,
        delete: remove,
      };
    },
    key: { name, ...(namespace && { namespace }) },
    fencingToken: surroundings.fencingToken,
    triggers: surroundings.triggers,
    ...createWrites(surroundings),
    status: (value) => status.set(value),
    condition: (condition) => status.condition(condition),
    event: (event) => recorder.record(primary, event, fieldManager),
  };
}
