import type { Client } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  deepEqual,
  isConflict,
  isNotFound,
  type KubeObject,
  keyString,
  type ObjectKey,
  ownerReference,
} from '@opwright/machinery';
import type { KindCache } from '../cache/cache.ts';
import { kindKey } from '../cache/kind-key.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import type { Triggers } from '../queue/triggers.ts';
import { appliedEntry, isApplied, sameAt } from './applied.ts';
import type { ErasedContext, ErasedReadContext, ObjectInput } from './erased.ts';
import type { StatusCollector } from './status.ts';

/** What a controller has declared, ready to be used. */
export interface DeclaredKinds {
  readonly primary: AnyResource;
  /** By `kindKey`. */
  readonly readable: ReadonlyMap<string, KindCache>;
  readonly writable: ReadonlyMap<string, { readonly owned: boolean }>;
}

/** An apply whose result the server has put in another form than it was written in (`1000m` → `1`). */
interface Applied {
  readonly desired: object;
  readonly result: KubeObject;
}

/** What one controller applied and could not recognize by comparison; at most this many, the oldest are forgotten. */
export type AppliedMemory = Map<string, Applied>;
const MAX_APPLIED = 10_000;

export interface ReadSurroundings {
  readonly kinds: DeclaredKinds;
  readonly controllerName: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The namespace that a bare name means. */
  readonly namespace?: string | undefined;
}

export interface Surroundings extends ReadSurroundings {
  readonly client: Client;
  readonly fieldManager: string;
  readonly recorder: EventRecorder;
  readonly applied: AppliedMemory;
  readonly status: StatusCollector;
  /** Ends requests: later than `signal`, so that what was begun can be finished when the manager stops. */
  readonly requestSignal: AbortSignal;
  readonly primary: KubeObject;
  readonly fencingToken: number | undefined;
  readonly triggers: Triggers;
}

