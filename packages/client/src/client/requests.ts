import type { Clock } from '@opwright/machinery';
import type { ApplyOptions, Patch, WriteOptions } from '../client.ts';
import { systemClock } from '../system/clock.ts';
import type { Parse, Transport, TransportRequest, TransportResponse } from '../transport.ts';
import { errorOf, jsonOf } from './errors.ts';
import { headerValues, warningTexts } from './headers.ts';
import { objectParser } from './parsers.ts';
import type { Query } from './paths.ts';
import { withQuery } from './paths.ts';
import { type TimeLimit, withinTime } from './time-limit.ts';

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

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

const APPLY_TYPE = 'application/apply-patch+yaml';

/** The requests of a client. Their errors are those of {@link createClient}. */
export interface Requests {
  readonly baseHeaders: Readonly<Record<string, string>>;
  /** With the type of a body. */
  headersFor(bodyType: string): Readonly<Record<string, string>>;
  /** Resolves when the answer begins. */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** One request with a whole answer. */
  exchange<T>(
    request: TransportRequest,
    read: (request: TransportRequest, response: TransportResponse) => Promise<T>,
  ): Promise<T>;
  /** One request whose answer is JSON. */
  call<T>(
    method: TransportRequest['method'],
    path: string,
    signal: AbortSignal | undefined,
    body?: { readonly type: string; readonly json: unknown },
    accept?: string,
    parse?: Parse,
  ): Promise<T>;
  write<T>(method: 'POST' | 'PUT', path: string, json: object, options?: WriteOptions): Promise<T>;
  patch<T>(path: string, patch: Patch, options?: WriteOptions): Promise<T>;
  apply<T>(path: string, json: object, options: ApplyOptions): Promise<T>;
}

export function createRequests(transport: Transport, options: ClientOptions): Requests {
  const baseHeaders = { accept: 'application/json', 'user-agent': options.userAgent ?? 'opwright' };
  /** By type of the body; made once. */
  const bodyHeaders = new Map<string, Readonly<Record<string, string>>>();
  const { clock = systemClock, requestTimeoutMs: timeoutMs = REQUEST_TIMEOUT_MS } = options;
  /** By whose managed fields they leave. */
  const parsers = new WeakMap<ReadonlySet<string>, Parse>();
  const limit: TimeLimit | undefined = timeoutMs === Number.POSITIVE_INFINITY ? undefined : { clock, timeoutMs };

  function headersFor(bodyType: string): Readonly<Record<string, string>> {
    let headers = bodyHeaders.get(bodyType);
    if (headers === undefined) {
      headers = { ...baseHeaders, 'content-type': bodyType };
      bodyHeaders.set(bodyType, headers);
    }
    return headers;
  }

  function parserFor(managers: ReadonlySet<string>): Parse {
    let parse = parsers.get(managers);
    if (parse === undefined) {
      parse = objectParser(managers);
      parsers.set(managers, parse);
    }
    return parse;
  }

  async function send(request: TransportRequest): Promise<TransportResponse> {
    request.signal?.throwIfAborted();
    const response = await transport.request(request);
    if (options.warnings !== undefined && response.has?.('warning') !== false) {
      for (const text of warningTexts(headerValues(response.headers, 'warning'))) options.warnings(text);
    }
    if (response.status < 200 || response.status > 299) throw await errorOf(request, response);
    return response;
  }

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

  /** One request that changes an object. */
  const change = <T>(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    query: Query,
    body: { readonly type: string; readonly json: unknown },
    opts: WriteOptions = {},
  ): Promise<T> => {
    const parse = opts.managedFieldsOf && parserFor(opts.managedFieldsOf);
    return call<T>(method, withQuery(path, query), opts.signal, body, undefined, parse);
  };

  const write = <T>(method: 'POST' | 'PUT', path: string, json: object, opts?: WriteOptions): Promise<T> =>
    change(method, path, writeQuery(opts), { type: 'application/json', json }, opts);

  const sendPatch = <T>(path: string, { type, patch }: Patch, opts?: WriteOptions): Promise<T> =>
    change('PATCH', path, writeQuery(opts), { type: PATCH_TYPES[type], json: patch }, opts);

  const sendApply = <T>(path: string, json: object, opts: ApplyOptions): Promise<T> => {
    const query = writeQuery(opts);
    if (!query.fieldManager) throw new Error('apply needs a field manager: pass { fieldManager } to it');
    return change('PATCH', path, { ...query, force: opts.force || undefined }, { type: APPLY_TYPE, json }, opts);
  };

  return { baseHeaders, headersFor, send, exchange, call, write, patch: sendPatch, apply: sendApply };
}
