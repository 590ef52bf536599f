import { readFileSync } from 'node:fs';
import { decodeObject, type JsonObject, orderFields } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { pluginsOn } from '../../../test/support/plugins.ts';
import type { Lookup } from '../admission/lookup.ts';
import { serviceAllocator } from '../allocator.ts';
import { builtinKinds } from '../builtin.ts';
import type { MutableObject } from '../kind.ts';
import { ensure } from '../tree.ts';

interface Golden {
  readonly [name: string]: { readonly request: JsonObject; readonly response: JsonObject };
}

/** What a real API server made of minimal objects: uid, times and random names are replaced, managedFields left out. */
const golden = JSON.parse(readFileSync(new URL('../golden/defaults.json', import.meta.url), 'utf8')) as Golden;

const uid = '11111111-2222-3333-4444-555555555555';
const now = '2026-01-02T03:04:05Z';

const lookup: Lookup = {
  get: (storage) => (storage === 'serviceaccounts' ? { metadata: { name: 'default' } } : undefined),
  list: () => [],
  within: () => [],
};

/** The way of an object through a create request, as far as its kind has a say. */
async function create(apiVersion: string, kindName: string, request: JsonObject): Promise<JsonObject> {
  const kind = builtinKinds().find((k) => k.apiVersion === apiVersion && k.kind === kindName);
  if (kind === undefined) throw new Error(`${apiVersion} ${kindName} is not served`);
  const object = decodeObject(kind.type, { kind: kindName, apiVersion, ...request }).object as MutableObject;
  kind.setDefaults(object);
  const metadata = ensure(object, 'metadata');
  if (kind.scope === 'Namespaced') metadata.namespace = 'dft';
  const user = { name: 'admin', groups: [] };
  const attributes = {
    operation: 'CREATE',
    kind,
    subresource: '',
    namespace: 'dft',
    name: '',
    user,
    dryRun: false,
    options: {},
    warn: () => {},
  } as const;
  await pluginsOn(lookup).mutate(attributes, object);
  metadata.uid = uid;
  metadata.creationTimestamp = now;
  kind.prepareForCreate(object, {
    nowMs: Date.parse(now),
    user: { name: 'u', groups: [] },
    allocator: serviceAllocator(() => []),
    newUid: () => 'uid',
    dryRun: false,
    subresource: '',
    warn() {},
  });
  if (kind.hasGeneration) metadata.generation = 1;
  expect(kind.validate(object as JsonObject)).toEqual([]);
  kind.defaultOnRead?.(object);
  const again = structuredClone(object);
  kind.setDefaults(again);
  expect(again, 'defaults are idempotent').toEqual(object);
  return orderFields(kind.type, object) as JsonObject;
}

/** Allocated addresses and random names become one and the same. */
function masked(object: JsonObject): string {
  return JSON.stringify(object, null, 1)
    .replace(/kube-api-access-\w{5}/g, 'kube-api-access-xxxxx')
    .replace(/"10\.0\.\d+\.\d+"/g, '"10.0.0.x"')
    .replace(/"(nodePort|healthCheckNodePort)": 3\d{4}/g, '"$1": 30000');
}

describe('defaults of built-in kinds', () => {
  it.each(Object.entries(golden))(
    'make of %s what a real API server makes of it',
    async (_name, { request, response }) => {
      const made = await create(String(response.apiVersion), String(response.kind), request);
      expect(masked(made)).toBe(masked(response));
    },
  );
});
