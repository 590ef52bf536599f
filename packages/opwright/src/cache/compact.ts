import type { KubeObject } from '@opwright/machinery';

/** Makes an object as small as it gets, in place, without changing what it says. */
export type Compactor = (object: KubeObject) => KubeObject;

/** V8 shares shorter strings by itself when it parses JSON. */
const SHORTEST = 11;
/** Longer strings are seldom equal. */
const LONGEST = 256;
const SLOTS = 4096;

/**
 * A compactor that lets objects share equal strings: names, images, conditions' messages repeat in all objects of a kind,
 * and parsing makes a copy for each. `freeze` also freezes the object all the way down, in the same walk.
 *
 * It remembers a bounded number of strings, the last one of each hash. What is frozen already, as everything from a
 * cluster in this process, stays as it is.
 */
export function createCompactor({ freeze }: { readonly freeze: boolean }): Compactor {
  const strings: string[] = new Array(SLOTS).fill('');

  function shared(text: string): string {
    const { length } = text;
    if (length > LONGEST) return text;
    // Names differ at their end; a mix of a few places is cheaper than reading all of it.
    const hash =
      length * 31 +
      text.charCodeAt(0) * 8191 +
      text.charCodeAt(length >> 1) * 1009 +
      text.charCodeAt(length - 4) * 37 +
      text.charCodeAt(length - 2) * 131 +
      text.charCodeAt(length - 1) * 7;
    const slot = hash & (SLOTS - 1);
    const known = strings[slot]!;
    if (known === text) return known;
    strings[slot] = text;
    return text;
  }

  function compact(tree: Record<string, unknown> | unknown[]): void {
    if (Object.isFrozen(tree)) return;
    if (Array.isArray(tree)) {
      for (let i = 0; i < tree.length; i++) {
        const value: unknown = tree[i];
        if (typeof value === 'string') {
          if (value.length >= SHORTEST) tree[i] = shared(value);
        } else if (isTree(value)) compact(value);
      }
    } else {
      for (const key in tree) {
        const value = tree[key];
        if (typeof value === 'string') {
          if (value.length >= SHORTEST) tree[key] = shared(value);
        } else if (isTree(value)) compact(value);
      }
    }
    if (freeze) Object.freeze(tree);
  }

  return (object) => {
    if (isTree(object)) compact(object);
    return object;
  };
}

function isTree(value: unknown): value is Record<string, unknown> | unknown[] {
  return typeof value === 'object' && value !== null;
}
