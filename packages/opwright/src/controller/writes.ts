import type { Client } from '@opwright/client';
import {
  type AnyResource,
  deepEqual,
  isConflict,
  isNotFound,
  type KubeObject,
  keyString,
  type ObjectKey,
  ownerReference,
} from '@opwright/machinery';
import { kindKey } from '../cache/kind-key.ts';
import { undefinedIfNotFound } from '../not-found.ts';
import { appliedEntry, isApplied, sameAt } from './applied.ts';
import { type DeclaredKinds, declaration, fullKey, notDeclared } from './declared.ts';
import type { ErasedContext, ObjectInput } from './erased.ts';
import { cannotOwn, canOwn, checkClaim } from './ownership.ts';
import { prune } from './prune.ts';

/** An apply whose result the server has put in another form than it was written in (`1000m` → `1`). */
interface Applied {
  readonly desired: object;
  readonly result: KubeObject;
}

/** What one controller applied and could not recognize by comparison; at most this many, the oldest are forgotten. */
export type AppliedMemory = Map<string, Applied>;
const MAX_APPLIED = 10_000;

export interface WriteSurroundings {
  readonly kinds: DeclaredKinds;
  readonly controllerName: string;
  readonly client: Client;
  readonly fieldManager: string;
  readonly applied: AppliedMemory;
  /** Ends requests: later than the signal of the work, so that what was begun can be finished when the manager stops. */
  readonly requestSignal: AbortSignal;
  /** Shows an own write to all readers; returns the object as they get it. */
  wrote(resource: AnyResource, object: KubeObject): KubeObject;
  /** Hides an object that the server said is gone. */
  deleted(resource: AnyResource, key: ObjectKey, uid: string): void;
}

/** The writing half of the context of one reconcile of `primary`, in its own cluster or, with `cluster`, in another one. */
export function createWrites(
  surroundings: WriteSurroundings,
  primary: KubeObject,
  cluster?: string,
): Pick<ErasedContext, 'apply' | 'create' | 'delete' | 'prune'> {
  const { kinds, controllerName, client, fieldManager, applied, requestSignal: signal } = surroundings;
  const wrote: WriteSurroundings['wrote'] = (resource, object) => surroundings.wrote(resource, object);
  const deleted: WriteSurroundings['deleted'] = (resource, key, uid) => surroundings.deleted(resource, key, uid);
  const { namespace } = primary.metadata;
  /** Keys of what this reconcile has applied, by kind. */
  const appliedNow = new Map<string, Set<string>>();

  const access = (resource: AnyResource) => {
    const declared = kinds.writable.get(kindKey(resource));
    if (declared) return declared;
    const remedies = cluster === undefined ? [declaration('owns', resource)] : [];
    throw new Error(notDeclared(controllerName, resource, [...remedies, declaration('writes', resource, cluster)]));
  };

  /** The object with all that the request needs: names of the kind, namespace, owner. */
  function complete(resource: AnyResource, input: ObjectInput) {
    const { owned, writes } = access(resource);
    const metadata = {
      ...input.metadata,
      ...(resource.scope === 'Namespaced' && { namespace: input.metadata?.namespace ?? namespace }),
    };
    const isOwned = owned && canOwn(primary, metadata.namespace);
    const key = keyIn(metadata);
    if (owned && !isOwned && !writes) throw cannotOwn(primary, kinds.primary, resource, key);
    const references = metadata.ownerReferences ?? [];
    const isMissing = isOwned && !references.some(({ uid }) => uid === primary.metadata.uid);
    const object = {
      ...input,
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      metadata: {
        ...metadata,
        ...(isMissing && { ownerReferences: [...references, ownerReference(kinds.primary, primary)] }),
      },
    };
    return { object, key, isOwned };
  }

  /** The object as it is now, where that decides whether it may be owned; a cache of some labels cannot tell. */
  async function claimed(resource: AnyResource, key: ObjectKey, live: KubeObject | undefined): Promise<void> {
    const { adopt } = access(resource);
    const isPartial = kinds.readable
      .get(kindKey(resource))
      ?.informers.some(({ scope }) => scope.labelSelector || scope.fieldSelector);
    const found =
      live ?? (isPartial ? await client.get(resource, key, { signal }).catch(undefinedIfNotFound) : undefined);
    if (found) checkClaim(found, { owner: primary, ownerResource: kinds.primary, resource, fieldManager, adopt });
  }

  async function apply(resource: AnyResource, input: ObjectInput, { force = true } = {}): Promise<KubeObject> {
    const { object: desired, key, isOwned } = complete(resource, input);
    const kind = kindKey(resource);
    appliedNow.set(kind, (appliedNow.get(kind) ?? new Set()).add(keyString(key)));
    const cache = kinds.readable.get(kind);
    const live = cache?.get(key);
    const memoryKey = `${kind} ${keyString(key)}`;
    if (
      live &&
      (isApplied(desired, live, fieldManager) || isUnchanged(applied.get(memoryKey), desired, live, fieldManager))
    ) {
      return live;
    }
    if (isOwned) await claimed(resource, key, live);
    const answer: KubeObject = await client.apply(resource, desired, { fieldManager, force, signal });
    const result = wrote(resource, answer);
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
      if (answer.kind !== 'Status' && answer.metadata?.deletionTimestamp) wrote(resource, answer);
      else if (uid) deleted(resource, key, uid);
    } catch (error) {
      // Another object has the name: the one that was meant is gone.
      if (!isNotFound(error) && !(uid && isConflict(error))) throw error;
      if (uid) deleted(resource, key, uid);
    }
  }

  return {
    apply,
    async create(resource, input) {
      const { object } = complete(resource, input);
      const result: KubeObject = await client.create(resource, object, { fieldManager, signal });
      return wrote(resource, result);
    },
    delete: remove,
    async prune(...resources) {
      for (const resource of resources) {
        const kind = kindKey(resource);
        const cache = kinds.readable.get(kind);
        if (!access(resource).owned || !cache) {
          throw new Error(
            `${resource.kind} is not owned: declare .owns(${resource.kind}) on the controller "${controllerName}"`,
          );
        }
        const kept = appliedNow.get(kind) ?? new Set();
        await prune({ client, resource, cache, owner: primary, fieldManager, kept, signal, wrote, deleted });
      }
    },
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

function keyIn({
  name = '',
  namespace,
}: {
  readonly name?: string;
  readonly namespace?: string | undefined;
}): ObjectKey {
  return { name, ...(namespace && { namespace }) };
}