export function createReadContext(surroundings: ReadSurroundings): ErasedReadContext {
  const { kinds, controllerName, namespace, log, signal, clock } = surroundings;
  const cacheOf = (resource: AnyResource, namespace: string | undefined): KindCache => {
    const kind = kinds.readable.get(kindKey(resource));
    // The compiler says the same to whoever asks it.
    if (!kind) throw new Error(notDeclared(controllerName, resource, `.reads(${resource.kind})`));
    // An empty answer would be taken for an empty namespace.
    if (namespace && kind.namespaces.length > 0 && !kind.namespaces.includes(namespace)) {
      const followed = kind.namespaces.join(', ');
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
    log,
    signal,
    clock,
  };
}

export function createContext(surroundings: Surroundings): ErasedContext {
  const { kinds, controllerName, client, primary, fieldManager, recorder, status, applied } = surroundings;
  const signal = surroundings.requestSignal;
  const namespace = primary.metadata.namespace;

  const access = (resource: AnyResource): { readonly owned: boolean } => {
    const declared = kinds.writable.get(kindKey(resource));
    if (!declared)
      throw new Error(notDeclared(controllerName, resource, `.owns(${resource.kind}) or .writes(${resource.kind})`));
    return declared;
  };

  /** The object with all that the request needs: names of the kind, namespace, owner. */
  function complete(resource: AnyResource, input: ObjectInput, owned: boolean) {
    const metadata = {
      ...input.metadata,
      ...(resource.scope === 'Namespaced' && { namespace: input.metadata?.namespace ?? namespace }),
    };
    const references = metadata.ownerReferences ?? [];
    const own =
      owned && canOwn(primary, metadata.namespace) && !references.some(({ uid }) => uid === primary.metadata.uid);
    return {
      ...input,
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      metadata: {
        ...metadata,
        ...(own && { ownerReferences: [...references, ownerReference(kinds.primary, primary)] }),
      },
    };
  }

  async function apply(resource: AnyResource, input: ObjectInput): Promise<KubeObject> {
    const desired = complete(resource, input, access(resource).owned);
    const { name = '' } = desired.metadata;
    const cache = kinds.readable.get(kindKey(resource));
    const key = { name, ...(desired.metadata.namespace && { namespace: desired.metadata.namespace }) };
    const live = cache?.get(key);
    const memoryKey = `${kindKey(resource)} ${keyString(key)}`;
    if (
      live &&
      (isApplied(desired, live, fieldManager) || isUnchanged(applied.get(memoryKey), desired, live, fieldManager))
    ) {
      return live;
    }
    const answer: KubeObject = await client.apply(resource, desired, { fieldManager, force: true, signal });
    const result = cache?.wrote(answer) ?? answer;
    if (cache && !isApplied(desired, result, fieldManager)) remember(applied, memoryKey, { desired, result });
    else applied.delete(memoryKey);
    return result;
  }

  async function remove(resource: AnyResource, object: KubeObject | ObjectKey | string): Promise<void> {
    access(resource);
    const given = typeof object === 'object' && 'metadata' in object ? object : undefined;
    const key = fullKey(resource, given ? given.metadata : (object as ObjectKey | string), namespace);
    const cache = kinds.readable.get(kindKey(resource));
    const uid = given?.metadata.uid ?? cache?.get(key)?.metadata.uid;
    try {
      const answer = await client.delete(resource, key, { signal, ...(uid && { preconditions: { uid } }) });
      // With finalizers or a grace period the object stays for now.
      if (answer.kind !== 'Status' && answer.metadata?.deletionTimestamp) cache?.wrote(answer);
      else if (uid) cache?.deleted(key, uid);
    } catch (error) {
      if (isNotFound(error) || (uid && isConflict(error))) {
        if (uid && isNotFound(error)) cache?.deleted(key, uid);
        return;
      }
      throw error;
    }
  }

  return {
    ...createReadContext({ ...surroundings, namespace }),
    key: { name: primary.metadata.name, ...(namespace && { namespace }) },
    fencingToken: surroundings.fencingToken,
    triggers: surroundings.triggers,
    apply,
    async create(resource: AnyResource, input: ObjectInput) {
      const object = complete(resource, input, access(resource).owned);
      const result: KubeObject = await client.create(resource, object, { fieldManager, signal });
      return kinds.readable.get(kindKey(resource))?.wrote(result) ?? result;
    },
    delete: remove,
    status: (value) => status.set(value),
    condition: (condition) => status.condition(condition),
    event: (event) => recorder.record(primary, event, fieldManager),
  };
}

/** The last apply said the same, and nothing at our fields has changed since. */
function isUnchanged(last: Applied | undefined, desired: object, live: KubeObject, manager: string): boolean {
  if (!last || last.result.metadata.uid !== live.metadata.uid || !deepEqual(last.desired, desired)) return false;
  const fields = appliedEntry(live, manager)?.fieldsV1;
  return (
    fields !== undefined &&
    deepEqual(fields, appliedEntry(last.result, manager)?.fieldsV1) &&
    sameAt(fields, last.result, live)
  );
}

function remember(memory: AppliedMemory, key: string, applied: Applied): void {
  memory.delete(key);
  memory.set(key, applied);
  for (const oldest of memory.keys()) {
    if (memory.size <= MAX_APPLIED) return;
    memory.delete(oldest);
  }
}

/** Owners are cluster-scoped or in the namespace of what they own. */
function canOwn(owner: KubeObject, namespace: string | undefined): boolean {
  return owner.metadata.namespace === undefined || owner.metadata.namespace === namespace;
}

function fullKey(resource: AnyResource, key: ObjectKey | string, namespace: string | undefined): ObjectKey {
  const { name, namespace: given } = typeof key === 'string' ? { name: key, namespace } : key;
  const inNamespace = resource.scope === 'Namespaced' ? given : undefined;
  return { name, ...(inNamespace && { namespace: inNamespace }) };
}

/** Caches are shared between controllers, the names of indexes are not. */
export function indexName(controllerName: string, index: string): string {
  return `${controllerName}/${index}`;
}

function notDeclared(controllerName: string, resource: AnyResource, remedy: string): string {
  return `${resource.kind} is not declared: call ${remedy} on the controller "${controllerName}"`;
}
