import type { AnyResource, ObjectKey } from '@opwright/machinery';

/** Query parameters; absent and undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The path of all objects of a resource, in one namespace or, without `namespace`, in all of them.
 * The namespace is ignored for cluster-scoped resources.
 */
export function collectionPath(resource: AnyResource, namespace?: string): string {
  const base = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  if (resource.scope === 'Cluster' || namespace === undefined || namespace === '') return `${base}/${resource.plural}`;
  return `${base}/namespaces/${segment(namespace, `namespace of ${resource.kind}`)}/${resource.plural}`;
}

/**
 * The path of one object, or of one of its subresources.
 * @throws TypeError when the key does not name one object of the resource
 */
export function objectPath(resource: AnyResource, key: ObjectKey, subresource?: string): string {
  requireNamespace(resource, key.namespace);
  const path = `${collectionPath(resource, key.namespace)}/${segment(key.name, `name of ${resource.kind}`)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/**
 * Fails before a request goes to a path that means something else: without a namespace it would be the collection of
 * all namespaces.
 * @throws TypeError naming the remedy
 */
export function requireNamespace(resource: AnyResource, namespace: string | undefined): void {
  if (resource.scope === 'Cluster' || (namespace !== undefined && namespace !== '')) return;
  throw new TypeError(
    `${resource.kind} is namespaced, and no namespace was given: pass { name, namespace }, or set metadata.namespace of the object`,
  );
}

/** Appends query parameters, percent-encoded. */
export function withQuery(path: string, query: Query): string {
  let complete = path;
  let separator = path.includes('?') ? '&' : '?';
  for (const name of Object.keys(query)) {
    const value = query[name];
    if (value === undefined) continue;
    complete += `${separator}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    separator = '&';
  }
  return complete;
}

function segment(value: string, what: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(`the ${what} is empty: an empty name would address all objects`);
  }
  if (value === '.' || value === '..' || /[/%]/.test(value)) {
    throw new TypeError(`invalid ${what} ${JSON.stringify(value)}: it may not be '.' or '..' nor contain '/' or '%'`);
  }
  return encodeURIComponent(value);
}
