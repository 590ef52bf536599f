import { comparePathKeys, type PathKey } from './path-element.ts';

/**
 * A set of paths as an immutable trie. Operations share subtrees with their arguments and hand back the first argument
 * itself when nothing changes, so that identity tells "unchanged" without a walk.
 */
export interface FieldSet {
  /** Whether the path that leads here is in the set. Never true of a root. */
  readonly member: boolean;
  /** No child is empty. */
  readonly children: ReadonlyMap<PathKey, FieldSet>;
}

const NO_CHILDREN: ReadonlyMap<PathKey, FieldSet> = new Map();

/** The set without paths. */
export const EMPTY_FIELDS: FieldSet = { member: false, children: NO_CHILDREN };

const LEAF: FieldSet = { member: true, children: NO_CHILDREN };

/** The set of the given paths. */
export function fieldSet(...paths: (readonly PathKey[])[]): FieldSet {
  const builder = fieldSetBuilder();
  for (const path of paths) builder.insert(path);
  return builder.build();
}

/** Collects paths. After `build` the set is handed out and nothing may be inserted any more. */
export interface FieldSetBuilder {
  /** Adds the path of the first `length` elements (default: all of them). The root itself cannot be added. */
  insert(path: readonly PathKey[], length?: number): void;
  build(): FieldSet;
}

interface GrowingSet {
  member: boolean;
  readonly children: Map<PathKey, GrowingSet | FieldSet>;
}

export function fieldSetBuilder(): FieldSetBuilder {
  // Many a set stays empty: nothing is made for it.
  let root: GrowingSet | undefined;
  // Walkers insert neighbours one after the other: the way to the last path is kept, nodes[i] being before lastPath[i].
  let lastPath: PathKey[];
  let nodes: GrowingSet[];
  return {
    insert(path, length = path.length) {
      if (length === 0) return;
      if (root === undefined) {
        root = { member: false, children: new Map() };
        nodes = [root];
        lastPath = [];
      }
      let depth = 0;
      while (depth < length - 1 && depth < lastPath.length && lastPath[depth] === path[depth]) depth++;
      lastPath.length = depth;
      nodes.length = depth + 1;
      let node = nodes[depth]!;
      for (; depth < length - 1; depth++) {
        node = growingChild(node, path[depth]!);
        lastPath.push(path[depth]!);
        nodes.push(node);
      }
      const last = path[length - 1]!;
      const child = node.children.get(last);
      if (child === undefined) node.children.set(last, LEAF);
      else if (child !== LEAF) (child as GrowingSet).member = true;
    },
    build: () => root ?? EMPTY_FIELDS,
  };
}

function growingChild(node: GrowingSet, key: PathKey): GrowingSet {
  const child = node.children.get(key);
  if (child !== undefined && child !== LEAF) return child as GrowingSet;
  const grown: GrowingSet = { member: child === LEAF, children: new Map() };
  node.children.set(key, grown);
  return grown;
}

/** A node, with the shared constants where they fit. */
export function fieldSetNode(member: boolean, children: ReadonlyMap<PathKey, FieldSet>): FieldSet {
  if (children.size === 0) return member ? LEAF : EMPTY_FIELDS;
  return { member, children };
}

export function isEmpty(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

export function contains(set: FieldSet, path: readonly PathKey[]): boolean {
  let node: FieldSet | undefined = set;
  for (const key of path) {
    node = node.children.get(key);
    if (node === undefined) return false;
  }
  return node.member;
}

/** The paths in `a` or in `b`. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  let children: Map<PathKey, FieldSet> | undefined;
  for (const [key, child] of b.children) {
    const own = a.children.get(key);
    const joined = own === undefined ? child : union(own, child);
    if (joined === own) continue;
    children ??= new Map(a.children);
    children.set(key, joined);
  }
  const member = a.member || b.member;
  return children === undefined && member === a.member ? a : fieldSetNode(member, children ?? a.children);
}

/** The paths in `a` and in `b`. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return keep(a, a.member && b.member, (key, child) => {
    const other = b.children.get(key);
    return other === undefined ? EMPTY_FIELDS : intersection(child, other);
  });
}

/** The paths in `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return EMPTY_FIELDS;
  if (b.children.size === 0) return b.member && a.member ? fieldSetNode(false, a.children) : a;
  return keep(a, a.member && !b.member, (key, child) => {
    const other = b.children.get(key);
    return other === undefined ? child : difference(child, other);
  });
}

/** The paths in `a` that neither are in `b` nor lie below a path in `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (b.member) return EMPTY_FIELDS;
  if (b.children.size === 0) return a;
  return keep(a, a.member, (key, child) => {
    const other = b.children.get(key);
    return other === undefined ? child : recursiveDifference(child, other);
  });
}

/** The paths of `set` that have no other path of `set` below them. */
export function leaves(set: FieldSet): FieldSet {
  return keep(set, set.member && set.children.size === 0, (_key, child) => leaves(child));
}

/** Whether every path of `a` is in `b`. */
export function isSubset(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member && !b.member) return false;
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    if (other === undefined || !isSubset(child, other)) return false;
  }
  return true;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member !== b.member || a.children.size !== b.children.size) return false;
  for (const [key, child] of a.children) {
    const other = b.children.get(key);
    if (other === undefined || !equalSets(child, other)) return false;
  }
  return true;
}

/** The paths of a set in the order in which conflicts list them: per level first the members, then what is below. */
export function pathsOf(set: FieldSet): PathKey[][] {
  const paths: PathKey[][] = [];
  collect(set, [], paths);
  return paths;
}

function collect(set: FieldSet, prefix: readonly PathKey[], paths: PathKey[][]): void {
  const keys = sortedKeys(set);
  for (const key of keys) {
    if (set.children.get(key)!.member) paths.push([...prefix, key]);
  }
  for (const key of keys) collect(set.children.get(key)!, [...prefix, key], paths);
}

export function sortedKeys(set: FieldSet): PathKey[] {
  return [...set.children.keys()].sort(comparePathKeys);
}

/** `set` with another membership of its root and each child replaced; itself when nothing changes. */
export function keep(set: FieldSet, member: boolean, replace: (key: PathKey, child: FieldSet) => FieldSet): FieldSet {
  let children: Map<PathKey, FieldSet> | undefined;
  for (const [key, child] of set.children) {
    const kept = replace(key, child);
    if (kept === child) continue;
    children ??= new Map(set.children);
    if (isEmpty(kept)) children.delete(key);
    else children.set(key, kept);
  }
  return children === undefined && member === set.member ? set : fieldSetNode(member, children ?? set.children);
}
