import type { AnyResource, KubeObject, ObjectMeta, Resource } from '@opwright/machinery';

/** An object of which only the metadata is read. */
export interface ObjectMetadata<ApiVersion extends string, Kind extends string> extends KubeObject {
  readonly apiVersion: ApiVersion;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
}

/** A view of a kind: its objects without spec, data and status. */
export interface MetadataOnly<R extends AnyResource>
  extends Resource<R['apiVersion'], R['kind'], ObjectMetadata<R['apiVersion'], R['kind']>, never> {
  readonly metadataOnly: true;
}

/**
 * The metadata of a kind as a resource of its own: `.watches(metadataOf(Secret), …)` and `ctx.list(metadataOf(Secret))` need
 * a fraction of the memory, and no Secret's data ever reaches the process. Permissions are those of the kind.
 *
 * Where another controller of the operator reads the whole kind with the same selectors, there is one watch, and the objects are
 * whole at run time.
 */
export function metadataOf<R extends AnyResource>(resource: R): MetadataOnly<R> {
  const { apiVersion, group, version, kind, plural, singular, scope, shortNames, categories, subresources } = resource;
  const names = { apiVersion, group, version, kind, plural, singular, scope, shortNames, categories, subresources };
  return Object.freeze({ ...names, metadataOnly: true as const });
}

export function isMetadataOnly(resource: AnyResource): boolean {
  return (resource as Partial<MetadataOnly<AnyResource>>).metadataOnly === true;
}

/** What a metadata-only view shows of an object. */
export function onlyMetadata({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata };
}
