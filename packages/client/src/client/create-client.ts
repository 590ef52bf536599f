import type { AnyResource, Clock, Infer, InferInput, ObjectKey, ObjectList, Status } from '@opwright/machinery';
import { isExpired } from '@opwright/machinery';
import type {
  ApplyOptions,
  Client,
  DeleteOptions,
  GetOptions,
  ListOptions,
  Patch,
  Scale,
  ScaleInput,
  Selection,
  SubresourceClient,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../client.ts';
import { systemClock } from '../system/clock.ts';
import {
  type Parse,
  type RequestBody,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from '../transport.ts';
import { errorOf, jsonOf } from './errors.ts';
import { headerValues, warningTexts } from './headers.ts';
import { eventParser, listParser } from './parsers.ts';
import type { Query } from './paths.ts';
import { collectionPath, objectPath, requireNamespace, withQuery } from './paths.ts';
import { type TimeLimit, withinTime } from './time-limit.ts';
import { watchEvents } from './watch.ts';

export interface ClientOptions {
  /** Who changes fields, where a call does not say; without it the server takes it from the user agent. */
  readonly fieldManager?: string;
  /** Default `opwright`. */
  readonly userAgent?: string;
  /** Receives the text of each `Warning` header: deprecated versions, unknown fields, webhooks. Default: dropped. */
  readonly warnings?: (text: string) => void;
  /**
   * How long a request may take, from its start to the end of the answer; then it fails with a `TransportError` of code
   * `REQUEST_TIMEOUT`, and counts as an answer that was lost. `Infinity` = for ever. Watches are not limited. Default 70 s: an
   * API server itself gives up after 60 s.
   *
   * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ (`--request-timeout`)
   */
  readonly requestTimeoutMs?: number;
  /** Measures that time. Default: the system's. */
  readonly clock?: Clock;
}

const REQUEST_TIMEOUT_MS = 70_000;

/** Objects per page of a list, as kubectl and client-go have it. */
const PAGE_SIZE = 500;

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

const APPLY_TYPE = 'application/apply-patch+yaml';

/** @see https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources */
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

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
  const baseHeaders = { accept: 'application/json', 'user-agent': options.userAgent ?? 'opwright' };
  /** By type of the body; made once. */
  const bodyHeaders = new Map<string, Readonly<Record<string, string>>>();
  const { clock = systemClock, requestTimeoutMs: timeoutMs = REQUEST_TIMEOUT_MS } = options;
  const limit: TimeLimit | undefined = timeoutMs === Number.POSITIVE_INFINITY ? undefined : { clock, timeoutMs };

  function headersFor(bodyType: string): Readonly<Record<string, string>> {
    let headers = bodyHeaders.get(bodyType);
    if (headers === undefined) {
      headers = { ...baseHeaders, 'content-type': bodyType };
      bodyHeaders.set(bodyType, headers);
    }
    return headers;
  }

  async function send(request: TransportRequest): Promise<TransportResponse> {
    request.signal?.throwIfAborted();
    const response = await transport.request(request);
    if (options.warnings !== undefined) {
      for (const text of warningTexts(headerValues(response.headers, 'warning'))) options.warnings(text);
    }
    if (response.status < 200 || response.status > 299) throw await errorOf(request, response);
    return response;
  }

  /** One request with a whole answer. */
  function exchange<T>(
    request: TransportRequest,
    read: (request: TransportRequest, response: TransportResponse) => Promise<T>,
  ): Promise<T> {
    const once = async (limited: TransportRequest) => read(limited, await send(limited));
    return limit === undefined ? once(request) : withinTime(limit, request, once);
  }

  function call<T>(
    method: TransportRequest['method'],
    path: string,
    signal: AbortSignal | undefined,
    body?: { readonly type: string; readonly json: unknown },
    accept?: string,
    parse?: Parse,
  ): Promise<T> {
    const request: TransportRequest = body
      ? { method, path, signal, headers: headersFor(body.type), body: { json: body.json } }
      : { method, path, signal, headers: accept === undefined ? baseHeaders : { ...baseHeaders, accept } };
    // The one place where what the server says is taken for what the resource declares.
    return exchange(request, (sent, response) => jsonOf(sent, response, parse)) as Promise<T>;
  }

  const writeQuery = (write: WriteOptions = {}): Query => ({
    dryRun: write.dryRun ? 'All' : undefined,
    fieldManager: write.fieldManager ?? options.fieldManager,
    fieldValidation: write.fieldValidation,
  });

  const write = <T>(method: 'POST' | 'PUT', path: string, json: object, opts?: WriteOptions): Promise<T> =>
    call<T>(method, withQuery(path, writeQuery(opts)), opts?.signal, { type: 'application/json', json });

  const sendPatch = <T>(path: string, patch: Patch, opts?: WriteOptions): Promise<T> =>
    call<T>('PATCH', withQuery(path, writeQuery(opts)), opts?.signal, {
      type: PATCH_TYPES[patch.type],
      json: patch.patch,
    });

  const sendApply = <T>(path: string, json: object, opts: ApplyOptions): Promise<T> => {
    const query = writeQuery(opts);
    if (!query.fieldManager) throw new Error('apply needs a field manager: pass { fieldManager } to it');
    return call<T>('PATCH', withQuery(path, { ...query, force: opts.force || undefined }), opts.signal, {
      type: APPLY_TYPE,
      json,
    });
  };

  async function listPage<R extends AnyResource>(resource: R, opts: ListOptions): Promise<ObjectList<Infer<R>>> {
    const path = withQuery(collectionPath(resource, opts.namespace), {
      ...selectionQuery(opts),
      limit: opts.limit === 0 ? undefined : (opts.limit ?? PAGE_SIZE),
      continue: opts.continue,
      // The token carries the version; the server refuses both at once.
      resourceVersion: opts.continue ? undefined : opts.resourceVersion,
      resourceVersionMatch: opts.continue ? undefined : opts.resourceVersionMatch,
    });
    const accept = opts.metadataOnly ? METADATA_LIST : undefined;
    const parse = listParser(opts.managedFieldsOf);
    const list = await call<ObjectList<Infer<R>>>('GET', path, opts.signal, undefined, accept, parse);
    return withKinds(resource, list, opts.metadataOnly);
  }

  async function* pages<R extends AnyResource>(
    resource: R,
    opts: ListOptions = {},
  ): AsyncGenerator<ObjectList<Infer<R>>, void, undefined> {
    let next = opts.continue;
    do {
      const page = await listPage(resource, next ? { ...opts, continue: next } : opts);
      yield page;
      next = page.metadata.continue;
    } while (next);
  }

  async function list<R extends AnyResource>(resource: R, opts: ListOptions = {}): Promise<ObjectList<Infer<R>>> {
    const first = await listPage(resource, opts);
    if (!first.metadata.continue) return first;
    const items: Infer<R>[] = [...first.items];
    try {
      for await (const page of pages(resource, { ...opts, continue: first.metadata.continue }))
        items.push(...page.items);
    } catch (error) {
      if (!isExpired(error)) throw error;
      // The version of the first page was compacted meanwhile: one answer without pages cannot expire.
      const { continue: _, ...whole } = opts;
      return listPage(resource, { ...whole, limit: 0 });
    }
    const { continue: _, remainingItemCount: __, ...metadata } = first.metadata;
    return { ...first, metadata, items };
  }

  async function* watch<R extends AnyResource>(
    resource: R,
    opts: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<Infer<R>>, void, undefined> {
    const path = withQuery(collectionPath(resource, opts.namespace), {
      watch: true,
      ...selectionQuery(opts),
      resourceVersion: opts.resourceVersion,
      resourceVersionMatch: opts.resourceVersionMatch,
      allowWatchBookmarks: opts.allowWatchBookmarks,
      sendInitialEvents: opts.sendInitialEvents,
      timeoutSeconds: opts.timeoutSeconds,
    });
    const { metadataOnly, signal } = opts;
    const headers = metadataOnly ? { ...baseHeaders, accept: METADATA } : baseHeaders;
    const response = await send({ method: 'GET', path, stream: true, headers, signal });
    const events = watchEvents<Infer<R>>(response, opts.managedFieldsOf && eventParser(opts.managedFieldsOf));
    if (metadataOnly) yield* withEventKinds(resource, events);
    else yield* events;
  }

  function subresource<Stored, Input extends object>(
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
      patch: async (key, patch, opts) => sendPatch(path(key), patch, opts),
      apply: async (key, object, opts) => sendApply(path(key), named(key, object), opts),
    };
  }

  return {
    transport,
    list,
    pages,
    watch,

    get: async (resource, key, opts: GetOptions = {}) =>
      call('GET', withQuery(objectPath(resource, key), { resourceVersion: opts.resourceVersion }), opts.signal),

    create: async (resource, object, opts) => {
      const { namespace } = metadataOf(object);
      requireNamespace(resource, namespace);
      return write('POST', collectionPath(resource, namespace), typed(resource, object), opts);
    },

    update: async (resource, object, opts) =>
      write('PUT', objectPath(resource, metadataOf(object)), typed(resource, object), opts),

    patch: async (resource, key, patch, opts) => sendPatch(objectPath(resource, key), patch, opts),

    apply: async (resource, object, opts) =>
      sendApply(objectPath(resource, metadataOf(object)), typed(resource, object), opts),

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

    status: <R extends AnyResource>(resource: R) => subresource<Infer<R>, InferInput<R>>(resource, 'status', resource),

    scale: (resource) =>
      subresource<Scale, ScaleInput>(resource, 'scale', { apiVersion: 'autoscaling/v1', kind: 'Scale' }),

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

const selectionQuery = (selection: Selection): Query => ({
  labelSelector: selection.labelSelector || undefined,
  fieldSelector: selection.fieldSelector || undefined,
});

/** The name and namespace that an object carries. */
function metadataOf(object: object): { readonly name: string; readonly namespace?: string } {
  const metadata =
    'metadata' in object ? (object.metadata as { name?: string; namespace?: string } | undefined) : undefined;
  return { name: metadata?.name ?? '', ...(metadata?.namespace && { namespace: metadata.namespace }) };
}

/** The object with `apiVersion` and `kind`, which the server demands and a typed call knows. */
function typed(type: { readonly apiVersion: string; readonly kind: string }, object: object): object {
  const own = object as { apiVersion?: unknown; kind?: unknown };
  if (own.apiVersion !== undefined && own.kind !== undefined) return object;
  return { ...object, apiVersion: own.apiVersion ?? type.apiVersion, kind: own.kind ?? type.kind };
}

/** The code of the TransportError for an answer to a list that is none. */
export const NO_LIST = 'NO_LIST';

/** A list whose items carry `apiVersion` and `kind`. Shared where nothing is missing. @throws TransportError for no list */
function withKinds<T extends { readonly apiVersion: string; readonly kind: string }>(
  resource: AnyResource,
  list: ObjectList<T>,
  metadataOnly = false,
): ObjectList<T> {
  // Go encodes an empty list of some servers as null. Anything else that answers with 200 is not "there are no objects".
  if (list.items !== null && !Array.isArray(list.items)) {
    throw new TransportError(`the answer to a list of ${resource.plural} is no list: it has no items`, {
      code: NO_LIST,
    });
  }
  const items: readonly T[] = list.items ?? [];
  const complete = !metadataOnly && items.every((item) => item.kind !== undefined && item.apiVersion !== undefined);
  if (complete && list.items) return list;
  const names = { apiVersion: resource.apiVersion, kind: resource.kind };
  if (metadataOnly) return { ...list, items: items.map((item) => ({ ...item, ...names })) };
  return { ...list, items: complete ? items : items.map((item) => ({ ...names, ...item })) };
}

/** What is sent as PartialObjectMetadata is an object of the resource all the same. */
async function* withEventKinds<T>(
  { apiVersion, kind }: AnyResource,
  events: AsyncIterable<WatchEvent<T>>,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const event of events) {
    if (event.type === 'ERROR' || event.type === 'BOOKMARK') yield event;
    else yield { type: event.type, object: { ...event.object, apiVersion, kind } };
  }
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
