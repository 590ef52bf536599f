import type { StoredObject } from '../../../store/object.ts';
import type { Store } from '../../../store/store.ts';
import { derived } from '../derived.ts';
import { type Binding, type Policy, readBinding } from './policy.ts';

export interface BoundPolicy<P extends Policy> {
  readonly policy: P;
  readonly bindings: readonly Binding[];
}

/** The policies that are bound, both sorted by name, as they are when it is called. What did not change is compiled once. */
export function boundPolicies<P extends Policy>(
  store: Store,
  storage: { readonly policies: string; readonly bindings: string },
  read: (policy: StoredObject) => P,
): () => readonly BoundPolicy<P>[] {
  const policies = remembering(read);
  const bindings = remembering(readBinding);
  return derived(store, [storage.policies, storage.bindings], () => {
    const bound = new Map<string, Binding[]>();
    for (const stored of store.list(storage.bindings).items) {
      const binding = bindings(stored);
      const known = bound.get(binding.policyName);
      if (known === undefined) bound.set(binding.policyName, [binding]);
      else known.push(binding);
    }
    return store.list(storage.policies).items.flatMap((stored) => {
      const of = bound.get(stored.metadata.name);
      return of === undefined ? [] : [{ policy: policies(stored), bindings: of }];
    });
  });
}

function remembering<T>(read: (object: StoredObject) => T): (object: StoredObject) => T {
  const known = new WeakMap<StoredObject, { readonly value: T }>();
  return (object) => {
    let found = known.get(object);
    if (found === undefined) {
      found = { value: read(object) };
      known.set(object, found);
    }
    return found.value;
  };
}
