import type { JsonObject } from '@opwright/machinery';

/** Reads stored objects, as far as admission must know them. */
export interface Lookup {
  /** `storage` as in ServedKind: `serviceaccounts`, `priorityclasses.scheduling.k8s.io`. */
  get(storage: string, namespace: string, name: string): JsonObject | undefined;
  /** Every object of a resource, of all namespaces. */
  list(storage: string): Iterable<JsonObject>;
  /** Every object of a resource in one namespace; costs nothing where there is none. */
  within(storage: string, namespace: string): Iterable<JsonObject>;
}
