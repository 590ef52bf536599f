import type BTreeModule from 'sorted-btree';
import type { StoredObject } from './object.ts';

export type Tree = InstanceType<typeof BTreeModule.default<string, StoredObject>>;

export interface Selection {
  /** Only objects of this namespace. */
  readonly namespace?: string;
}

export interface Range extends Selection {
  /** The state at this revision; default: now. Must not be in the future. */
  readonly revision?: number;
  /** Only keys behind this one. */
  readonly after?: string;
  /** At most so many objects. */
  readonly limit?: number;
  /** Only objects that pass; the limit counts those. */
  readonly where?: (object: StoredObject) => boolean;
  /** Looks at no more than so many objects with `where`; what is behind them takes another read. Default: all. */
  readonly atMost?: number;
}

export interface Page {
  readonly items: readonly StoredObject[];
  /** The revision that the page shows. */
  readonly revision: number;
  /** Key of the last item where the limit ended the page and more may follow; of the last object seen if `unfinished`. */
  readonly last?: string;
  /** `atMost` ended the page. */
  readonly unfinished?: true;
  /** Objects behind the last item; 0 with `where`, for which nobody counts. */
  readonly remaining: number;
}

/**
 * Reads a page of a tree, which shows a revision.
 *
 * @param total how many objects the namespace of the range has; undefined when nobody has counted
 */
export type Pager = (
  tree: Tree,
  revision: number,
  range: Range,
  total: () => number | undefined,
) => Omit<Page, 'revision'>;

/** Pages of which the pager knows what lies behind them. */
const REMEMBERED = 100;

/** A pager that remembers how much lies behind its pages: counting costs more than reading, and the next page need not. */
export function createPager(): Pager {
  const behind = new Map<string, number>();
  const place = (revision: number, { namespace = '' }: Range, key: string) => `${revision}/${namespace}/${key}`;
  return (tree, revision, range, total) => {
    const { after, namespace, where, limit = Number.POSITIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = range;
    if (tree.size === 0) return { items: [], remaining: 0 };
    const prefix = namespace ? `${namespace}/` : '';
    // '0' follows '/': the first key behind the namespace.
    const end = namespace ? `${namespace}0` : undefined;
    const start = after === undefined ? prefix : `${after}\u0000`;
    const items: StoredObject[] = [];
    let last: string | undefined;
    let seen = 0;
    let before: string | undefined;

    const remaining = (): number => {
      if (where !== undefined) return 0;
      const before =
        after === undefined
          ? ((namespace ? total() : tree.size) ?? countFrom(tree, start, end))
          : (behind.get(place(revision, range, after)) ?? countFrom(tree, start, end));
      if (behind.size >= REMEMBERED) behind.clear();
      behind.set(place(revision, range, last!), before - items.length);
      return before - items.length;
    };

    for (const [key, object] of tree.entries(start === '' ? undefined : start)) {
      if (end !== undefined && key >= end) break;
      if (items.length >= limit) return { items, last: last!, remaining: remaining() };
      if (where !== undefined) {
        if (seen++ === atMost) return { items, last: before!, unfinished: true, remaining: 0 };
        before = key;
        if (!where(object)) continue;
      }
      items.push(object);
      last = key;
    }
    return { items, remaining: 0 };
  };
}

function countFrom(tree: Tree, key: string, end: string | undefined): number {
  const upTo = end ?? tree.maxKey();
  return upTo === undefined ? 0 : tree.forRange(key, upTo, end === undefined);
}
