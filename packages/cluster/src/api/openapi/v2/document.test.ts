import { createHash } from 'node:crypto';
import { type JsonObject, VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { readDefinition } from '../../../crds/definition.ts';
import { schemaOf, servedKinds } from '../../../crds/served-kind.ts';
import { builtinKinds } from '../../../kinds/builtin.ts';
import { createRegistry } from '../../../kinds/registry.ts';
import type { StoredObject } from '../../../store/object.ts';
import { requestInfo } from '../../request-info.ts';
import { openapiV2Documents } from './documents.ts';
import bytes from './golden/bytes.json' with { type: 'json' };
import digests from './golden/digests.json' with { type: 'json' };
import gadgets from './golden/gadgets.json' with { type: 'json' };
import { encodeOpenapiV2 } from './protobuf.ts';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

function server() {
  const registry = createRegistry(builtinKinds());
  const handler = openapiV2Documents(registry, schemaOf, new VirtualClock());
  return {
    registry,
    async get(headers: Record<string, string> = {}) {
      const info = requestInfo('GET', '/openapi/v2');
      if (info.isResource) throw new Error('it is no resource');
      const request = { method: 'GET', path: '/openapi/v2', headers, lifetime: new AbortController() };
      const response = await handler(request, info);
      if (response === undefined) throw new Error('it is not served');
      const { body } = response;
      return { ...response, text: 'text' in body ? body.text : '', bytes: 'bytes' in body ? body.bytes : undefined };
    },
  };
}

/** Without descriptions, keys sorted: what was recorded from a real API server. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, item]) => !(key === 'description' && typeof item === 'string'));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, bare(item)]));
}

const digest = (value: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(bare(value)))
    .digest('hex')
    .slice(0, 32);

test('the document is that of a real API server, descriptions and shared parameters apart', async () => {
  const { swagger, paths, definitions } = JSON.parse((await server().get()).text);
  expect(swagger).toBe('2.0');
  expect({ paths: digest(paths), definitions: digest(definitions) }).toEqual(digests);
});

test('others get their turn while the document is made', async () => {
  let turns = 0;
  let made = false;
  const count = () => {
    turns++;
    if (!made) setImmediate(count);
  };
  setImmediate(count);
  await server().get();
  made = true;
  expect(turns).toBeGreaterThan(20);
});

test('custom resources are published as far as v2 can say what they are', async () => {
  const { registry, get } = server();
  const before = (await get()).headers.etag;
  const definition = readDefinition(gadgets.definition as unknown as StoredObject);
  registry.serve('gadgets.ex.io', servedKinds(definition, undefined as never));
  const answer = await get();
  expect(answer.headers.etag).not.toBe(before);
  expect(bare(JSON.parse(answer.text).definitions['io.ex.v1.Gadget'])).toEqual(gadgets.published);
});

test('the protobuf form has the bytes that Go writes', () => {
  for (const part of ['definitions', 'paths'] as const) {
    for (const [name, { json, bytes: wanted }] of Object.entries(bytes[part])) {
      const made = Buffer.from(encodeOpenapiV2({ [part]: { [name]: json as unknown as JsonObject } }));
      expect(made.subarray(-Buffer.from(wanted, 'base64').length).toString('base64'), name).toBe(wanted);
    }
  }
});

test('clients get the form that they ask for, once', async () => {
  const { get } = server();
  const json = await get({ accept: '*/*' });
  expect([json.status, json.headers['content-type']]).toEqual([200, 'application/json']);
  const protobuf = await get({ accept: PROTOBUF });
  expect(protobuf.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  expect(protobuf.bytes?.length).toBeGreaterThan(100_000);
  expect(protobuf.headers.etag).toBe(json.headers.etag);
  expect((await get({ accept: PROTOBUF, 'if-none-match': String(json.headers.etag) })).status).toBe(304);
  expect((await get({ accept: 'text/plain' })).status).toBe(406);
});
