import type { ObjectKey } from '../meta.ts';

/** The key of an object. */
export function keyOf(object: { readonly metadata: ObjectKey }): ObjectKey {
  const { name, namespace } = object.metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

/** `namespace/name`, or `name` for cluster-scoped objects: controller-runtime's and client-go's form. */
export function keyString({ name, namespace }: ObjectKey): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The inverse of {@link keyString}. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { name: text.slice(slash + 1), namespace: text.slice(0, slash) };
}

/** Whether the object carries the finalizer. */
export function hasFinalizer(
  object: { readonly metadata: { readonly finalizers?: readonly string[] } },
  finalizer: string,
): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/** Whether deletion was requested: only finalizers or a grace period keep the object. */
export function isDeleting(object: { readonly metadata: { readonly deletionTimestamp?: string } }): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
