import type { AnyResource, Clock } from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
import { viewKey } from '../cache/kind-key.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import type { Triggers } from '../queue/triggers.ts';
import { type DeclaredKinds, fullKey, indexName, notDeclared } from './declared.ts';
import type { ErasedContext, ErasedReadContext } from './erased.ts';
import type { StatusCollector } from './status.ts';
import { createWrites, type WriteSurroundings } from './writes.ts';

export interface ReadSurroundings {
  readonly kinds: DeclaredKinds;
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
  const { kinds, controllerName, namespace, log, signal, clock } = surroundings;
  const cacheOf = (resource: AnyResource, namespace: string | undefined): KindCache => {
    const kind = kinds.readable.get(viewKey(resource));
    // The compiler says the same to whoever asks it.
    if (!kind) throw new Error(notDeclared(controllerName, resource, `.reads(${resource.kind})`));
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
    log,
    signal,
    clock,
  };
}

export function createContext(surroundings: Surroundings): ErasedContext {
  const { primary, fieldManager, recorder, status } = surroundings;
  const { name, namespace } = primary.metadata;
  return {
    ...createReadContext({ ...surroundings, namespace }),
    key: { name, ...(namespace && { namespace }) },
    fencingToken: surroundings.fencingToken,
    triggers: surroundings.triggers,
    ...createWrites(surroundings),
    status: (value) => status.set(value),
    condition: (condition) => status.condition(condition),
    event: (event) => recorder.record(primary, event, fieldManager),
  };
}
