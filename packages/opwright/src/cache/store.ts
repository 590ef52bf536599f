import { type KubeObject, keyString } from '@opwright/machinery';
import { compareVersions, createOverlay } from './overlay.ts';

/** What changed in a store. */
export type Delta =
  | { readonly type: 'add'; readonly object: KubeObject; readonly initial: boolean }
  | { readonly type: 'update'; readonly old: KubeObject; readonly object: KubeObject }
  /** `stale`: the deletion itself was not seen, `object` is the last state known. */
  | { readonly type: 'delete'; readonly object: KubeObject; readonly stale: boolean };

/** The values under which an index files an object. */
export type IndexFunction = (object: KubeObject) => readonly string[];

/** What readers may do with a store. */
export interface StoreReader {
  get(key: string): KubeObject | undefined;
  /** In no particular order. */
  values(): Iterable<KubeObject>;
  /** The objects that the index has filed under `value`. @throws Error when there is no such index */
  byIndex(index: string, value: string): Iterable<KubeObject>;
}

/**
 * The objects of one resource as the server last showed them, with inverted indexes that change together with them.
 * Every writing method returns what it changed; a version that is there already changes nothing, and an object that was
 * deleted and created anew (another uid) is a delete and an add.
 *
 * The reads show our own writes at once: {@link Store.wrote} lays a written version over the stored one until the stream
 * of events has reached it.
 */
export interface Store extends StoreReader {
  readonly size: number;
  /** The version up to which events were seen. */
  readonly resourceVersion: string;
  addIndex(name: string, index: IndexFunction): void;
  replace(objects: readonly KubeObject[], resourceVersion: string): Delta[];
  /**
   * The same in steps that each take next to no time. Readers see nothing of it before the function that it gives at the end
   * is called; until then only own writes may come.
   */
  replacing(objects: readonly KubeObject[], resourceVersion: string): Generator<void, () => Delta[]>;
  put(object: KubeObject): Delta[];
  remove(object: KubeObject): Delta[];
  bookmark(resourceVersion: string): Delta[];
  /** Nothing is followed any more: takes out all objects and own writes. */
  clear(): Delta[];
  /** Shows a version that the server returned for our own write. */
  wrote(object: KubeObject): void;
  /** Hides an object that the server said is gone. */
  deleted(key: string, uid: string): void;
  /** There is an own write of the object that the events have not reached. */
  isPending(key: string): boolean;
  /** The stored object without own writes. */
  peek(key: string): KubeObject | undefined;
  /** The stored objects without own writes that the events have not reached yet: what listeners have been told. */
  stored(): Iterable<KubeObject>;
}

/** Called when an index function throws; the object is not found by that index then. */
export type IndexErrorHandler = (error: unknown, index: string, object: KubeObject) => void;

