import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { encodeJson, type JsonObject, type Status, StatusError } from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import type { Call, Result, ResultList } from './context.ts';
import { notAcceptable } from './errors.ts';
import type { ServerBody, ServerRequest, ServerResponse } from './http-types.ts';
import { header, type Negotiated, negotiateError, type Transform } from './negotiate.ts';
import { includeObject, partialMetadata, partialMetadataList, tableOfList, tableOfObject } from './table.ts';
import type { WatchEvent } from './verbs/watch.ts';
import { yamlText } from './yaml.ts';

const compress = promisify(gzip);
/** Smaller bodies are not worth compressing. */
const COMPRESS_FROM = 128 * 1024;

/** The answer to a request that reached its verb. */
export async function resultResponse(call: Call, result: Result, auditId: string): Promise<ServerResponse> {
  const { request, negotiated, warnings } = call;
  if ('response' in result) {
    const { response } = result;
    return { ...response, headers: { ...commonHeaders(auditId, warnings), ...response.headers } };
  }
  if ('stream' in result) {
    return {
      status: 200,
      headers: { ...commonHeaders(auditId, warnings), 'content-type': 'application/json' },
      body: { stream: shownStream(call, result.stream as AsyncIterable<WatchEvent>) },
    };
  }
  return encoded(request, result.code, negotiated, resultValue(call, result), commonHeaders(auditId, warnings));
}

/** The answer to a request that failed. */
export function errorResponse(
  request: ServerRequest,
  status: Status,
  auditId: string,
  warnings: readonly string[],
): Promise<ServerResponse> {
  const code = status.code ?? 500;
  const seconds = status.details?.retryAfterSeconds;
  const headers = {
    ...commonHeaders(auditId, warnings),
    ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
  };
  if (request.method === 'HEAD') {
    const typed = { ...headers, 'content-type': 'application/json' };
    return Promise.resolve({ status: code, headers: typed, body: { text: '' } });
  }
  if (code === 406 && request.values !== true && !header(request, 'accept')?.includes('application/*')) {
    // Where there is no form to answer in, the answer is the Status itself, for people to read.
    const typed = { ...headers, 'content-type': 'application/json' };
    return Promise.resolve({ status: code, headers: typed, body: { text: encodeJson(status, { pretty: true }) } });
  }
  return encoded(request, code, negotiateError(request), status, headers);
}

/** A body of text, not of an API object. */
export function textResponse(status: number, text: string, type = 'text/plain; charset=utf-8'): ServerResponse {
  return {
    status,
    headers: { 'cache-control': 'no-cache, private', 'content-type': type, 'x-content-type-options': 'nosniff' },
    body: { text },
  };
}

/** Headers of every answer. */
export function commonHeaders(
  auditId: string,
  warnings: readonly string[],
): Record<string, string | readonly string[]> {
  return {
    'audit-id': auditId,
    'cache-control': 'no-cache, private',
    ...(warnings.length === 0 ? {} : { warning: warnings.map(warningHeader) }),
  };
}

function warningHeader(text: string): string {
  // A header is one line of Latin-1.
  const line = [...text].filter((char) => char >= ' ' && char !== '\u007f').join('');
  return `299 - "${line.replace(/[\\"]/g, '\\$&')}"`;
}

