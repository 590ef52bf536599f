import type { Transport, TransportRequest, TransportResponse } from '@opwright/client';
import { TransportError } from '@opwright/client';
import { type AnyResource, applyMergePatch, type KubeObject, type Status } from '@opwright/machinery';

type Json = Record<string, unknown>;

/** What a scripted rule makes of a request: an answer, a failure, or nothing (the request goes on to the fake server). */
export type Rule = (request: FakeRequest) => TransportResponse | Error | undefined;

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json | undefined;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly watch: boolean;
}

/** An open watch of the fake server. */
export interface FakeWatch {
  readonly plural: string;
  readonly query: URLSearchParams;
  readonly open: boolean;
  send(type: string, object: unknown): void;
  /** Ends normally. */
  end(): void;
  /** Breaks the connection. */
  break(): void;
}

/**
 * An API server reduced to what a hostile test needs: objects in a map, one version counter, a log of events, watches that
 * the test can break, and rules that answer instead of it. It does not validate.
 */
export interface FakeApi extends Transport {
  readonly requests: readonly FakeRequest[];
  readonly watches: readonly FakeWatch[];
  /** Requests that change something. */
  writes(): string[];
  rule(rule: Rule): () => void;
  get(resource: AnyResource, key: string): KubeObject | undefined;
  /** Stores an object as if somebody else had written it. */
  put(resource: AnyResource, object: Json & { metadata: Json }): KubeObject;
  remove(resource: AnyResource, key: string): void;
  /** Changes the store without telling watches: an event that was lost. */
  silently(change: () => void): void;
  /** Sends a bookmark to all watches. */
  bookmark(): void;
  /** Forgets the events so far: older versions are expired. */
  compact(): void;
  readonly version: number;
}

interface LogEntry {
  readonly version: number;
  readonly type: string;
  readonly plural: string;
  readonly object: KubeObject;
}

