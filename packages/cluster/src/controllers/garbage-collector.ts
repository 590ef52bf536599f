import type { Client, JsonPatchOperation } from '@opwright/client';
import { isConflict, isNotFound } from '@opwright/client';
import type { Clock, OwnerReference, Timer } from '@opwright/machinery';
import type { Logger } from 'opwright';
import type { ObjectFeed } from './feed.ts';
import { createOwnerGraph, type GraphNode } from './owner-graph.ts';
import { resourceOf } from './resource-of.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
/** After a failed request. */
const RETRY_MS = 500;

export interface GarbageCollectorOptions {
  readonly client: Client;
  readonly feed: ObjectFeed;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Deletes objects whose owners are all gone, removes references to owners that are gone from objects that have others, and
 * carries out foreground and orphaning deletion.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 * @returns ends it and waits for the request under way
 */
export function startGarbageCollector({ client, feed, clock, log }: GarbageCollectorOptions): () => Promise<void> {
  const graph = createOwnerGraph();
  const queue = new Set<string>();
  const retries = new Set<Timer>();
  let stopped = false;
  let working: Promise<void> | undefined;

  const enqueue = (uids: readonly string[]) => {
    if (stopped || uids.length === 0) return;
    for (const uid of uids) queue.add(uid);
    working ??= drain();
  };

  async function drain(): Promise<void> {
    // Let the write that caused the event be answered first, and further events of it arrive.
    await Promise.resolve();
    for (const uid of queue) {
      if (stopped) break;
      queue.delete(uid);
      const node = graph.node(uid);
      if (node === undefined) continue;
      try {
        await attend(node);
      } catch (error) {
        if (isNotFound(error)) continue;
        if (!isConflict(error))
          log.warn('Garbage collection failed, trying again', {
            kind: node.resource.kind,
            namespace: node.namespace,
            name: node.name,
            error,
          });
        const timer = clock.setTimeout(() => {
          retries.delete(timer);
          enqueue([uid]);
        }, RETRY_MS);
        retries.add(timer);
      }
    }
    working = undefined;
  }

  async function attend(node: GraphNode): Promise<void> {
    if (node.deleting) {
      if (node.finalizers.includes(ORPHAN)) return releaseDependents(node);
      if (node.finalizers.includes(FOREGROUND)) return deleteDependents(node);
      return;
    }
    if (node.owners.length === 0) return;
    const { solid, waiting, absent } = classifyOwners(node);
    if (solid.length > 0) {
      if (solid.length < node.owners.length) await keepOwners(node, solid);
    } else if (waiting.length > 0) {
      const blocks = graph.dependents(node.uid).some((dependent) => blocksOwner(dependent, node.uid));
      await remove(node, blocks ? 'Foreground' : 'Background');
    } else if (absent.length > 0) {
      await remove(node, node.finalizers.includes(ORPHAN) ? 'Orphan' : 'Background');
    }
  }

  /** Owners that exist, that exist but wait for their dependents to go, and that are gone. */
  function classifyOwners(node: GraphNode) {
    const solid: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    const absent: OwnerReference[] = [];
    for (const reference of node.owners) {
      const owner = graph.node(reference.uid);
      // An owner in another namespace is no owner: references never cross namespaces.
      const exists = owner !== undefined && (owner.namespace === undefined || owner.namespace === node.namespace);
      if (!exists) absent.push(reference);
      else if (owner.deleting && owner.finalizers.includes(FOREGROUND)) waiting.push(reference);
      else solid.push(reference);
    }
    return { solid, waiting, absent };
  }

  async function deleteDependents(owner: GraphNode): Promise<void> {
    const dependents = graph.dependents(owner.uid);
    for (const dependent of dependents) if (!dependent.deleting) enqueue([dependent.uid]);
    if (dependents.some((dependent) => blocksOwner(dependent, owner.uid))) return;
    await removeFinalizer(owner, FOREGROUND);
  }

  async function releaseDependents(owner: GraphNode): Promise<void> {
    for (const dependent of graph.dependents(owner.uid)) {
      await keepOwners(
        dependent,
        dependent.owners.filter(({ uid }) => uid !== owner.uid),
      );
    }
    await removeFinalizer(owner, ORPHAN);
  }

  async function keepOwners(node: GraphNode, owners: readonly OwnerReference[]): Promise<void> {
    // The uid makes the patch fail when another object has taken the name.
    const patch = { metadata: { uid: node.uid, ownerReferences: owners.length > 0 ? owners : null } };
    await client.patch(resourceOf(node.resource), keyOf(node), { type: 'merge', patch });
  }

  async function removeFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    const index = node.finalizers.indexOf(finalizer);
    const path = `/metadata/finalizers/${index}`;
    const patch: JsonPatchOperation[] = [
      { op: 'test', path: '/metadata/uid', value: node.uid },
      { op: 'test', path, value: finalizer },
      { op: 'remove', path },
    ];
    await client.patch(resourceOf(node.resource), keyOf(node), { type: 'json', patch });
  }

  async function remove(node: GraphNode, propagationPolicy: 'Foreground' | 'Background' | 'Orphan'): Promise<void> {
    await client.delete(resourceOf(node.resource), keyOf(node), {
      propagationPolicy,
      preconditions: { uid: node.uid },
    });
  }

  const unsubscribe = feed.subscribe((event) => enqueue(graph.update(event)));
  return async () => {
    stopped = true;
    unsubscribe();
    for (const timer of retries) timer.cancel();
    await working;
  };
}

function blocksOwner(dependent: GraphNode, ownerUid: string): boolean {
  return dependent.owners.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true);
}

function keyOf({ name, namespace }: GraphNode) {
  return namespace === undefined ? { name } : { name, namespace };
}
