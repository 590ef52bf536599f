import { createHash } from 'node:crypto';
import type { Clock, JsonObject } from '@opwright/machinery';
import type { Registry } from '../../../kinds/registry.ts';
import type { DocumentHandler } from '../../context.ts';
import type { ServerRequest, ServerResponse } from '../../http-types.ts';
import { acceptClauses, header } from '../../negotiate.ts';
import { notModified } from '../../not-modified.ts';
import { type CustomSchema, openapiDocuments } from '../document.ts';
import { openapiV2Text } from './document.ts';
import { encodeOpenapiV2 } from './protobuf.ts';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** What clients ask for, and how it is called in the answer. */
const FORMS: Readonly<Record<string, 'json' | 'protobuf'>> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  [PROTOBUF]: 'protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf': 'protobuf',
};

/**
 * OpenAPI v2 at `/openapi/v2`: one document of everything, as JSON or protobuf. It is made when it is first read, and
 * again after kinds have changed.
 */
export function openapiV2Documents(registry: Registry, customSchema: CustomSchema, clock: Clock): DocumentHandler {
  /** Of the kinds of one generation; who asks while it is made waits for the same one. */
  let making: { readonly generation: number; readonly made: Promise<Made> } | undefined;
  const current = (): Promise<Made> => {
    const { generation } = registry;
    if (making?.generation !== generation) making = { generation, made: make(registry, customSchema, clock.now()) };
    return making.made;
  };
  const answer = async (request: ServerRequest): Promise<ServerResponse> => {
    const vary = ['Accept-Encoding', 'Accept'];
    const form = formOf(header(request, 'accept'));
    if (form === undefined) {
      return { status: 406, headers: { 'cache-control': 'no-cache, private', vary }, body: { text: '' } };
    }
    const made = await current();
    const headers = {
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache, private',
      'content-type': form === 'json' ? 'application/json' : PROTOBUF,
      etag: made.etag,
      'last-modified': made.time,
      vary,
    };
    if (header(request, 'if-none-match') === made.etag) return notModified(headers);
    return { status: 200, headers, body: form === 'json' ? { text: made.text } : { bytes: made.protobuf() } };
  };
  return (request, info) => (info.path === '/openapi/v2' ? answer(request) : undefined);
}

interface Made {
  readonly text: string;
  readonly etag: string;
  /** When, as headers say it. */
  readonly time: string;
  protobuf(): Uint8Array;
}

async function make(registry: Registry, customSchema: CustomSchema, nowMs: number): Promise<Made> {
  const text = await openapiV2Text(openapiDocuments(registry.kinds(), customSchema).values());
  const hash = createHash('sha512').update(text).digest('hex').toUpperCase();
  let bytes: Uint8Array | undefined;
  return {
    text,
    etag: `"${hash}"`,
    time: new Date(nowMs).toUTCString(),
    protobuf() {
      bytes ??= encodeOpenapiV2(JSON.parse(text) as JsonObject);
      return bytes;
    },
  };
}

/** Undefined where the client takes none of the forms. */
function formOf(accept: string | undefined): 'json' | 'protobuf' | undefined {
  const clauses = acceptClauses(accept);
  if (clauses.length === 0) return 'json';
  for (const { type } of clauses) if (FORMS[type] !== undefined) return FORMS[type];
  return undefined;
}
