import type { Scope } from '@opwright/machinery';
import type { StoredObject } from '../store/object.ts';

/** A change of any object of any kind, in the order in which the store made them. */
export interface FeedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The resource that the object is served as. */
  readonly resource: FeedResource;
  readonly object: StoredObject;
}

/** How requests name the objects of one storage. */
export interface FeedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly scope: Scope;
}

/** Everything that exists and everything that happens to it, across kinds. */
export interface ObjectFeed {
  /** Calls `listener` for all that exists, as ADDED, before it returns; then within each write. Returns the function that ends it. */
  subscribe(listener: (event: FeedEvent) => void): () => void;
}
