import type { AnyResource, Clock, KubeObject, ObjectKey } from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
import { viewKey } from '../cache/kind-key.ts';
import { fieldsOf, missingFields } from '../cache/views.ts';
import type { Logger } from '../manager/logger.ts';
import type { Triggers } from '../queue/triggers.ts';
import { type DeclaredKinds, declaration, fieldsNotDeclared, fullKey, indexName, notDeclared } from './declared.ts';
import type { ErasedContext, ErasedReadContext, ErasedReads } from './erased.ts';
import type { Run } from './run.ts';
import { createStatusCollector, type StatusCollector } from './status.ts';
import { createWrites, type WriteSurroundings } from './writes.ts';

/** What a controller may do in one cluster. */
export type ClusterKinds = Pick<WriteSurroundings, 'kinds' | 'client' | 'applied' | 'wrote' | 'deleted'>;

/** Where reads look, and whose they are. */
interface ReadSurroundings {
  readonly kinds: DeclaredKinds;
  readonly controllerName: string;
}

export interface ReadContextSurroundings extends ReadSurroundings {
  /** The name of the cluster of `kinds`. */
  readonly cluster: string;
  /** Another cluster. @throws Error when there is none of the name */
  readonly other: (cluster: string) => ClusterKinds;
  readonly polled: ErasedReadContext['polled'];
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What functions get that only read: those of `watches`, `polls` and `receives`. */
export function createReadContext(surroundings: ReadContextSurroundings): ErasedReadContext {
  const { cluster, other, polled, controllerName, log, signal, clock } = surroundings;
  return {
    ...createReads(surroundings, undefined),
    cluster,
    in: (name) => createReads({ kinds: readyKinds(other(name).kinds, name), controllerName }, undefined, name),
    polled,
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

/**
 * @param namespace what a bare name means
 * @param where the cluster, when it is not that of the reconciled object
 */
function createReads(
  { kinds, controllerName }: ReadSurroundings,
  namespace: string | undefined,
  where?: string,
): ErasedReads {
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

/** Reads and writes in another cluster than that of the reconciled object. */
function createThere(run: Run, primary: KubeObject, cluster: string): ReturnType<ErasedContext['in']> {
  const { controllerName, fieldManager, requestSignal } = run;
  const there = run.other(cluster);
  const { namespace } = primary.metadata;
  const reads = () => createReads({ kinds: readyKinds(there.kinds, cluster), controllerName }, namespace, cluster);
  const writes = createWrites({ ...there, controllerName, fieldManager, requestSignal }, primary, cluster);
  return {
    get: (resource, key) => reads().get(resource, key),
    list: (resource, filter) => reads().list(resource, filter),
    serves: (resource) => reads().serves(resource),
    apply: writes.apply,
    create: writes.create,
    delete: writes.delete,
  };
}

/**
 * What a reconcile function gets. It may be taken apart (`{ list, apply }`), hence getters that return functions; on a
 * prototype, because most functions use few of them.
 */
export class ReconcileContext implements ErasedContext {
  readonly #run: Run;
  readonly #primary: KubeObject;
  #reads: ErasedReads | undefined;
  #writes: ReturnType<typeof createWrites> | undefined;
  #status: StatusCollector | undefined;

  constructor(run: Run, primary: KubeObject) {
    this.#run = run;
    this.#primary = primary;
  }

  /** What the function has said about the status; undefined = nothing. */
  static statusOf(context: ReconcileContext): StatusCollector | undefined {
    return context.#status;
  }

  get key(): ObjectKey {
    const { name, namespace } = this.#primary.metadata;
    return { name, ...(namespace && { namespace }) };
  }

  get cluster(): string {
    return this.#run.controller.cluster;
  }

  get log(): Logger {
    return this.#run.log;
  }

  get clock(): Clock {
    return this.#run.controller.clock;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get triggers(): Triggers {
    return this.#run.triggers;
  }

  get fencingToken(): number | undefined {
    return this.#run.subject.fencingToken;
  }

  get get(): ErasedContext['get'] {
    return this.#reader.get;
  }

  get list(): ErasedContext['list'] {
    return this.#reader.list;
  }

  get serves(): ErasedContext['serves'] {
    return this.#reader.serves;
  }

  get in(): ErasedContext['in'] {
    return (cluster) => createThere(this.#run, this.#primary, cluster);
  }

  get polled(): ErasedContext['polled'] {
    return this.#run.controller.polled;
  }

  get apply(): ErasedContext['apply'] {
    return this.#writer.apply;
  }

  get create(): ErasedContext['create'] {
    return this.#writer.create;
  }

  get delete(): ErasedContext['delete'] {
    return this.#writer.delete;
  }

  get prune(): ErasedContext['prune'] {
    return this.#writer.prune;
  }

  get status(): ErasedContext['status'] {
    return (value) => this.#collector.set(value);
  }

  get condition(): ErasedContext['condition'] {
    return (condition) => this.#collector.condition(condition);
  }

  get event(): ErasedContext['event'] {
    const { recorder } = this.#run.controller;
    return (event) => recorder.record(this.#primary, event, this.#run.fieldManager);
  }

  get #reader(): ErasedReads {
    this.#reads ??= createReads(this.#run, this.#primary.metadata.namespace);
    return this.#reads;
  }

  get #writer(): ReturnType<typeof createWrites> {
    this.#writes ??= createWrites(this.#run, this.#primary);
    return this.#writes;
  }

  get #collector(): StatusCollector {
    const { kinds, controller } = this.#run;
    this.#status ??= createStatusCollector(kinds.primary, this.#primary.metadata.generation, controller.clock);
    return this.#status;
  }
}
