// Served resources from discovery, subresources below their parent. The format is ServedGroupVersion of src/data/resources.ts.

/**
 * @param {{groups: {name: string, preferredVersion: {groupVersion: string}, versions: {groupVersion: string}[]}[]}} groups
 *   the answer to GET /apis
 * @param {Record<string, {resources: object[]}>} lists the APIResourceList of every group version
 * @param {Record<string, {versions?: string[]}>} types the compact types: group-versions without any are not built in
 */
export function compactResources(groups, lists, types) {
  const builtin = new Set(Object.values(types).flatMap((type) => (type.versions?.length === 1 ? type.versions : [])));
  const order = ['v1', ...groups.groups.flatMap((group) => group.versions.map((version) => version.groupVersion))];
  return order
    .filter((groupVersion) => lists[groupVersion] && builtin.has(groupVersion))
    .map((groupVersion) => ({ groupVersion, resources: nest(lists[groupVersion].resources) }));
}

function nest(list) {
  const parents = list.filter((entry) => !entry.name.includes('/'));
  return parents.map((entry) => {
    const { name, singularName, namespaced, kind, verbs, shortNames, categories, storageVersionHash } = entry;
    const subresources = list
      .filter((other) => other.name.startsWith(`${name}/`))
      .map((other) => ({
        name: other.name.slice(name.length + 1),
        ...(other.group !== undefined && { group: other.group }),
        ...(other.version !== undefined && { version: other.version }),
        kind: other.kind,
        verbs: other.verbs,
      }));
    return {
      name,
      singularName,
      namespaced,
      kind,
      verbs,
      ...(shortNames && { shortNames }),
      ...(categories && { categories }),
      ...(storageVersionHash && { storageVersionHash }),
      ...(subresources.length > 0 && { subresources }),
    };
  });
}
