import type { Client } from '@opwright/client';
import {
  type AnyResource,
  controllerOf,
  isConflict,
  isControlledBy,
  isDeleting,
  isNotFound,
  type KubeObject,
  keyString,
  type ObjectKey,
} from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
import { undefinedIfNotFound } from '../not-found.ts';
import { appliedEntry } from './applied.ts';

export interface PruneRequest {
  readonly client: Client;
  readonly resource: AnyResource;
  readonly cache: KindCache;
  readonly owner: KubeObject;
  readonly fieldManager: string;
  /** Keys of what this reconcile has applied. */
  readonly kept: ReadonlySet<string>;
  readonly signal: AbortSignal;
  wrote(resource: AnyResource, object: KubeObject): KubeObject;
  deleted(resource: AnyResource, key: ObjectKey, uid: string): void;
}

const CONTROLLER_UID = 'uid of the controller';
const indexed = new WeakSet<KindCache>();

/**
 * Deletes the objects that earlier reconciles of the owner have applied and this one has not. What those are is written on
 * the objects themselves, by the apply that made them: the owner reference with its uid, and the field manager. So there
 * is no list that a crash could leave behind, and nothing that somebody else has made is touched.
 *
 * Each delete is bound to the uid and the version that was judged; an object that has changed is judged anew.
 *
 * @throws StatusError
 */
export async function prune(request: PruneRequest): Promise<void> {
  const { cache, owner, kept } = request;
  if (!indexed.has(cache)) {
    indexed.add(cache);
    cache.addIndex(CONTROLLER_UID, (object) => {
      const controller = controllerOf(object);
      return controller ? [controller.uid] : [];
    });
  }
  const children = cache.list({ index: [CONTROLLER_UID, owner.metadata.uid] });
  const left = children.filter((child) => !kept.has(keyString(child.metadata)) && isOurs(child, request));
  await Promise.all(left.map((child) => remove(child, request)));
}

function isOurs(object: KubeObject, { owner, fieldManager }: PruneRequest): boolean {
  return isControlledBy(object, owner) && !isDeleting(object) && appliedEntry(object, fieldManager) !== undefined;
}

const MAX_CONFLICTS = 5;

async function remove(child: KubeObject, request: PruneRequest): Promise<void> {
  const { client, resource, signal, wrote, deleted } = request;
  let current = child;
  for (let conflicts = 0; ; ) {
    const { uid, resourceVersion } = current.metadata;
    try {
      const answer = await client.delete(resource, current.metadata, {
        signal,
        preconditions: { uid, resourceVersion },
        propagationPolicy: 'Background',
      });
      if (answer.kind !== 'Status' && answer.metadata?.deletionTimestamp) wrote(resource, answer);
      else deleted(resource, current.metadata, uid);
      return;
    } catch (error) {
      if (isNotFound(error)) {
        deleted(resource, current.metadata, uid);
        return;
      }
      if (!isConflict(error) || ++conflicts > MAX_CONFLICTS) throw error;
    }
    const live: KubeObject | undefined = await client
      .get(resource, child.metadata, { signal })
      .catch(undefinedIfNotFound);
    if (live?.metadata.uid !== uid || !isOurs(live, request)) return;
    current = live;
  }
}
