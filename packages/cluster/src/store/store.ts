import { createRequire } from 'node:module';
import type BTreeModule from 'sorted-btree';
import { createHistory, type History, type StoreEvent } from './history.ts';
import { EMPTY_IMAGE, revisionOf, type StoredChange, type StoreImage } from './image.ts';
import { MEMORY_LOG, type Settled, type StoreLog } from './log.ts';
import { deepFreeze, type StoredMeta, type StoredObject } from './object.ts';
import { createPager, type Page, type Pager, type Range, type Selection, type Tree } from './page.ts';

export type { Page, Range, Selection };

// The package is CommonJS, and loaders disagree about what its default import is; about require they do not.
const { default: BTree } = createRequire(import.meta.url)('sorted-btree') as typeof BTreeModule;

/** An object on its way into the store, owned by the store from then on: it gets its resourceVersion and is frozen. */
export type Draft = Record<string, unknown>;

export type StoreListener = (event: StoreEvent) => void;

/** A revision that the store has forgotten was asked for. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
  readonly requested: number;
  /** Everything up to this revision is forgotten. */
  readonly compacted: number;

  constructor(requested: number, compacted: number) {
    super(`revision ${requested} has been compacted`);
    this.requested = requested;
    this.compacted = compacted;
  }
}

/**
 * The state of the cluster: sorted trees of frozen objects under one revision counter, as etcd's. Every write is one
 * revision and one event; the cost of a write does not depend on how many objects there are. Everything is
 * synchronous: what is read between two awaits is one consistent state.
 */
export interface Store {
  /** The revision of the last write. */
  readonly revision: number;
  /** @param revision the state at this revision; default: now. Throws {@link CompactedError} for one that is too old. */
  get(storage: string, key: string, revision?: number): StoredObject | undefined;
  /** Undefined when there is such an object already. */
  create(storage: string, key: string, draft: Draft): StoredObject | undefined;
  /** Undefined when `expected` is no longer the stored object: somebody else was faster. */
  update(storage: string, key: string, expected: StoredObject, draft: Draft): StoredObject | undefined;
  /**
   * Removes the object; watchers see it in its last state, `final` if given. Undefined when `expected` is no longer the
   * stored object.
   */
  delete(storage: string, key: string, expected: StoredObject, final?: Draft): StoredObject | undefined;
  /** Throws {@link CompactedError} for a revision that is too old. */
  list(storage: string, range?: Range): Page;
  /**
   * Calls `listener` for every event after revision `from`: first, before this returns, for those that have happened,
   * then inside each write. Returns the function that ends it. Throws {@link CompactedError}.
   */
  watch(storage: string, from: number, selection: Selection, listener: StoreListener): () => void;
  /** Forgets the events up to a revision: older lists and watches are answered with {@link CompactedError}. */
  compact(revision: number): void;
  /** The storages that hold or have held objects. */
  storages(): readonly string[];
  /**
   * Calls back once everything that has been written so far is safe: at once in a store that is kept in memory. Nobody
   * outside may learn of a write before. In the order of the calls.
   */
  whenDurable(settled: Settled): void;
  /** The objects of now, without their history: a store that begins with it continues at this revision. */
  image(): StoreImage;
}

export interface StoreOptions {
  /** Events that are kept at least, per storage; default 10,000. */
  readonly historyLimit?: number;
  /** What the store begins with; default: nothing. */
  readonly image?: StoreImage;
  /** Where it writes down what it does, beginning behind the image; default: nowhere. */
  readonly log?: StoreLog;
}

interface Shelf {
  readonly tree: Tree;
  readonly history: History;
  /** How many objects each namespace has. */
  readonly counts: Map<string, number>;
  readonly page: Pager;
  /** Revision of the last event. */
  changed: number;
  /** Listeners by namespace; those of '' get everything. */
  readonly listeners: Map<string, Set<StoreListener>>;
  /** The last state of the past that was asked for: pages of one list share it. */
  snapshot?: { readonly revision: number; readonly tree: Tree };
}

