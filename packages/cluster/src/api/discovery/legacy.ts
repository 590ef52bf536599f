import type { JsonObject } from '@opwright/machinery';
import type { ServedKind, SubresourceKind } from '../../kinds/kind.ts';
import { type Group, type GroupVersion, isCustom } from './groups.ts';
import { storageVersionHash } from './storage-version.ts';

/** `/api` */
export function apiVersions(core: Group, serverAddress: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: core.versions.map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `/apis`: the groups of custom resources, which have one priority, stand in the order of their APIServices' names. */
export function apiGroupList(groups: readonly Group[]): JsonObject {
  const builtin = groups.filter((group) => !isCustom(group));
  const custom = groups.filter(isCustom).sort((a, b) => (serviceName(a) < serviceName(b) ? -1 : 1));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...builtin, ...custom].map(groupEntry) };
}

/** Of its APIServices the first by name. */
function serviceName({ name, versions }: Group): string {
  return versions.map(({ version }) => `${version}.${name}`).sort()[0] ?? name;
}

/** `/apis/<group>` */
export function apiGroup(group: Group): JsonObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
}

function groupEntry(group: Group): JsonObject {
  const versions = group.versions.map(({ groupVersion, version }) => ({ groupVersion, version }));
  return { name: group.name, versions, ...(versions[0] && { preferredVersion: { ...versions[0] } }) };
}

/** `/api/v1` and `/apis/<group>/<version>` */
export function apiResourceList({ groupVersion, kinds }: GroupVersion, all: readonly ServedKind[]): JsonObject {
  return {
    kind: 'APIResourceList',
    // The core group's document is older than the field.
    ...(groupVersion.includes('/') && { apiVersion: 'v1' }),
    groupVersion,
    resources: kinds.flatMap((kind) => [
      resourceEntry(kind, storageVersionHash(kind, all)),
      ...kind.subresources.map((subresource) => subresourceEntry(kind, subresource)),
    ]),
  };
}

function resourceEntry(kind: ServedKind, hash: string | undefined): JsonObject {
  return {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.scope === 'Namespaced',
    kind: kind.kind,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(hash !== undefined && { storageVersionHash: hash }),
  };
}

function subresourceEntry(kind: ServedKind, subresource: SubresourceKind): JsonObject {
  return {
    name: `${kind.plural}/${subresource.name}`,
    singularName: '',
    namespaced: kind.scope === 'Namespaced',
    ...(subresource.group !== undefined && { group: subresource.group }),
    ...(subresource.version !== undefined && { version: subresource.version }),
    kind: subresource.kind,
    verbs: subresource.verbs,
  };
}
