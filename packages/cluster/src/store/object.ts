import { deepFreeze as freezeTree, type JsonObject } from '@opwright/machinery';

/** An object in the store: deeply frozen, shared by everybody who reads it. */
export interface StoredObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: StoredMeta;
}

export interface StoredMeta extends JsonObject {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly ownerReferences?: readonly JsonObject[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly JsonObject[];
}

/** Freezes a JSON tree; what is frozen already is taken to be frozen all the way down. Keeps the type. */
export function deepFreeze<T>(value: T): T {
  freezeTree(value);
  return value;
}

/** The key of an object within its storage; keys sort as etcd's do, by namespace and then by name. */
export function storeKey(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}
