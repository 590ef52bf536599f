import { parseFieldSelector, validatePathSegment } from '@opwright/machinery';
import { textOfBytes } from './path-text.ts';

/** What a request is about, read off its method, path and query alone (Kubernetes' RequestInfo). */
export type RequestInfo = ResourceRequest | PathRequest;

/** A request below `/api/v1/…` or `/apis/<group>/<version>/…` that names a resource. */
export interface ResourceRequest {
  readonly isResource: true;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly method: string;
  readonly verb: ResourceVerb;
  readonly group: string;
  readonly version: string;
  /** '' for all namespaces and for cluster-scoped resources; the name itself for `/api/v1/namespaces/x`. */
  readonly namespace: string;
  /** The plural in the path. */
  readonly resource: string;
  /** '' on collections. */
  readonly name: string;
  readonly subresource: string;
  /** There is more in the path than a subresource: proxies. */
  readonly rest: readonly string[];
}

/** Any other request: discovery, health, OpenAPI, unknown paths. */
export interface PathRequest {
  readonly isResource: false;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly method: string;
  /** The method in lower case. */
  readonly verb: string;
}

export type ResourceVerb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  /** A method that no resource has (HEAD, OPTIONS). */
  | '';

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/**
 * The path with its escapes replaced, an escaped slash too: it parts the path like any other. Bytes that are no text
 * become lone surrogates, which messages show as bytes.
 *
 * @throws URIError for a malformed escape
 */
function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  if (/%(?![0-9a-fA-F]{2})/.test(path)) throw new URIError('malformed escape in the path');
  return path.replace(/(?:%..)+/g, (escapes) => textOfBytes(Buffer.from(escapes.replaceAll('%', ''), 'hex')));
}

// Who creates many objects asks the same again and again.
let last: { readonly method: string; readonly pathAndQuery: string; readonly info: RequestInfo } | undefined;

/** What a request is about; do not change it, for others may be the same. @throws URIError for a path with a malformed escape */
export function requestInfo(method: string, pathAndQuery: string): RequestInfo {
  if (last === undefined || last.pathAndQuery !== pathAndQuery || last.method !== method) {
    last = { method, pathAndQuery, info: readRequest(method, pathAndQuery) };
  }
  return last.info;
}

function readRequest(method: string, pathAndQuery: string): RequestInfo {
  const mark = pathAndQuery.indexOf('?');
  const path = decodePath(mark < 0 ? pathAndQuery : pathAndQuery.slice(0, mark));
  const query = queryOf(pathAndQuery);
  const other: PathRequest = { isResource: false, path, query, method, verb: method.toLowerCase() };

  const parts = path.slice(1).split('/');
  if (parts.at(-1) === '') parts.pop();
  let group: string;
  let version: string;
  let rest: string[];
  if (parts[0] === 'api' && parts.length >= 3) {
    group = '';
    version = parts[1]!;
    rest = parts.slice(2);
  } else if (parts[0] === 'apis' && parts.length >= 4) {
    group = parts[1]!;
    version = parts[2]!;
    rest = parts.slice(3);
  } else {
    return other;
  }

  const legacyWatch = rest[0] === 'watch';
  if (legacyWatch) rest = rest.slice(1);
  if (rest.length === 0) return other;

  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1]!;
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2]!)) rest = rest.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...more] = rest;
  const verb = verbOf(method, name, legacyWatch, query);
  return {
    isResource: true,
    path,
    query,
    method,
    verb,
    group,
    version,
    namespace,
    resource,
    name,
    subresource,
    rest: more,
  };
}

// Nobody changes the query of a request, and clients ask in the same words again and again; what is kept is bounded.
const NO_QUERY = new URLSearchParams();
const queries = new Map<string, URLSearchParams>();
const QUERIES_LIMIT = 100;

/** The query of a path. */
export function queryOf(path: string): URLSearchParams {
  const mark = path.indexOf('?');
  if (mark < 0) return NO_QUERY;
  const text = path.slice(mark + 1);
  let query = queries.get(text);
  if (query === undefined) {
    query = new URLSearchParams(text);
    if (queries.size >= QUERIES_LIMIT) queries.clear();
    queries.set(text, query);
  }
  return query;
}

/** The name in the path, or the one that a list or watch restricts itself to: what authorization rules compare. */
export function requestedName(info: ResourceRequest): string {
  if (info.name !== '' || (info.verb !== 'list' && info.verb !== 'watch')) return info.name;
  try {
    const selector = parseFieldSelector(info.query.get('fieldSelector') ?? '');
    const wanted = selector.find(({ field, operator }) => field === 'metadata.name' && operator === '=')?.value ?? '';
    return validatePathSegment(wanted).length === 0 ? wanted : '';
  } catch {
    // The verb will say what is wrong with the selector.
    return '';
  }
}

function verbOf(method: string, name: string, legacyWatch: boolean, query: URLSearchParams): ResourceVerb {
  switch (method) {
    case 'GET':
      if (legacyWatch) return 'watch';
      if (name !== '') return 'get';
      return booleanParameter(query, 'watch') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      return '';
  }
}

/** A boolean of the query as Go reads it: anything but absence, `false` and `0` is true. */
export function booleanParameter(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}
