import type { ServedKind } from '../../kinds/kind.ts';

/** Names of things in OpenAPI documents, as Kubernetes makes them. */

export const metaV1 = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Where the Go types of a built-in group live, as a reversed domain. */
const packages: ReadonlyMap<string, string> = new Map([
  ['', 'io.k8s.api.core'],
  ['apiextensions.k8s.io', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions'],
  ['apiregistration.k8s.io', 'io.k8s.kube-aggregator.pkg.apis.apiregistration'],
]);

/** `io.k8s.api.apps.v1.Deployment`; for custom resources the group reversed, `io.ex.v1.Widget`. */
export function schemaName(of: { group: string; version: string; kind: string; custom?: boolean }): string {
  const { group, version, kind } = of;
  const prefix = of.custom
    ? group.split('.').reverse().join('.')
    : (packages.get(group) ?? `io.k8s.api.${group.split('.')[0]}`);
  return `${prefix}.${version}.${kind}`;
}

export function reference(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** `Apps`, `RbacAuthorization`, `ExIo`: a group in operation ids. */
export function groupId(group: string): string {
  const short = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
  return short.split(/[.-]/).map(capitalize).join('');
}

/** `apps_v1`, `rbacAuthorization_v1`: the tag of a group's, or a group-version's, operations. */
export function tag(group: string, version?: string): string {
  const id = groupId(group);
  const name = id.charAt(0).toLowerCase() + id.slice(1);
  return version === undefined ? name : `${name}_${version}`;
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function pathOf(kind: Pick<ServedKind, 'group' | 'version'>): string {
  return kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
}
