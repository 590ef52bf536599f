import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtinTypes, openapiSchema } from '../src/data/index.ts';

type Json = Record<string, unknown>;
const load = async (file: string) =>
  (await import(/* @vite-ignore */ new URL(`../generate/${file}`, import.meta.url).href)) as {
    readonly compactTypes: (schemas: Json, go: undefined, previous: Json) => Json;
    readonly compactResources: (groups: Json, lists: Json, types: Json) => unknown;
    readonly modules: (types: Json, resources: unknown, version: Json) => Record<string, string>;
  };
const readJson = (name: string) =>
  JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8')) as Json;
/** Without what is off by default: no cluster of that kind describes it. */
const described = readJson('types.json');
const schemas = Object.fromEntries(
  [...builtinTypes().keys()].flatMap((name) => {
    if (!Object.hasOwn(described, name)) return [];
    const schema = openapiSchema(name);
    return schema === undefined ? [] : [[name, schema]];
  }),
);

test('the modules are what the data says: nobody has edited them', async () => {
  const { modules } = await load('typescript.mjs');
  for (const [name, text] of Object.entries(
    modules(readJson('types.json'), readJson('resources.json'), readJson('version.json')),
  )) {
    expect(readFileSync(new URL(`../src/generated/${name}.ts`, import.meta.url), 'utf8')).toBe(text);
  }
});

test("a cluster's OpenAPI alone changes nothing while the cluster is of the same version", async () => {
  const { compactTypes } = await load('types.mjs');
  expect(compactTypes(schemas, undefined, readJson('types.json'))).toEqual(readJson('types.json'));
});

test('a field that is new in a cluster joins the ones that are known, a new type is taken as OpenAPI shows it', async () => {
  const { compactTypes } = await load('types.mjs');
  const name = 'io.k8s.api.core.v1.SecretEnvSource';
  const schema = schemas[name] as Json & { properties: Json };
  const changed = {
    [name]: { ...schema, properties: { aNewOne: { type: 'boolean' }, ...schema.properties } },
    'io.k8s.api.core.v1.Fresh': {
      description: 'prose',
      type: 'object',
      required: ['name'],
      properties: {
        count: { type: 'integer', format: 'int32', default: 0, description: 'prose' },
        name: { type: 'string', default: '' },
        source: { default: {}, allOf: [{ $ref: `#/components/schemas/${name}` }] },
        maybe: { allOf: [{ $ref: `#/components/schemas/${name}` }] },
      },
    },
  };
  const types = compactTypes(changed, undefined, readJson('types.json'));
  const fields = (type: string) => (types[type] as { fields: unknown }).fields;
  expect(fields(name)).toEqual([
    ['name', 'string', { pb: [1, 1], default: '' }],
    ['optional', '*bool', { pb: 2 }],
    ['aNewOne', 'bool'],
  ]);
  expect(fields('io.k8s.api.core.v1.Fresh')).toEqual([
    ['name', 'string', { always: 1, required: 1 }],
    ['count', 'int32', { always: 1 }],
    ['maybe', `*${name}`],
    ['source', name, { always: 1 }],
  ]);
});

test('custom resources in a cluster’s discovery are not taken for built in', async () => {
  const { compactResources } = await load('resources.mjs');
  const groups = { groups: [{ versions: [{ groupVersion: 'x.io/v1' }, { groupVersion: 'apps/v1' }] }] };
  const resource = (name: string, more: Json = {}) => ({
    name,
    singularName: '',
    namespaced: true,
    kind: 'Deployment',
    verbs: ['get'],
    ...more,
  });
  const lists = {
    'x.io/v1': { resources: [resource('foos')] },
    'apps/v1': {
      resources: [
        resource('deployments'),
        resource('deployments/scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' }),
      ],
    },
  };
  expect(compactResources(groups, lists, readJson('types.json'))).toEqual([
    {
      groupVersion: 'apps/v1',
      resources: [
        {
          ...resource('deployments'),
          subresources: [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get'] }],
        },
      ],
    },
  ]);
});