const compareKeys = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function createStore(options: StoreOptions = {}): Store {
  const shelves = new Map<string, Shelf>();
  const { historyLimit = 10_000, image = EMPTY_IMAGE, log = MEMORY_LOG } = options;
  let { revision } = image;
  let compacted = 0;

  const shelfOf = (storage: string): Shelf => {
    let shelf = shelves.get(storage);
    if (shelf === undefined) {
      const history = createHistory(historyLimit, (events) => {
        if (events.length > 0) log.forget(storage, history.compacted, events, revision);
      });
      shelf = {
        tree: new BTree<string, StoredObject>(undefined, compareKeys),
        history,
        counts: new Map(),
        page: createPager(),
        changed: 0,
        listeners: new Map(),
      };
      shelf.history.compact(compacted);
      shelves.set(storage, shelf);
    }
    return shelf;
  };

  const commit = (shelf: Shelf, event: StoreEvent): StoredObject => {
    revision = event.revision;
    shelf.changed = revision;
    log.append(event);
    shelf.history.append(event);
    const namespace = event.object.metadata.namespace;
    count(shelf, event);
    const all = shelf.listeners.get('');
    const some = namespace ? shelf.listeners.get(namespace) : undefined;
    if (all !== undefined) for (const listener of [...all]) listener(event);
    if (some !== undefined) for (const listener of [...some]) listener(event);
    return event.object;
  };

  const treeAt = (shelf: Shelf, wanted: number): Tree => {
    if (wanted >= shelf.changed) return shelf.tree;
    if (wanted < shelf.history.compacted) throw new CompactedError(wanted, shelf.history.compacted);
    if (shelf.snapshot?.revision === wanted) return shelf.snapshot.tree;
    const tree = shelf.tree.clone();
    for (const event of [...shelf.history.after(wanted)].reverse()) {
      if (event.previous === undefined) tree.delete(event.key);
      else tree.set(event.key, event.previous);
    }
    shelf.snapshot = { revision: wanted, tree };
    return tree;
  };

  const restore = ({ storage, key, object, deleted }: StoredChange): void => {
    const shelf = shelfOf(storage);
    const previous = shelf.tree.get(key);
    deepFreeze(object);
    if (deleted === true) shelf.tree.delete(key);
    else shelf.tree.set(key, object);
    shelf.changed = revisionOf(object);
    const type = deleted === true ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    count(shelf, { type, object });
    if (shelf.changed <= shelf.history.compacted) return;
    shelf.history.append({ revision: shelf.changed, type, storage, key, object, ...(previous && { previous }) });
  };

  compacted = image.compacted.get('') ?? 0;
  for (const [storage, upTo] of image.compacted) if (storage !== '') shelfOf(storage).history.compact(upTo);
  for (const change of image.changes) restore(change);
  // What was forgotten may have been a change of which nothing is left.
  for (const shelf of shelves.values()) shelf.changed = Math.max(shelf.changed, shelf.history.compacted);

  return {
    get revision() {
      return revision;
    },
    get(storage, key, at) {
      const shelf = shelves.get(storage);
      if (shelf === undefined) return undefined;
      return (at === undefined ? shelf.tree : treeAt(shelf, at)).get(key);
    },
    create(storage, key, draft) {
      const shelf = shelfOf(storage);
      if (!shelf.tree.set(key, draft as StoredObject, false)) return undefined;
      const object = seal(draft, revision + 1);
      return commit(shelf, { revision: revision + 1, type: 'ADDED', storage, key, object });
    },
    update(storage, key, expected, draft) {
      const shelf = shelfOf(storage);
      if (shelf.tree.get(key) !== expected) return undefined;
      const object = seal(draft, revision + 1);
      shelf.tree.set(key, object);
      return commit(shelf, { revision: revision + 1, type: 'MODIFIED', storage, key, object, previous: expected });
    },
    delete(storage, key, expected, final) {
      const shelf = shelfOf(storage);
      if (shelf.tree.get(key) !== expected) return undefined;
      const last = final ?? { ...expected, metadata: { ...expected.metadata } };
      const object = seal(last, revision + 1);
      shelf.tree.delete(key);
      return commit(shelf, { revision: revision + 1, type: 'DELETED', storage, key, object, previous: expected });
    },
    list(storage, range = {}) {
      const shelf = shelfOf(storage);
      const at = range.revision ?? revision;
      const tree = treeAt(shelf, at);
      const { namespace } = range;
      const total = () => (tree === shelf.tree && namespace ? (shelf.counts.get(namespace) ?? 0) : undefined);
      return { revision: at, ...shelf.page(tree, at, range, total) };
    },
    watch(storage, from, selection, listener) {
      const shelf = shelfOf(storage);
      if (from < shelf.history.compacted) throw new CompactedError(from, shelf.history.compacted);
      const namespace = selection.namespace ?? '';
      if (from < shelf.changed) {
        for (const event of shelf.history.after(from)) {
          if (namespace === '' || event.object.metadata.namespace === namespace) listener(event);
        }
      }
      let group = shelf.listeners.get(namespace);
      if (group === undefined) {
        group = new Set();
        shelf.listeners.set(namespace, group);
      }
      const entry: StoreListener = (event) => listener(event);
      const listeners = group.add(entry);
      return () => {
        listeners.delete(entry);
        if (listeners.size === 0 && shelf.listeners.get(namespace) === listeners) shelf.listeners.delete(namespace);
      };
    },
    compact(upTo) {
      compacted = Math.max(compacted, Math.min(upTo, revision));
      for (const shelf of shelves.values()) {
        shelf.history.compact(compacted);
        if (shelf.snapshot !== undefined && shelf.snapshot.revision < compacted) shelf.snapshot = undefined;
      }
      log.forget('', compacted, [], revision);
    },
    storages: () => [...shelves.keys()],
    whenDurable: (settled) => log.whenDurable(settled),
    image() {
      const changes: StoredChange[] = [];
      for (const [storage, { tree }] of shelves) {
        for (const [key, object] of tree.entries()) changes.push({ storage, key, object });
      }
      changes.sort((a, b) => revisionOf(a.object) - revisionOf(b.object));
      return { revision, compacted: new Map([['', revision]]), changes };
    },
  };
}

function count({ counts }: Shelf, { type, object }: Pick<StoreEvent, 'type' | 'object'>): void {
  const { namespace } = object.metadata;
  if (!namespace || type === 'MODIFIED') return;
  const now = (counts.get(namespace) ?? 0) + (type === 'ADDED' ? 1 : -1);
  if (now === 0) counts.delete(namespace);
  else counts.set(namespace, now);
}

/** Gives a draft its resourceVersion (in place of the one it has, so that the order of fields stays) and freezes it. */
function seal(draft: Draft, revision: number): StoredObject {
  (draft.metadata as { resourceVersion: string }).resourceVersion = String(revision);
  return deepFreeze(draft) as StoredObject & { metadata: StoredMeta };
}
