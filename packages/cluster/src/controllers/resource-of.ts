import { type AnyResource, joinApiVersion, type Scope } from '@opwright/machinery';

/** The resource value of a kind that is known by its names only. */
export function resourceOf(names: {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly scope: Scope;
}): AnyResource {
  const { group, version, plural, kind, scope } = names;
  return {
    apiVersion: joinApiVersion(group, version),
    group,
    version,
    plural,
    kind,
    scope,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    subresources: [],
  };
}
