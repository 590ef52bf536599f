import { encodeJson, parseJson } from '@opwright/machinery';
import type { StoredObject } from './object.ts';

/** What one revision did: an object as it is from then on, or as it was when it was deleted. */
export interface StoredChange {
  readonly storage: string;
  readonly key: string;
  /** Its resourceVersion is the revision. */
  readonly object: StoredObject;
  readonly deleted?: boolean;
}

/** All that a store holds: what it is written down as, and what it begins with. */
export interface StoreImage {
  readonly revision: number;
  /** By storage, the revision up to which its history is forgotten; that of '' holds for all of them. */
  readonly compacted: ReadonlyMap<string, number>;
  /** In the order of their revisions. Those up to the compacted revision say what there was at it. */
  readonly changes: Iterable<StoredChange>;
}

export const EMPTY_IMAGE: StoreImage = { revision: 1, compacted: new Map(), changes: [] };

export function revisionOf({ metadata }: StoredObject): number {
  return Number(metadata.resourceVersion);
}

/** One line of JSON. */
export function encodeChange({ storage, key, object, deleted }: StoredChange): string {
  return encodeJson(deleted === true ? { storage, key, deleted, object } : { storage, key, object });
}

/** @throws SyntaxError for a text that is none of {@link encodeChange} */
export function decodeChange(text: string): StoredChange {
  // The spelling of some numbers says more than JavaScript keeps of them; it shows when the text does not come back.
  const fast: unknown = JSON.parse(text);
  return (encodeJson(fast) === text ? fast : parseJson(text).value) as StoredChange;
}
