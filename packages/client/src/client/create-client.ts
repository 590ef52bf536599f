import type { AnyResource, Infer, InferInput, ObjectKey, Status } from '@opwright/machinery';
import type { Client, DeleteOptions, GetOptions, Scale, ScaleInput } from '../client.ts';
import type { RequestBody, Transport, TransportRequest } from '../transport.ts';
import { jsonOf } from './errors.ts';
import { headerValues } from './headers.ts';
import { createLists, selectionQuery } from './lists.ts';
import { collectionPath, objectPath, requireNamespace, withQuery } from './paths.ts';
import { type ClientOptions, createRequests } from './requests.ts';
import { subresource } from './subresource.ts';
import { typed } from './typed.ts';
import { watch } from './watch.ts';

/**
 * A client that sends each call as one request through `transport`. It does not retry, cache or log.
 *
 * Objects are sent with the resource's `apiVersion` and `kind` where they lack them, and list items come back with
 * theirs (built-in kinds leave them out in lists).
 *
 * Errors: `StatusError` for every answer outside 2xx, `TransportError` when none came, the signal's reason when
 * aborted, `TypeError` before any request when a name or namespace is missing.
 */
export function createClient(transport: Transport, options: ClientOptions = {}): Client {
  const requests = createRequests(transport, options);
  const { baseHeaders, call, exchange, headersFor, write } = requests;
  return {
    transport,
    ...createLists(requests),
    watch: (resource, opts = {}) => watch(requests, resource, opts),

    get: async (resource, key, opts: GetOptions = {}) =>
      call('GET', withQuery(objectPath(resource, key), { resourceVersion: opts.resourceVersion }), opts.signal),

    create: async (resource, object, opts) => {
      const { namespace } = metadataOf(object);
      requireNamespace(resource, namespace);
      return write('POST', collectionPath(resource, namespace), typed(resource, object), opts);
    },

    update: async (resource, object, opts) =>
      write('PUT', objectPath(resource, metadataOf(object)), typed(resource, object), opts),

    patch: async (resource, key, patch, opts) => requests.patch(objectPath(resource, key), patch, opts),

    apply: async (resource, object, opts) =>
      requests.apply(objectPath(resource, metadataOf(object)), typed(resource, object), opts),

    delete: async <R extends AnyResource>(resource: R, key: ObjectKey, opts: DeleteOptions = {}) =>
      call<Infer<R> | Status>('DELETE', objectPath(resource, key), opts.signal, deleteBody(opts)),

    deleteCollection: async (resource, opts = {}) => {
      const path = withQuery(collectionPath(resource, opts.namespace), {
        ...selectionQuery(opts),
        limit: opts.limit,
        continue: opts.continue,
        resourceVersion: opts.resourceVersion,
        resourceVersionMatch: opts.resourceVersionMatch,
      });
      await call('DELETE', path, opts.signal, deleteBody(opts));
    },

    status: <R extends AnyResource>(resource: R) =>
      subresource<Infer<R>, InferInput<R>>(requests, resource, 'status', resource),

    scale: (resource) =>
      subresource<Scale, ScaleInput>(requests, resource, 'scale', { apiVersion: 'autoscaling/v1', kind: 'Scale' }),

    createSubresource: async (resource, key, name, body, opts) => {
      if (typeof body !== 'object' || body === null) throw new TypeError(`the body of ${name} is not an object`);
      return write('POST', objectPath(resource, key, name), body, opts);
    },

    raw: async (method, path, opts = {}) => {
      const body: RequestBody | undefined = opts.body === undefined ? undefined : { json: opts.body };
      const request: TransportRequest = {
        method,
        path,
        headers: { ...(body ? headersFor('application/json') : baseHeaders), ...opts.headers },
        body,
        signal: opts.signal,
      };
      return exchange(request, async (sent, response) => {
        const type = headerValues(response.headers, 'content-type')[0] ?? '';
        if (/[/+]json/.test(type)) return jsonOf(sent, response);
        const text = await response.text();
        try {
          return JSON.parse(text);
        } catch {
          return text;
        }
      });
    },
  };
}

/** The name and namespace that an object carries. */
function metadataOf(object: object): { readonly name: string; readonly namespace?: string } {
  const metadata =
    'metadata' in object ? (object.metadata as { name?: string; namespace?: string } | undefined) : undefined;
  return { name: metadata?.name ?? '', ...(metadata?.namespace && { namespace: metadata.namespace }) };
}

function deleteBody(opts: DeleteOptions): { type: string; json: unknown } | undefined {
  const { dryRun, gracePeriodSeconds, propagationPolicy, preconditions } = opts;
  if (!dryRun && gracePeriodSeconds === undefined && !propagationPolicy && !preconditions) return undefined;
  return {
    type: 'application/json',
    json: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(preconditions && { preconditions }),
      ...(propagationPolicy && { propagationPolicy }),
      ...(dryRun && { dryRun: ['All'] }),
    },
  };
}
