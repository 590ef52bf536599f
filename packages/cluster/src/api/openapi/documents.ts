import { createHash } from 'node:crypto';
import type { Clock } from '@opwright/machinery';
import type { Registry } from '../../kinds/registry.ts';
import type { DocumentHandler } from '../context.ts';
import type { ServerRequest, ServerResponse } from '../http-types.ts';
import { header } from '../negotiate.ts';
import { notModified } from '../not-modified.ts';
import { type CustomSchema, documentRevision, type OpenapiDocument, openapiDocuments } from './document.ts';

const root = '/openapi/v3';
const yearMs = 365 * 24 * 3600 * 1000;

/**
 * OpenAPI v3: the index at `/openapi/v3`, and one document per group-version below it. The index names each document by
 * a hash, with which clients may keep it for ever. A document is made when it is first read, and again after its kinds
 * have changed.
 */
export function openapiV3Documents(registry: Registry, customSchema: CustomSchema, clock: Clock): DocumentHandler {
  const texts = new Map<string, { readonly hash: string; readonly text: string }>();
  let index: Index | undefined;
  const started = new Date(clock.now()).toUTCString();

  const text = (path: string, hash: string, document: OpenapiDocument): string => {
    let made = texts.get(path);
    if (made?.hash !== hash) {
      made = { hash, text: JSON.stringify(document.make()) };
      texts.set(path, made);
    }
    return made.text;
  };

  return (request, info) => {
    if (!(info.path === root || info.path.startsWith(`${root}/`))) return undefined;
    if (index === undefined || index.generation !== registry.generation)
      index = createIndex(registry, customSchema, clock.now());
    if (info.path === root) return indexResponse(request, index);
    const path = info.path.slice(root.length + 1);
    const hash = index.hashes.get(path);
    const document = index.documents.get(path);
    if (hash === undefined || document === undefined) {
      return { status: 404, headers: { 'cache-control': 'no-cache, private' }, body: { text: '' } };
    }
    const wanted = info.query.get('hash') ?? '';
    if (wanted !== '' && wanted !== hash) {
      const location = `${root}/${path}?hash=${hash}`;
      const { headers } = cached(request, 'application/json', hash, '');
      return { status: 301, headers: { ...headers, location }, body: { text: '' } };
    }
    const lasting = {
      'cache-control': 'public, immutable',
      expires: new Date(clock.now() + yearMs).toUTCString(),
    };
    const made = cached(
      request,
      'application/json',
      hash,
      text(path, hash, document),
      wanted === '' ? undefined : lasting,
    );
    if (made.status === 304) return made;
    return { ...made, headers: { ...made.headers, 'accept-ranges': 'bytes', 'last-modified': started } };
  };
}

interface Index {
  readonly generation: number;
  readonly documents: ReadonlyMap<string, OpenapiDocument>;
  readonly hashes: ReadonlyMap<string, string>;
  readonly text: string;
  /** When, as headers say it. */
  readonly made: string;
}

function createIndex(registry: Registry, customSchema: CustomSchema, nowMs: number): Index {
  const documents = openapiDocuments(registry.kinds(), customSchema);
  const hashes = new Map(
    [...documents].map(([path, { source }]) => [path, hashOf([documentRevision, path, source()])]),
  );
  const paths = [...hashes].map(([path, hash]) => [path, { serverRelativeURL: `${root}/${path}?hash=${hash}` }]);
  const text = JSON.stringify({ paths: Object.fromEntries(paths) });
  return { generation: registry.generation, documents, hashes, text, made: new Date(nowMs).toUTCString() };
}

/** The index is asked for by its time. */
function indexResponse(request: ServerRequest, { text, made }: Index): ServerResponse {
  const headers = { 'accept-ranges': 'bytes', 'cache-control': 'no-cache, private', 'last-modified': made };
  const known = Date.parse(header(request, 'if-modified-since') ?? '');
  if (known >= Date.parse(made)) return { status: 304, headers, body: { text: '' } };
  return { status: 200, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body: { text } };
}

function hashOf(value: unknown): string {
  return createHash('sha512').update(JSON.stringify(value)).digest('hex').toUpperCase();
}

function cached(
  request: ServerRequest,
  contentType: string,
  hash: string,
  text: string,
  caching: Readonly<Record<string, string>> = { 'cache-control': 'no-cache, private' },
): ServerResponse {
  const etag = `"${hash}"`;
  const headers = { ...caching, 'content-type': contentType, etag, vary: 'Accept' };
  if (header(request, 'if-none-match') === etag) return notModified(headers);
  return { status: 200, headers, body: { text } };
}
