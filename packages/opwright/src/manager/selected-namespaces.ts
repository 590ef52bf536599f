import { builtinResource, type KubeObject, type ObjectMeta, type ObjectMetaInput } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { KindCache, Subscription } from '../cache/kind-cache.ts';
import { type NamespaceSet, namespaceSet } from '../cache/namespaces.ts';

interface StoredNamespace extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Namespace';
  readonly metadata: ObjectMeta;
}

const Namespace = builtinResource<'v1', 'Namespace', StoredNamespace, { readonly metadata: ObjectMetaInput }>({
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
});

/** Namespaces by their labels. */
export interface NamespaceSelector {
  /** `team=a,env in (prod,staging)`. */
  readonly labelSelector: string;
}

export type FollowedNamespaces = readonly string[] | NamespaceSet | NamespaceSelector;

/** The set that a cache follows; undefined = all namespaces. */
export function followedSet(namespaces: FollowedNamespaces | undefined): NamespaceSet | undefined {
  if (namespaces === undefined) return undefined;
  if ('labelSelector' in namespaces) return namespaceSet();
  return 'onChange' in namespaces ? namespaces : namespaceSet(namespaces);
}

/** Keeps `set` equal to the namespaces that the selector selects. */
export function selectNamespaces(
  cache: Cache,
  set: NamespaceSet,
  { labelSelector }: NamespaceSelector,
): { readonly kind: KindCache; readonly subscription: Subscription } {
  const kind = cache.kind(Namespace, { labelSelector });
  const subscription = kind.listen(({ type, object }) => {
    if (type === 'delete') set.delete(object.metadata.name);
    else set.add(object.metadata.name);
  });
  return { kind, subscription };
}
