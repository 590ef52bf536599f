import type { OwnerReference } from '../meta.ts';
import type { AnyResource } from '../resource.ts';

/** What owner functions need to see of an object. */
export interface Owned {
  readonly metadata: { readonly ownerReferences?: readonly OwnerReference[] };
}

/** What an owner must have: it has been stored. */
export interface Owner {
  readonly metadata: { readonly name: string; readonly uid: string };
}

/**
 * The reference to put into a dependent. With `controller` (the default) the owner is the dependent's controller and
 * foreground deletion of the owner waits for the dependent.
 */
export function ownerReference(
  resource: Pick<AnyResource, 'apiVersion' | 'kind'>,
  owner: Owner,
  { controller = true }: { readonly controller?: boolean } = {},
): OwnerReference {
  const { name, uid } = owner.metadata;
  const reference = { apiVersion: resource.apiVersion, kind: resource.kind, name, uid };
  return controller ? { ...reference, controller: true, blockOwnerDeletion: true } : reference;
}

/** The reference to the object's controller, if it has one. */
export function controllerOf(object: Owned): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** Whether `owner` is the controller of the object; by uid, so that a namesake is not taken for it. */
export function isControlledBy(object: Owned, owner: Owner): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** Whether any owner reference, controller or not, points to `owner`. */
export function isOwnedBy(object: Owned, owner: Owner): boolean {
  return object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid) ?? false;
}