export function createFakeApi(): FakeApi {
  const objects = new Map<string, Map<string, KubeObject>>();
  const kinds = new Map<string, AnyResource>();
  const requests: FakeRequest[] = [];
  const rules = new Set<Rule>();
  const watches = new Set<OpenWatch>();
  let log: LogEntry[] = [];
  let version = 1;
  let compacted = 0;
  let silent = false;
  let uids = 0;

  const store = (plural: string) => {
    let map = objects.get(plural);
    if (!map) {
      map = new Map();
      objects.set(plural, map);
    }
    return map;
  };
  const keyOf = (metadata: Json) =>
    metadata.namespace ? `${metadata.namespace}/${metadata.name}` : `${metadata.name}`;

  function commit(type: string, plural: string, object: Json): KubeObject {
    version += 1;
    const metadata = { ...(object.metadata as Json), resourceVersion: String(version) };
    const stored = { ...object, metadata } as unknown as KubeObject;
    if (type === 'DELETED') store(plural).delete(keyOf(metadata));
    else store(plural).set(keyOf(metadata), stored);
    if (!silent) {
      log.push({ version, type, plural, object: stored });
      for (const watch of watches) if (watch.plural === plural && watch.sees(stored)) watch.send(type, stored);
    }
    return stored;
  }

  function write(plural: string, object: Json & { metadata: Json }): KubeObject {
    const old = store(plural).get(keyOf(object.metadata)) as (Json & { metadata: Json }) | undefined;
    const specChanged = old && JSON.stringify(old.spec) !== JSON.stringify(object.spec);
    const metadata: Json = {
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...object.metadata,
      uid: object.metadata.uid ?? old?.metadata.uid ?? `uid-${++uids}`,
      generation: old ? Number(old.metadata.generation) + (specChanged ? 1 : 0) : 1,
    };
    const next = { ...object, metadata };
    if (old && JSON.stringify(old) === JSON.stringify({ ...next, metadata: { ...metadata } }))
      return old as unknown as KubeObject;
    if (metadata.deletionTimestamp && ((metadata.finalizers as string[] | undefined) ?? []).length === 0) {
      return commit('DELETED', plural, next);
    }
    return commit(old ? 'MODIFIED' : 'ADDED', plural, next);
  }

  function handle(request: FakeRequest, signal: AbortSignal | undefined): TransportResponse {
    const { method, plural, namespace, name, body, query, subresource } = request;
    const map = store(plural);
    const key = namespace ? `${namespace}/${name}` : `${name}`;
    const found = name === undefined ? undefined : map.get(key);
    const missing = () => failure(404, 'NotFound', `${plural} "${name}" not found`);
    switch (method) {
      case 'GET': {
        if (request.watch) {
          const streamed = query.get('sendInitialEvents') === 'true';
          const from = streamed ? 0 : Number(query.get('resourceVersion') || '0');
          if (from > 0 && from < compacted)
            return answer(200, undefined, [errorEvent(410, 'Expired', 'too old resource version')]);
          const watch = openWatch(plural, namespace, query, signal, () => watches.delete(watch));
          if (from === 0) {
            for (const object of map.values()) if (watch.sees(object)) watch.send('ADDED', object);
          } else
            for (const entry of log)
              if (entry.plural === plural && entry.version > from && watch.sees(entry.object))
                watch.send(entry.type, entry.object);
          if (streamed) watch.send('BOOKMARK', initialEventsEnd(version));
          watches.add(watch);
          return answer(200, undefined, watch);
        }
        if (name !== undefined) return found ? answer(200, found) : missing();
        const items = [...map.values()].filter((object) => !namespace || object.metadata.namespace === namespace);
        return answer(200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(version) }, items });
      }
      case 'POST': {
        const metadata = body?.metadata as Json;
        const target = namespace ? `${namespace}/${metadata.name}` : `${metadata.name}`;
        if (map.has(target)) return failure(409, 'AlreadyExists', `${plural} "${metadata.name}" already exists`);
        return answer(201, write(plural, { ...body, metadata: { ...metadata, ...(namespace && { namespace }) } }));
      }
      case 'PATCH': {
        const expected = (body?.metadata as Json | undefined)?.resourceVersion;
        if (query.get('fieldManager') && request.body?.apiVersion && !expected && isApply(request)) {
          return answer(200, applied(plural, request, found as unknown as Json | undefined));
        }
        if (!found) return missing();
        if (expected !== undefined && expected !== found.metadata.resourceVersion) {
          return failure(
            409,
            'Conflict',
            'the object has been modified; please apply your changes to the latest version and try again',
          );
        }
        const patched = applyMergePatch(found, body ?? {}) as Json & { metadata: Json };
        const next =
          subresource === 'status'
            ? { ...found, status: patched.status }
            : { ...patched, ...('status' in found && { status: found.status }) };
        return answer(200, write(plural, next as unknown as Json & { metadata: Json }));
      }
      case 'DELETE': {
        if (!found) return missing();
        const uid = (body?.preconditions as Json | undefined)?.uid;
        if (uid !== undefined && uid !== found.metadata.uid)
          return failure(409, 'Conflict', 'the UID in the precondition does not match');
        if (found.metadata.finalizers?.length) {
          const metadata = { ...found.metadata, deletionTimestamp: '2026-01-01T00:01:00Z' };
          return answer(200, commit('MODIFIED', plural, { ...found, metadata }));
        }
        commit('DELETED', plural, found as unknown as Json);
        return answer(200, {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Success',
          details: { uid: found.metadata.uid },
        });
      }
      default:
        return failure(405, 'MethodNotAllowed', method);
    }
  }

  /** Apply where all lists are atomic and nobody else owns anything. */
  function applied(plural: string, { body, query, namespace, name }: FakeRequest, found: Json | undefined): KubeObject {
    const manager = query.get('fieldManager')!;
    const { apiVersion, kind, metadata, ...rest } = body as Json & { metadata: Json };
    const { name: _, namespace: __, ...ownMetadata } = metadata;
    const fieldsV1 = fieldsOf({ ...rest, ...(Object.keys(ownMetadata).length > 0 && { metadata: ownMetadata }) });
    const entry = { manager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
    const others = (((found?.metadata as Json | undefined)?.managedFields as Json[] | undefined) ?? []).filter(
      (other) => other.manager !== manager,
    );
    const merged = applyMergePatch(
      found ?? { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } },
      body ?? {},
    ) as Json & {
      metadata: Json;
    };
    return write(plural, { ...merged, metadata: { ...merged.metadata, managedFields: [...others, entry] } });
  }

  return {
    requests,
    get watches() {
      return [...watches];
    },
    writes: () => requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
    rule(rule) {
      rules.add(rule);
      return () => rules.delete(rule);
    },
    get: (resource, key) => store(resource.plural).get(key),
    put(resource, object) {
      kinds.set(resource.plural, resource);
      return write(resource.plural, { apiVersion: resource.apiVersion, kind: resource.kind, ...object });
    },
    remove(resource, key) {
      const found = store(resource.plural).get(key);
      if (found) commit('DELETED', resource.plural, found as unknown as Json);
    },
    silently(change) {
      silent = true;
      change();
      silent = false;
    },
    bookmark() {
      for (const watch of watches) watch.send('BOOKMARK', { metadata: { resourceVersion: String(version) } });
    },
    compact() {
      compacted = version;
      log = [];
    },
    get version() {
      return version;
    },
    async request(request) {
      request.signal?.throwIfAborted();
      const parsed = parse(request);
      requests.push(parsed);
      await Promise.resolve();
      for (const rule of rules) {
        const result = rule(parsed);
        if (result instanceof Error) throw result;
        if (result) return result;
      }
      return handle(parsed, request.signal);
    },
    async close() {
      for (const watch of watches) watch.end();
    },
  };
}

