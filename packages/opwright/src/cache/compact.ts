import type { KubeObject } from '@opwright/machinery';

/** Makes an object as small as it gets, without changing what it says; may change it in place. */
export type Compactor = (object: KubeObject) => KubeObject;

type Tree = Record<string, unknown> | unknown[];

/** V8 shares shorter strings by itself when it parses JSON. */
const SHORTEST = 11;
/** Longer strings are seldom equal. */
const LONGEST = 256;
const SLOTS = 8192;
/** Larger trees are seldom equal, and would outlive their objects: their parts are shared. In characters, about. */
const LARGEST = 4096;

/**
 * A compactor that lets objects share what is equal in them: names, images and messages, and with `freeze` also whole
 * parts, for most of a pod's spec is that of the other replicas. `freeze` freezes the object all the way down, in the
 * same walk.
 *
 * It remembers a bounded number of small values, the last one of each hash. What is frozen already, as everything from a
 * cluster in this process, stays as it is.
 */
export function createCompactor({ freeze }: { readonly freeze: boolean }): Compactor {
  const strings: string[] = new Array(SLOTS).fill('');
  const trees: (Tree | undefined)[] = new Array(SLOTS).fill(undefined);
  // The hash and the size of the value that `shared` was called for last.
  let hash = 0;
  let size = 0;

  /** The value, or one that is equal and was here before. */
  function shared(value: unknown): unknown {
    if (typeof value === 'string') return sharedString(value);
    if (typeof value === 'object' && value !== null) return sharedTree(value as Tree);
    hash = typeof value === 'number' ? value | 0 : 1;
    size = 8;
    return value;
  }

  function sharedString(text: string): string {
    const { length } = text;
    hash = length;
    size = length;
    // Names differ at their end; a mix of a few places is cheaper than reading all of it.
    if (length > 0) {
      hash =
        Math.imul(length, 31) +
        Math.imul(text.charCodeAt(0), 8191) +
        Math.imul(text.charCodeAt(length >> 1), 1009) +
        Math.imul(text.charCodeAt(length - 1), 7);
      if (length > 4) hash += Math.imul(text.charCodeAt(length - 4), 37) + Math.imul(text.charCodeAt(length - 2), 131);
    }
    if (length < SHORTEST || length > LONGEST) return text;
    const slot = hash & (SLOTS - 1);
    const known = strings[slot]!;
    if (known === text) return known;
    strings[slot] = text;
    return text;
  }

  function sharedTree(tree: Tree): Tree {
    hash = 2;
    size = 8;
    if (Object.isFrozen(tree)) return tree;
    let mixed = 17;
    let sum = 16;
    if (Array.isArray(tree)) {
      for (let i = 0; i < tree.length; i++) {
        const value: unknown = tree[i];
        const same = shared(value);
        if (typeof value === 'string' || same !== value) tree[i] = same;
        mixed = Math.imul(mixed, 31) + hash;
        sum += size;
      }
    } else {
      for (const key in tree) {
        const value = tree[key];
        const same = shared(value);
        if (typeof value === 'string' || same !== value) tree[key] = same;
        mixed = Math.imul(mixed, 31) + hash + key.length;
        sum += size + 8;
      }
    }
    hash = mixed ^ (mixed >>> 13);
    size = sum;
    if (!freeze) return tree;
    if (size > LARGEST) {
      Object.freeze(tree);
      return tree;
    }
    const slot = hash & (SLOTS - 1);
    const known = trees[slot];
    if (known && isSame(known, tree)) return known;
    Object.freeze(tree);
    trees[slot] = tree;
    return tree;
  }

  return (object) => sharedTree(object as unknown as Tree) as unknown as KubeObject;
}

/** Whether two trees, the parts of which are shared, have the same members. */
function isSame(a: Tree, b: Tree): boolean {
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  let more = 0;
  for (const key in a) {
    if (!Object.is(a[key], b[key])) return false;
    more += 1;
  }
  for (const _ in b) more -= 1;
  return more === 0;
}
