import type { OwnerReference } from '@opwright/machinery';
import type { StoredObject } from '../store/object.ts';
import type { FeedEvent, FeedResource } from './feed.ts';

/** An object that exists, as the garbage collector sees it. */
export interface GraphNode {
  readonly uid: string;
  readonly resource: FeedResource;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly owners: readonly OwnerReference[];
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
}

/** Who owns whom, by uid. Objects without owners and without dependents cost one map entry. */
export interface OwnerGraph {
  node(uid: string): GraphNode | undefined;
  /** The objects that name `uid` as an owner, whether that owner exists or not. */
  dependents(uid: string): readonly GraphNode[];
  /** Takes an event in and returns the uids of the objects whose fate it may change. */
  update(event: FeedEvent): readonly string[];
}

const NONE: readonly never[] = [];

export function createOwnerGraph(): OwnerGraph {
  const nodes = new Map<string, GraphNode>();
  const dependents = new Map<string, Set<string>>();

  const unlink = (node: GraphNode | undefined) => {
    for (const { uid } of node?.owners ?? NONE) {
      const set = dependents.get(uid);
      set?.delete(node?.uid ?? '');
      if (set?.size === 0) dependents.delete(uid);
    }
  };
  const link = (node: GraphNode) => {
    for (const { uid } of node.owners) {
      const set = dependents.get(uid);
      if (set) set.add(node.uid);
      else dependents.set(uid, new Set([node.uid]));
    }
  };

  return {
    node: (uid) => nodes.get(uid),
    dependents: (uid) => [...(dependents.get(uid) ?? NONE)].flatMap((dependent) => nodes.get(dependent) ?? []),
    update({ type, resource, object }) {
      const { uid } = object.metadata;
      const before = nodes.get(uid);
      unlink(before);
      if (type === 'DELETED') {
        nodes.delete(uid);
        // Its dependents may be orphans now; owners that waited for it may go.
        return [...(dependents.get(uid) ?? NONE), ...(before?.owners ?? NONE).map((owner) => owner.uid)];
      }
      const node = toNode(resource, object);
      nodes.set(uid, node);
      link(node);
      // An owner that a change released may have waited for this object.
      const released = (before?.owners ?? NONE).map((owner) => owner.uid);
      return node.owners.length === 0 && !node.deleting && released.length === 0 ? NONE : [uid, ...released];
    },
  };
}

function toNode(resource: FeedResource, { metadata }: StoredObject): GraphNode {
  return {
    uid: metadata.uid,
    resource,
    name: metadata.name,
    namespace: metadata.namespace,
    owners: (metadata.ownerReferences as readonly OwnerReference[] | undefined) ?? NONE,
    finalizers: metadata.finalizers ?? NONE,
    deleting: metadata.deletionTimestamp !== undefined,
  };
}
