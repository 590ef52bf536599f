import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { nextTurn } from '@opwright/client';
import { encodeJson, encodeProtobufList, type JsonObject, type Status, StatusError } from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import type { Call, ListMetadata, Result, ResultList } from './context.ts';
import { encodeBody, withType } from './encode-body.ts';
import { notAcceptable, rawError } from './errors.ts';
import { eventStream, streamType } from './event-stream.ts';
import type { ServerBody, ServerRequest, ServerResponse } from './http-types.ts';
import { listText } from './list-text.ts';
import { header, type Negotiated, negotiateError, PROTOBUF, plainJson } from './negotiate.ts';
import { partialMetadata, partialMetadataList, tableOfList, tableOfObject, tableOptions } from './table.ts';
import type { WatchEvent } from './verbs/watch.ts';
import { asksForWebSocket, webSocketWatch } from './web-socket-watch.ts';

const compress = promisify(gzip);
/** Smaller bodies are not worth compressing. */
const COMPRESS_FROM = 128 * 1024;
/** How much work compression may be, as kube-apiserver has it: more would save little. */
const COMPRESS_LEVEL = 1;

type Headers = Record<string, string | readonly string[]>;

/** The answer to a request that reached its verb. */
export function resultResponse(call: Call, result: Result, auditId: string): ServerResponse | Promise<ServerResponse> {
  const { request, negotiated, warnings } = call;
  if ('response' in result) {
    const { response } = result;
    return { ...response, headers: { ...commonHeaders(auditId, warnings), ...response.headers } };
  }
  if ('stream' in result) {
    const events = result.stream as AsyncIterable<WatchEvent>;
    if (asksForWebSocket(call)) return webSocketWatch(call, events);
    return {
      status: 200,
      headers: { ...commonHeaders(auditId, warnings), 'content-type': streamType(call) },
      body: { stream: eventStream(call, events) },
    };
  }
  const headers = commonHeaders(auditId, warnings);
  if ('list' in result && isPlainList(call)) {
    return negotiated.mediaType === PROTOBUF
      ? protobufListResponse(call, result, headers)
      : listResponse(call, result, headers);
  }
  return encoded(request, result.code, negotiated, resultValue(call, result), headers);
}

/** Whether a list goes out as it is, in JSON or protobuf. */
function isPlainList({ negotiated: { mediaType, pretty, as }, request }: Call): boolean {
  return mediaType !== 'application/yaml' && as === undefined && !pretty && request.values !== true;
}

type ListOf = Extract<Result, { list: unknown }>;

/** A list as protobuf, which begins with its length: a long one is made in turns, and sent when it is whole. */
function protobufListResponse(
  call: Call,
  { code, kind, list }: ListOf,
  headers: Headers,
): ServerResponse | Promise<ServerResponse> {
  const typed = { ...headers, 'content-type': PROTOBUF };
  const steps = encodeProtobufList(...withType(listObject(call, kind, list)));
  const first = steps.next();
  const answer = (bytes: Uint8Array) => sent(call.request, code, typed, { bytes });
  return first.done ? answer(first.value) : lastOf(steps).then(answer);
}