export function createStore(onIndexError: IndexErrorHandler = () => {}): Store {
  let objects = new Map<string, KubeObject>();
  const indexes = new Map<string, Index>();
  const overlay = createOverlay();
  let version = '';

  function set(key: string, old: KubeObject | undefined, object: KubeObject | undefined): void {
    if (object) objects.set(key, object);
    else objects.delete(key);
    for (const index of indexes.values()) index.move(key, old, object);
  }

  /** What an object changes when it comes in the place of `old`. */
  function changesOf(old: KubeObject | undefined, object: KubeObject, initial: boolean): Delta[] {
    if (!old) return [{ type: 'add', object, initial }];
    const { uid, resourceVersion } = object.metadata;
    if (old.metadata.uid !== uid) {
      return [
        { type: 'delete', object: old, stale: true },
        { type: 'add', object, initial: false },
      ];
    }
    return old.metadata.resourceVersion === resourceVersion ? [] : [{ type: 'update', old, object }];
  }

  function* replacing(next: readonly KubeObject[], resourceVersion: string): Generator<void, () => Delta[]> {
    const initial = version === '';
    const replacement = new Map<string, KubeObject>();
    const changes: Delta[] = [];
    for (const object of next) {
      const key = keyString(object.metadata);
      const old = replacement.get(key) ?? objects.get(key);
      const deltas = changesOf(old, object, initial);
      for (const delta of deltas) changes.push(delta);
      // A version that is there already stays the object that it is.
      replacement.set(key, deltas.length > 0 || !old ? object : old);
      yield;
    }
    const deltas: Delta[] = [];
    for (const [key, object] of objects) {
      if (!replacement.has(key)) deltas.push({ type: 'delete', object, stale: true });
      yield;
    }
    for (const delta of changes) deltas.push(delta);
    const rebuilt = new Map<string, Index>();
    function* rebuild(): Generator<void, void> {
      for (const [name, { valuesOf }] of indexes) {
        if (rebuilt.has(name)) continue;
        const index = createIndex(valuesOf);
        for (const [key, object] of replacement) {
          index.move(key, undefined, object);
          yield;
        }
        rebuilt.set(name, index);
      }
    }
    yield* rebuild();
    return () => {
      // Those that were added since.
      for (const _ of rebuild());
      objects = replacement;
      for (const [name, index] of rebuilt) indexes.set(name, index);
      // A server that lost its history will never reach the versions that it gave to our writes.
      const wentBack = (compareVersions(resourceVersion, version) ?? 0) < 0;
      if (wentBack) tellVanished(overlay.forget(objects), deltas);
      return reach(resourceVersion, deltas);
    };
  }

  function reach(resourceVersion: string, deltas: Delta[], changedKey?: string): Delta[] {
    version = resourceVersion;
    return tellVanished(overlay.reached(version, objects, changedKey), deltas);
  }

  /** An object that only our own write has shown, and that is gone now, must be told of: no event will. */
  function tellVanished(vanished: readonly KubeObject[], deltas: Delta[]): Delta[] {
    for (const object of vanished) {
      if (deltas.some((delta) => delta.type === 'delete' && delta.object.metadata.uid === object.metadata.uid))
        continue;
      deltas.push({ type: 'delete', object, stale: true });
    }
    return deltas;
  }

  function indexNamed(name: string): Index {
    const index = indexes.get(name);
    if (!index) {
      const known = [...indexes.keys()].join(', ') || 'none';
      throw new Error(`no index "${name}" (declared: ${known}): declare it with .reads(resource, { indexes: { … } })`);
    }
    return index;
  }

  return {
    get size() {
      return objects.size;
    },
    get resourceVersion() {
      return version;
    },
    addIndex(name, valuesOf) {
      if (indexes.has(name)) throw new Error(`the index "${name}" exists already`);
      const index = createIndex((object) => {
        try {
          return valuesOf(object);
        } catch (error) {
          onIndexError(error, name, object);
          return [];
        }
      });
      for (const [key, object] of objects) index.move(key, undefined, object);
      indexes.set(name, index);
    },
    replace(next, resourceVersion) {
      const steps = replacing(next, resourceVersion);
      for (;;) {
        const { done, value } = steps.next();
        if (done) return value();
      }
    },
    replacing,
    put(object) {
      const key = keyString(object.metadata);
      const old = objects.get(key);
      const deltas = changesOf(old, object, false);
      if (deltas.length > 0) set(key, old, object);
      return reach(object.metadata.resourceVersion, deltas, key);
    },
    remove(object) {
      const key = keyString(object.metadata);
      const old = objects.get(key);
      if (old) set(key, old, undefined);
      const deltas: Delta[] = old ? [{ type: 'delete', object, stale: false }] : [];
      return reach(object.metadata.resourceVersion, deltas, key);
    },
    bookmark(resourceVersion) {
      return reach(resourceVersion, []);
    },
    clear() {
      const deltas = Array.from(objects.values(), (object): Delta => ({ type: 'delete', object, stale: true }));
      objects = new Map();
      for (const [name, { valuesOf }] of indexes) indexes.set(name, createIndex(valuesOf));
      version = '';
      return tellVanished(overlay.forget(objects), deltas);
    },
    wrote(object) {
      overlay.show(keyString(object.metadata), object, version, objects);
    },
    deleted(key, uid) {
      overlay.hide(key, uid, objects);
    },
    isPending: overlay.has,
    get: (key) => overlay.get(key, objects),
    values: () => overlay.values(objects),
    peek: (key) => objects.get(key),
    stored: () => objects.values(),
    byIndex(name, value) {
      const index = indexNamed(name);
      const found = index.find(value);
      return overlay.isEmpty ? found : overlay.filtered(found, (object) => index.valuesOf(object).includes(value));
    },
  };
}

interface Index {
  readonly valuesOf: IndexFunction;
  move(key: string, old: KubeObject | undefined, object: KubeObject | undefined): void;
  find(value: string): Iterable<KubeObject>;
}

function createIndex(valuesOf: IndexFunction): Index {
  const buckets = new Map<string, Map<string, KubeObject>>();
  return {
    valuesOf,
    move(key, old, object) {
      for (const value of old ? valuesOf(old) : []) {
        const bucket = buckets.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) buckets.delete(value);
      }
      for (const value of object ? valuesOf(object) : []) {
        const bucket = buckets.get(value);
        if (bucket) bucket.set(key, object!);
        else buckets.set(value, new Map([[key, object!]]));
      }
    },
    find: (value) => buckets.get(value)?.values() ?? [],
  };
}
