import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { VirtualClock } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../../kinds/builtin.ts';
import type { ServedKind } from '../../kinds/kind.ts';
import { createRegistry } from '../../kinds/registry.ts';
import { requestInfo } from '../request-info.ts';
import { documentRevision, openapiDocuments } from './document.ts';
import { openapiV3Documents } from './documents.ts';

interface Golden {
  readonly revision: number;
  /** Digests of the recorded documents without their descriptions. */
  readonly documents: Readonly<Record<string, { readonly paths: string; readonly components: string }>>;
}

const golden = JSON.parse(readFileSync(new URL('./golden/digests.json', import.meta.url), 'utf8')) as Golden;

const widget: ServedKind = {
  ...(builtinKinds().find((kind) => kind.kind === 'ConfigMap') as ServedKind),
  custom: true,
  group: 'ex.io',
  version: 'v1',
  apiVersion: 'ex.io/v1',
  kind: 'Widget',
  listKind: 'WidgetList',
  plural: 'widgets',
  singular: 'widget',
  storage: 'widgets.ex.io',
  subresources: [
    { name: 'status', kind: 'Widget', verbs: ['get', 'patch', 'update'] },
    { name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
  ],
};

const widgetSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'What is wanted.',
      properties: { template: { type: 'object', 'x-kubernetes-embedded-resource': true } },
    },
  },
};

function server() {
  const registry = createRegistry(builtinKinds());
  const clock = new VirtualClock();
  const handler = openapiV3Documents(registry, () => widgetSchema, clock);
  return {
    clock,
    registry,
    async get(path: string, headers: Record<string, string> = {}) {
      const info = requestInfo('GET', path);
      if (info.isResource) throw new Error(`${path} names a resource`);
      const response = await handler({ method: 'GET', path, headers, lifetime: new AbortController() }, info);
      const text = response !== undefined && 'text' in response.body ? response.body.text : '';
      return { status: response?.status, headers: response?.headers ?? {}, text };
    },
    async url(path: string): Promise<string> {
      const index = JSON.parse((await this.get('/openapi/v3')).text) as {
        paths: Record<string, { serverRelativeURL: string }>;
      };
      return index.paths[path]?.serverRelativeURL ?? '';
    },
  };
}

describe('the OpenAPI v3 documents', () => {
  it('are those of a real API server, descriptions apart', () => {
    expect(documentRevision, 'a changed document needs a new revision').toBe(golden.revision);
    const documents = openapiDocuments(builtinKinds(), () => undefined);
    expect([...documents.keys()].sort()).toEqual(Object.keys(golden.documents).sort());
    const digests = [...documents].map(([path, { make }]) => {
      const { paths, components } = make();
      return [path, { paths: digest(paths), components: digest(components) }];
    });
    expect(Object.fromEntries(digests)).toEqual(golden.documents);
  });

  it('are named in the index by a hash, with which they may be kept', async () => {
    const { get, url } = server();
    const address = await url.call({ get }, 'apis/apps/v1');
    expect(address).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
    const response = await get(address);
    expect(response).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'public, immutable', 'content-type': 'application/json' },
    });
    expect((await get('/openapi/v3/apis/apps/v1')).headers['cache-control']).toBe('no-cache, private');
    expect(await get('/openapi/v3/apis/apps/v1?hash=AB')).toMatchObject({
      status: 301,
      headers: { location: address },
    });
    expect((await get('/openapi/v3/apis/nope/v1')).status).toBe(404);
  });

  it('are not sent again to a client that has the index', async () => {
    const { clock, get, registry } = server();
    const headers = { 'if-modified-since': String((await get('/openapi/v3')).headers['last-modified']) };
    expect((await get('/openapi/v3', headers)).status).toBe(304);
    await clock.advance(1000);
    registry.serve('widgets.ex.io', [widget]);
    expect((await get('/openapi/v3', headers)).status).toBe(200);
  });

  it('offer fieldValidation where clients look for it', async () => {
    const { get, registry } = server();
    registry.serve('widgets.ex.io', [widget]);
    for (const [path, of] of [
      ['/openapi/v3/api/v1', '/api/v1/namespaces/{namespace}/configmaps/{name}'],
      ['/openapi/v3/apis/ex.io/v1', '/apis/ex.io/v1/namespaces/{namespace}/widgets/{name}'],
    ] as const) {
      const { patch } =
        (JSON.parse((await get(path)).text) as { paths: Record<string, { patch: { parameters: { name: string }[] } }> })
          .paths[of] ?? {};
      expect(patch?.parameters.map(({ name }) => name)).toContain('fieldValidation');
    }
  });

  it('describe custom resources with everything they refer to', async () => {
    const { get, registry } = server();
    registry.serve('widgets.ex.io', [widget]);
    const document = JSON.parse((await get('/openapi/v3/apis/ex.io/v1')).text) as {
      paths: Record<string, unknown>;
      components: { schemas: Record<string, { properties?: Record<string, Record<string, unknown>> }> };
    };
    expect(Object.keys(document.paths)).toEqual([
      '/apis/ex.io/v1/namespaces/{namespace}/widgets',
      '/apis/ex.io/v1/namespaces/{namespace}/widgets/{name}',
      '/apis/ex.io/v1/namespaces/{namespace}/widgets/{name}/scale',
      '/apis/ex.io/v1/namespaces/{namespace}/widgets/{name}/status',
      '/apis/ex.io/v1/widgets',
    ]);
    const { schemas } = document.components;
    expect(schemas['io.ex.v1.Widget']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'ex.io', version: 'v1', kind: 'Widget' }],
    });
    expect(Object.keys(schemas['io.ex.v1.Widget']?.properties ?? {}).sort()).toEqual([
      'apiVersion',
      'kind',
      'metadata',
      'spec',
    ]);
    const spec = schemas['io.ex.v1.Widget']?.properties?.spec as {
      description: string;
      properties: Record<string, { properties: object }>;
    };
    expect(spec.description).toBe('What is wanted.');
    expect(Object.keys(spec.properties.template?.properties ?? {})).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining([
        'io.ex.v1.WidgetList',
        'io.k8s.api.autoscaling.v1.Scale',
        'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
        'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
        'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
      ]),
    );
    // What serves custom resources knows fewer kinds than what serves the built-in ones, and nothing of authentication.
    expect(Object.keys(document.components)).toEqual(['schemas']);
    const groups = (schema: object | undefined) =>
      (schema as { 'x-kubernetes-group-version-kind': { group: string }[] })['x-kubernetes-group-version-kind'];
    expect(groups(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'])).toHaveLength(54);
  });

  it('say of kind and apiVersion what Kubernetes does, whatever the definition says, and drop examples', async () => {
    const kind = { type: 'string', enum: ['widget'], description: 'Which.' };
    const spec = { type: 'object', properties: { a: { type: 'string', example: 'x' } } };
    const schema = { type: 'object', properties: { kind, spec } };
    const documents = openapiDocuments([{ ...widget, kind: 'widget' }], () => schema);
    const document = JSON.stringify(documents.get('apis/ex.io/v1')?.make());
    expect(document).toContain('"kind":{"description":"Which.","type":"string"}');
    expect(document).toContain('"spec":{"type":"object","properties":{"a":{"type":"string"}}}');
    expect(document).toContain('"operationId":"listExIoV1WidgetForAllNamespaces"');
    expect(document).toContain('"operationId":"listExIoV1Namespacedwidget"');
  });
});

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex')
    .slice(0, 16);
}

/** Sorted, and without the descriptions. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, entry]) => !(key === 'description' && typeof entry === 'string'));
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, canonical(entry)]),
  );
}
