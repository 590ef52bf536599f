import type { JsonObject } from '@opwright/machinery';
import type { ServedKind, SubresourceKind } from '../../kinds/kind.ts';
import type { Group } from './groups.ts';

export type AggregatedVersion = 'v2' | 'v2beta1';

/** Everything below `/api` or `/apis` in one document (apidiscovery.k8s.io). */
export function groupDiscoveryList(groups: readonly Group[], version: AggregatedVersion): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: { ...(group.name !== '' && { name: group.name }), creationTimestamp: null },
      versions: group.versions.map(({ version, kinds }) => ({
        version,
        resources: kinds.map(resourceEntry),
        freshness: 'Current',
      })),
    })),
  };
}

function resourceEntry(kind: ServedKind): JsonObject {
  const subresources = kind.subresources.map((subresource) => subresourceEntry(kind, subresource));
  return {
    resource: kind.plural,
    responseKind: { ...own(kind), kind: kind.kind },
    scope: kind.scope,
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}

function subresourceEntry(kind: ServedKind, subresource: SubresourceKind): JsonObject {
  const { group, version } = { ...own(kind), ...foreign(subresource) };
  return {
    subresource: subresource.name,
    responseKind: { group, version, kind: subresource.kind },
    verbs: subresource.verbs,
  };
}

/** Built-in resources leave out what their parent says; custom ones repeat it. */
function own(kind: ServedKind): { readonly group: string; readonly version: string } {
  return kind.custom ? { group: kind.group, version: kind.version } : { group: '', version: '' };
}

function foreign(subresource: SubresourceKind): { readonly group?: string; readonly version?: string } {
  return {
    ...(subresource.group !== undefined && { group: subresource.group }),
    ...(subresource.version !== undefined && { version: subresource.version }),
  };
}
