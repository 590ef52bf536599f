import type { AnyResource, ObjectKey } from '@opwright/machinery';
import type { SubresourceClient } from '../client.ts';
import { objectPath, withQuery } from './paths.ts';
import type { Requests } from './requests.ts';
import { typed } from './typed.ts';

/**
 * Access to a subresource that is an object.
 *
 * @param type what it is sent as
 */
export function subresource<Stored, Input extends object>(
  { call, write, patch, apply }: Requests,
  resource: AnyResource,
  name: string,
  type: { readonly apiVersion: string; readonly kind: string },
): SubresourceClient<Stored, Input> {
  const named = (key: ObjectKey, object: Input): object => {
    const metadata = 'metadata' in object ? (object.metadata as object | undefined) : undefined;
    const { name: objectName, namespace } = key;
    return { ...typed(type, object), metadata: { name: objectName, ...(namespace && { namespace }), ...metadata } };
  };
  const path = (key: ObjectKey) => objectPath(resource, key, name);
  return {
    get: async (key, opts = {}) =>
      call('GET', withQuery(path(key), { resourceVersion: opts.resourceVersion }), opts.signal),
    update: async (key, object, opts) => write('PUT', path(key), named(key, object), opts),
    patch: async (key, change, opts) => patch(path(key), change, opts),
    apply: async (key, object, opts) => apply(path(key), named(key, object), opts),
  };
}
