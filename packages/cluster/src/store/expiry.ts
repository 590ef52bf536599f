import { type Clock, parseTime, type Timer } from '@opwright/machinery';
import { type StoredObject, storeKey } from './object.ts';
import type { Store } from './store.ts';

/**
 * Removes the objects of a storage some time after they were last written, as etcd does with those that hang on a lease:
 * whatever their finalizers say, and with an event for watchers. The cost of a write does not depend on how many wait.
 *
 * @param ttlMs 0: never
 * @returns the function that ends it
 */
export function expireAfter(store: Store, storage: string, ttlMs: number, clock: Clock): () => void {
  if (ttlMs <= 0) return () => {};
  /** In the order of writing, which is that of the ends: the last entry of a key counts. */
  const ends = new Map<string, { readonly object: StoredObject; readonly at: number }>();
  let timer: Timer | undefined;

  const arm = () => {
    const [first] = ends.values();
    if (timer !== undefined || first === undefined) return;
    timer = clock.setTimeout(expire, Math.max(0, first.at - clock.now()));
  };
  const expire = () => {
    timer = undefined;
    for (const [key, { object, at }] of ends) {
      if (at > clock.now()) break;
      ends.delete(key);
      store.delete(storage, key, object);
    }
    arm();
  };
  const keep = (key: string, object: StoredObject, writtenAt: number) => {
    ends.delete(key);
    ends.set(key, { object, at: writtenAt + ttlMs });
  };

  const { items, revision } = store.list(storage);
  const known = items.map((object) => ({ object, at: lastWrite(object) })).sort((a, b) => a.at - b.at);
  for (const { object, at } of known) keep(keyOf(object), object, at);
  const stop = store.watch(storage, revision, {}, ({ type, key, object }) => {
    if (type === 'DELETED') ends.delete(key);
    else keep(key, object, clock.now());
    arm();
  });
  arm();
  return () => {
    stop();
    timer?.cancel();
  };
}

/** As far as the object itself tells: for what a store begins with. */
function lastWrite({ metadata }: StoredObject): number {
  const times = [metadata.creationTimestamp, ...(metadata.managedFields ?? []).map(({ time }) => time)];
  return Math.max(0, ...times.map((time) => (typeof time === 'string' ? (parseTime(time) ?? 0) : 0)));
}

const keyOf = ({ metadata }: StoredObject) => storeKey(metadata.namespace, metadata.name);
