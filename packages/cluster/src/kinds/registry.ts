import type { ServedKind } from './kind.ts';

/**
 * The kinds that the server serves right now, by group, version and plural: the built-in ones and those of
 * established custom resource definitions.
 */
export interface Registry {
  find(group: string, version: string, plural: string): ServedKind | undefined;
  /** Any served version of a resource, the preferred one first. */
  findResource(group: string, plural: string): ServedKind | undefined;
  findKind(group: string, version: string, kind: string): ServedKind | undefined;
  /** Whether a group has built-in kinds. */
  hasBuiltinGroup(group: string): boolean;
  /** In the order of discovery: the built-in kinds as given, then custom ones as they came. */
  kinds(): readonly ServedKind[];
  /**
   * Replaces what `owner` (a CRD's name) serves by these kinds, none to remove it. Built-in kinds have no owner and
   * stay. Listeners are called before it returns.
   */
  serve(owner: string, kinds: readonly ServedKind[]): void;
  /** Calls back after every change; returns the function that ends it. */
  onChange(listener: () => void): () => void;
  /** Counts the changes: caches of documents made from the kinds compare it. */
  readonly generation: number;
}

export function createRegistry(builtin: readonly ServedKind[]): Registry {
  const owned = new Map<string, readonly ServedKind[]>();
  const listeners = new Set<() => void>();
  const groups = new Set(builtin.map(({ group }) => group));
  let generation = 0;
  let all: readonly ServedKind[] = builtin;
  let index = indexOf(builtin);

  return {
    find: (group, version, plural) => index.byPlural.get(`${group}/${version}/${plural}`),
    findResource: (group, plural) => index.byResource.get(`${group}/${plural}`),
    findKind: (group, version, kind) => index.byKind.get(`${group}/${version}/${kind}`),
    hasBuiltinGroup: (group) => groups.has(group),
    kinds: () => all,
    serve(owner, kinds) {
      if (kinds.length === 0) {
        if (!owned.delete(owner)) return;
      } else {
        owned.set(owner, kinds);
      }
      all = [...builtin, ...[...owned.values()].flat()];
      index = indexOf(all);
      generation++;
      for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get generation() {
      return generation;
    },
  };
}

interface Index {
  readonly byPlural: ReadonlyMap<string, ServedKind>;
  readonly byResource: ReadonlyMap<string, ServedKind>;
  readonly byKind: ReadonlyMap<string, ServedKind>;
}

function indexOf(kinds: readonly ServedKind[]): Index {
  const byPlural = new Map<string, ServedKind>();
  const byResource = new Map<string, ServedKind>();
  const byKind = new Map<string, ServedKind>();
  for (const kind of kinds) {
    byPlural.set(`${kind.group}/${kind.version}/${kind.plural}`, kind);
    byKind.set(`${kind.group}/${kind.version}/${kind.kind}`, kind);
    const resource = `${kind.group}/${kind.plural}`;
    if (!byResource.has(resource)) byResource.set(resource, kind);
  }
  return { byPlural, byResource, byKind };
}