async function encoded(
  request: ServerRequest,
  status: number,
  { mediaType, pretty }: Negotiated,
  value: unknown,
  headers: Record<string, string | readonly string[]>,
): Promise<ServerResponse> {
  const typed = { ...headers, 'content-type': mediaType };
  if (request.values === true && mediaType === 'application/json')
    return { status, headers: typed, body: { json: value } };
  const text =
    mediaType === 'application/yaml' ? yamlText(value) : `${encodeJson(value, { pretty })}${pretty ? '' : '\n'}`;
  if (
    request.values !== true &&
    text.length > COMPRESS_FROM &&
    /\bgzip\b/.test(header(request, 'accept-encoding') ?? '')
  ) {
    const body: ServerBody = { bytes: await compress(text) };
    return { status, headers: { ...typed, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, body };
  }
  return { status, headers: typed, body: { text } };
}

/** The JSON value that a result comes to in the form that was asked for. */
function resultValue(call: Call, result: Exclude<Result, { stream: unknown } | { response: unknown }>): unknown {
  const { as } = call.negotiated;
  if ('plain' in result) return result.plain;
  if (as === undefined) return 'list' in result ? listObject(call, result.kind, result.list) : result.object;
  if (as.kind === 'Table') {
    const options = tableOptions(call, as);
    return 'list' in result
      ? tableOfList(result.kind, result.list, options)
      : tableOfObject(result.kind, result.object as JsonObject, options);
  }
  if ('list' in result) {
    if (as.kind === 'PartialObjectMetadata')
      throw wrongShape(as.kind, `is a list (*${goPackage(result.kind)}.${result.kind.listKind})`);
    return partialMetadataList(result.kind, result.list, as.version);
  }
  if (as.kind === 'PartialObjectMetadataList') {
    throw wrongShape(as.kind, `is not a list (*${goPackage(result.kind)}.${result.kind.kind})`);
  }
  return partialMetadata(result.kind, result.object as JsonObject, as.version);
}

function wrongShape(requested: string, what: string): StatusError {
  const { status } = notAcceptable([]);
  return new StatusError({ ...status, message: `you requested ${requested}, but the requested object ${what}` });
}

function goPackage({ custom, group }: ServedKind): string {
  if (custom) return 'unstructured';
  return group === '' ? 'core' : group.split('.', 1)[0]!;
}

/** A list in Kubernetes' form: items of built-in kinds come without kind and version. */
function listObject({ request }: Call, kind: ServedKind, { metadata, items }: ResultList): JsonObject {
  const { apiVersion, listKind } = kind;
  if (kind.custom) {
    return { apiVersion, items: items as JsonObject[], kind: listKind, metadata: { continue: '', ...metadata } };
  }
  // Readers of values share the stored objects, which know what they are.
  const shown = request.values === true ? items : items.map((item) => withoutType(item as JsonObject));
  return { kind: listKind, apiVersion, metadata: { ...metadata }, items: shown as JsonObject[] };
}

function withoutType({ kind: _kind, apiVersion: _apiVersion, ...rest }: JsonObject): JsonObject {
  return rest;
}

function tableOptions({ info, server }: Call, as: Transform) {
  return { version: as.version, include: includeObject(info.query), nowMs: server.clock.now() };
}

/** A watch in the form that was asked for: values for who takes values, else one line of text per event. */
function shownStream(call: Call, events: AsyncIterable<WatchEvent>): AsyncIterable<unknown> {
  const { kind, negotiated, request } = call;
  const as = negotiated.as;
  let isFirst = true;
  const shown = (event: WatchEvent): WatchEvent => {
    if (as === undefined || event.type === 'ERROR') return event;
    const object = event.object as JsonObject;
    if (as.kind !== 'Table') return { type: event.type, object: partialMetadata(call.kind, object, as.version) };
    const columns = isFirst;
    isFirst = false;
    return { type: event.type, object: tableOfObject(kind, object, tableOptions(call, as), columns) };
  };
  if (request.values === true) return as === undefined ? events : mapped(events, shown);
  return mapped(events, (event) => eventLine(shown(event)));
}

/** Texts of objects that many watchers get at about the same time. */
const recentTexts = new Map<object, string>();
const RECENT_LIMIT = 64;

function eventLine({ type, object }: WatchEvent): string {
  let text = recentTexts.get(object as object);
  if (text === undefined) {
    text = encodeJson(object);
    if (recentTexts.size >= RECENT_LIMIT) recentTexts.delete(recentTexts.keys().next().value!);
    recentTexts.set(object as object, text);
  }
  return `{"type":"${type}","object":${text}}\n`;
}

/** Each item changed as it passes. Ending it ends the source. */
function mapped<A, B>(source: AsyncIterable<A>, change: (item: A) => B): AsyncIterable<B> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]();
      return {
        async next() {
          const result = await iterator.next();
          return result.done ? { done: true, value: undefined } : { done: false, value: change(result.value) };
        },
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
