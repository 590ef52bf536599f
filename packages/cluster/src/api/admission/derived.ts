import type { StoredObject } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';

/** A value made from the objects of some storages; made again when it is asked for after one of them has changed. */
export function derived<T>(store: Store, storages: readonly string[], make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  for (const storage of storages) {
    store.watch(storage, store.revision, {}, () => {
      made = undefined;
    });
  }
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The objects of a storage by namespace and name, kept with every write. */
export function byNamespace(
  store: Store,
  storage: string,
): (namespace: string) => ReadonlyMap<string, StoredObject> | undefined {
  const namespaces = new Map<string, Map<string, StoredObject>>();
  const put = (object: StoredObject, present: boolean): void => {
    const { name, namespace = '' } = object.metadata;
    let objects = namespaces.get(namespace);
    if (!present) {
      objects?.delete(name);
      if (objects?.size === 0) namespaces.delete(namespace);
      return;
    }
    if (objects === undefined) {
      objects = new Map();
      namespaces.set(namespace, objects);
    }
    objects.set(name, object);
  };
  for (const object of store.list(storage).items) put(object, true);
  store.watch(storage, store.revision, {}, ({ type, object }) => put(object, type !== 'DELETED'));
  return (namespace) => namespaces.get(namespace);
}