/** An answer outside 2xx. */
export function failure(code: number, reason: string, message: string, details?: Status['details']): TransportResponse {
  return answer(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    reason,
    message,
    details,
  });
}

export function answer(
  status: number,
  body: unknown,
  lines: AsyncIterable<unknown> | Iterable<unknown> = [],
): TransportResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    json: async () => body,
    text: async () => JSON.stringify(body),
    async *lines() {
      yield* lines;
    },
    close() {},
  };
}

/** A server that takes no connections. */
export function refused(): TransportError {
  return new TransportError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
}

export function errorEvent(code: number, reason: string, message: string): unknown {
  return {
    type: 'ERROR',
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message },
  };
}

/** The bookmark that ends the initial state of a streamed list. */
export function initialEventsEnd(version: number | string): unknown {
  return {
    metadata: { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } },
  };
}

interface OpenWatch extends FakeWatch, AsyncIterable<unknown> {
  sees(object: KubeObject): boolean;
}

function openWatch(
  plural: string,
  namespace: string | undefined,
  query: URLSearchParams,
  signal: AbortSignal | undefined,
  onClose: () => void,
): OpenWatch {
  const queue: unknown[] = [];
  let wake = () => {};
  let ended = false;
  let error: Error | undefined;
  const finish = (why?: Error) => {
    if (ended) return;
    ended = true;
    error = why;
    onClose();
    signal?.removeEventListener('abort', onAbort);
    wake();
  };
  const onAbort = () => finish(signal?.reason as Error);
  signal?.addEventListener('abort', onAbort);
  return {
    plural,
    query,
    get open() {
      return !ended;
    },
    sees: (object) => !namespace || object.metadata.namespace === namespace,
    send(type, object) {
      if (ended) return;
      queue.push({ type, object });
      wake();
    },
    end: () => finish(),
    break: () => finish(new TransportError('socket hang up', { code: 'ECONNRESET' })),
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          while (queue.length > 0) yield queue.shift();
          if (error) throw error;
          if (ended) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        finish();
      }
    },
  };
}

function parse(request: TransportRequest): FakeRequest {
  const url = new URL(request.path, 'http://fake');
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [plural = '', name, subresource] = namespaced ? rest.slice(2) : rest;
  const body = request.body && 'json' in request.body ? (request.body.json as Json) : undefined;
  const contentType = String(request.headers?.['content-type'] ?? '');
  return {
    method: request.method,
    path: request.path,
    query: url.searchParams,
    body: contentType.includes('apply-patch') ? Object.defineProperty({ ...body }, APPLY, { value: true }) : body,
    plural,
    namespace: namespaced ? rest[1] : undefined,
    name,
    subresource,
    watch: url.searchParams.get('watch') === 'true' || url.searchParams.get('watch') === '1',
  };
}

const APPLY = Symbol('apply');

function isApply({ body }: FakeRequest): boolean {
  return body !== undefined && APPLY in body;
}

function fieldsOf(value: Json): Json {
  const fields: Json = {};
  for (const [name, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const isObject = typeof child === 'object' && child !== null && !Array.isArray(child);
    fields[`f:${name}`] = isObject ? fieldsOf(child as Json) : {};
  }
  return fields;
}
