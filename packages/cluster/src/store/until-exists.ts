import type { Store } from './store.ts';

/** Resolves when there is such an object. */
export function untilExists(store: Store, storage: string, key: string): Promise<void> {
  if (store.get(storage, key) !== undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = store.watch(storage, store.revision, {}, (event) => {
      if (event.key !== key || event.type === 'DELETED') return;
      stop();
      resolve();
    });
  });
}
