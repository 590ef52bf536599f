import {
  type AnyResource,
  controllerOf,
  isOwnedBy,
  type KubeObject,
  keyString,
  type ObjectKey,
} from '@opwright/machinery';
import { appliedEntry } from './applied.ts';

/**
 * An object that the controller may not take for its own: something else controls it, it was there before and adopting is
 * not allowed, or Kubernetes does not let the owner own it. It is left as it is. Tried again like every error, for the
 * other one may go.
 */
export class OwnershipError extends Error {
  override readonly name = 'OwnershipError';
}

/** Which existing objects a controller takes over: those without a controller, and only if this says so. */
export type Adopt = boolean | ((object: KubeObject) => boolean);

export interface Claim {
  readonly owner: KubeObject;
  readonly ownerResource: AnyResource;
  readonly resource: AnyResource;
  readonly fieldManager: string;
  readonly adopt: Adopt;
}

/**
 * Throws unless `live` is the owner's already, or may become its own: it has no controller, and either this controller has
 * applied it before (somebody took the reference out) or it may be adopted.
 *
 * @throws OwnershipError that names both
 */
export function checkClaim(live: KubeObject, { owner, ownerResource, resource, fieldManager, adopt }: Claim): void {
  const controller = controllerOf(live);
  if (controller?.uid === owner.metadata.uid) return;
  const object = nameOf(resource, live.metadata);
  const self = nameOf(ownerResource, owner.metadata);
  if (controller) {
    throw new OwnershipError(`${object} is controlled by ${controller.kind} "${controller.name}", not by ${self}`);
  }
  if (isOwnedBy(live, owner) || appliedEntry(live, fieldManager)) return;
  if (typeof adopt === 'function' ? adopt(live) : adopt) return;
  throw new OwnershipError(
    `${object} exists, and ${self} has not made it: rename or delete it, or let it be adopted: .owns(${resource.kind}, { adopt: … })`,
  );
}

/** Owners are cluster-scoped or in the namespace of what they own: the garbage collector deletes everything else. */
export function canOwn(owner: KubeObject, namespace: string | undefined): boolean {
  return owner.metadata.namespace === undefined || owner.metadata.namespace === namespace;
}

export function cannotOwn(
  owner: KubeObject,
  ownerResource: AnyResource,
  resource: AnyResource,
  key: ObjectKey,
): OwnershipError {
  const where = key.namespace === undefined ? 'is cluster-scoped' : 'is in another namespace';
  return new OwnershipError(
    `${nameOf(ownerResource, owner.metadata)} cannot own ${nameOf(resource, key)}, which ${where}: ` +
      `add .writes(${resource.kind}) to the controller and delete what it makes there in .finalize(…)`,
  );
}

/** `ConfigMap "default/web"`. */
export function nameOf({ kind }: AnyResource, key: ObjectKey): string {
  return `${kind} "${keyString(key)}"`;
}