/** What steps come to. Others get a turn before each. */
async function lastOf<T>(steps: Iterator<unknown, T>): Promise<T> {
  for (;;) {
    await nextTurn();
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** A list as JSON; a long one as a stream, of which each part is made when the client has taken the one before. */
function listResponse(
  call: Call,
  { code, kind, list }: ListOf,
  headers: Headers,
): ServerResponse | Promise<ServerResponse> {
  const { request } = call;
  const pieces = listText(listObject(call, kind, { ...list, items: [] }), list.items, !kind.custom);
  const first = pieces.next().value ?? '';
  const second = pieces.next();
  const typed = { ...headers, 'content-type': 'application/json' };
  if (second.done) return sent(request, code, typed, { text: first });
  const texts = inTurns([first, second.value], pieces);
  if (!acceptsGzip(request)) return { status: code, headers: typed, body: { stream: texts } };
  const zipped = createGzip({ level: COMPRESS_LEVEL, chunkSize: COMPRESS_FROM });
  // Whoever leaves ends the one, and so the other; nothing else can go wrong.
  pipeline(Readable.from(texts), zipped, () => {});
  return { status: code, headers: { ...typed, ...GZIPPED }, body: { stream: zipped } };
}

/** Others get a turn before each further piece. */
async function* inTurns(made: readonly string[], further: Iterable<string>): AsyncGenerator<string, void, undefined> {
  yield* made;
  for (const piece of further) {
    await nextTurn();
    yield piece;
  }
}

/** The answer to a request that failed. */
export function errorResponse(
  request: ServerRequest,
  status: Status,
  auditId: string,
  warnings: readonly string[],
): ServerResponse | Promise<ServerResponse> {
  const code = status.code ?? 500;
  const seconds = status.details?.retryAfterSeconds;
  const headers = {
    ...commonHeaders(auditId, warnings),
    ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
  };
  if (request.method === 'HEAD') {
    const typed = { ...headers, 'content-type': 'application/json' };
    return { status: code, headers: typed, body: { text: '' } };
  }
  const form = negotiateError(request) ?? (request.values === true ? plainJson(request) : undefined);
  if (form === undefined) {
    // Where there is no form to answer in, the answer is the Status itself, for people to read.
    const typed = { ...headers, 'content-type': 'application/json' };
    return { status: code, headers: typed, body: { text: encodeJson(status, { pretty: true }) } };
  }
  return encoded(request, code, form, status, headers);
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
export function commonHeaders(auditId: string, warnings: readonly string[]): Headers {
  const headers = { 'audit-id': auditId, 'cache-control': 'no-cache, private' };
  return warnings.length === 0 ? headers : { ...headers, warning: warnings.map(warningHeader) };
}

function warningHeader(text: string): string {
  // A header is one line of Latin-1.
  const line = [...text].filter((char) => char >= ' ' && char !== '\u007f').join('');
  return `299 - "${line.replace(/[\\"]/g, '\\$&')}"`;
}

function encoded(
  request: ServerRequest,
  status: number,
  form: Negotiated,
  value: unknown,
  headers: Headers,
): ServerResponse | Promise<ServerResponse> {
  headers['content-type'] = form.mediaType;
  return sent(request, status, headers, encodeBody(value, form, request.values === true));
}

/** The answer with a body, which is compressed where that is worth it. */
function sent(
  request: ServerRequest,
  status: number,
  headers: Headers,
  body: ServerBody,
): ServerResponse | Promise<ServerResponse> {
  const whole = 'text' in body ? body.text : 'bytes' in body ? body.bytes : '';
  if (request.values === true || whole.length <= COMPRESS_FROM || !acceptsGzip(request))
    return { status, headers, body };
  return compressed(status, headers, whole);
}

function acceptsGzip(request: ServerRequest): boolean {
  return /\bgzip\b/.test(header(request, 'accept-encoding') ?? '');
}

const GZIPPED = { 'content-encoding': 'gzip', vary: 'Accept-Encoding' };

async function compressed(status: number, headers: Headers, whole: string | Uint8Array): Promise<ServerResponse> {
  const bytes = await compress(whole, { level: COMPRESS_LEVEL });
  return { status, headers: { ...headers, ...GZIPPED }, body: { bytes } };
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
      throw wrongShape(as.kind, `is a list (*${goType(result.kind, result.kind.listKind)})`);
    return partialMetadataList(result.kind, result.list, as.version);
  }
  if (as.kind === 'PartialObjectMetadataList') {
    if (result.kind.custom) throw rawError('content is not a list');
    throw wrongShape(as.kind, `is not a list (*${goType(result.kind, result.kind.kind)})`);
  }
  return partialMetadata(result.kind, result.object as JsonObject, as.version);
}

function wrongShape(requested: string, what: string): StatusError {
  const { status } = notAcceptable([]);
  return new StatusError({ ...status, message: `you requested ${requested}, but the requested object ${what}` });
}

/** The Go type that holds objects of a kind, or lists of them. */
function goType({ custom, group, listKind }: ServedKind, kind: string): string {
  if (custom) return kind === listKind ? 'unstructured.UnstructuredList' : 'unstructured.Unstructured';
  return `${group === '' ? 'core' : group.split('.', 1)[0]}.${kind}`;
}

/** A list in Kubernetes' form: items of built-in kinds come without kind and version. */
function listObject({ request, negotiated }: Call, kind: ServedKind, { metadata, items }: ResultList): JsonObject {
  const { apiVersion, listKind } = kind;
  if (kind.custom) {
    return { apiVersion, items: items as JsonObject[], kind: listKind, metadata: inOrder(metadata) };
  }
  // Readers of values share the stored objects, which know what they are; messages do not say it.
  const shared = request.values === true || negotiated.mediaType === PROTOBUF;
  const shown = shared ? items : items.map((item) => withoutType(item as JsonObject));
  return { kind: listKind, apiVersion, metadata: { ...metadata }, items: shown as JsonObject[] };
}

function withoutType({ kind: _kind, apiVersion: _apiVersion, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** The keys of custom resources' lists come sorted. */
function inOrder({ continue: token = '', ...rest }: ListMetadata): JsonObject {
  const metadata = { continue: token, ...rest };
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
}
