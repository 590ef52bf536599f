import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../../kinds/builtin.ts';
import type { FeatureGates } from '../../kinds/feature-gates.ts';
import type { ServedKind } from '../../kinds/kind.ts';
import { createRegistry } from '../../kinds/registry.ts';
import type { ServerResponse } from '../http-types.ts';
import { requestInfo } from '../request-info.ts';
import { discoveryDocuments } from './documents.ts';

const golden = JSON.parse(readFileSync(new URL('./golden/discovery.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function server(gates: FeatureGates = {}) {
  const registry = createRegistry(builtinKinds());
  const handler = discoveryDocuments(registry, () => '127.0.0.1:26443', gates);
  return {
    registry,
    async get(path: string, headers: Record<string, string> = {}): Promise<ServerResponse | undefined> {
      const info = requestInfo('GET', path);
      if (info.isResource) throw new Error(`${path} names a resource`);
      return handler({ method: 'GET', path, headers, lifetime: new AbortController() }, info);
    },
  };
}

function jsonText(response: ServerResponse | undefined): string {
  if (response === undefined) return '';
  const { body } = response;
  return 'text' in body ? body.text.trimEnd() : 'json' in body ? JSON.stringify(body.json) : '';
}

const widget: ServedKind = {
  ...(builtinKinds().find((kind) => kind.kind === 'ConfigMap') as ServedKind),
  custom: true,
  group: 'ex.io',
  version: 'v1',
  apiVersion: 'ex.io/v1',
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  shortNames: ['wi'],
  categories: ['all', 'exs'],
  storage: 'widgets.ex.io',
  verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
  subresources: [
    { name: 'status', kind: 'Widget', verbs: ['get', 'patch', 'update'] },
    { name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
  ],
};

describe('discovery', () => {
  it.each(Object.keys(golden).filter((name) => name.startsWith('legacy_')))(
    'answers %s byte for byte',
    async (name) => {
      const path = `/${name.slice('legacy_'.length).replaceAll('_', '/')}`;
      expect(jsonText(await server().get(path))).toBe(JSON.stringify(golden[name]));
    },
  );

  it.each(['api', 'apis'])('answers the aggregated document of /%s byte for byte', async (root) => {
    const response = await server().get(`/${root}`, { accept: aggregated });
    expect(response?.headers['content-type']).toBe(aggregated);
    expect(response?.headers.vary).toBe('Accept');
    expect(jsonText(response)).toBe(JSON.stringify(golden[`aggregated_${root}`]));
  });

  it('has the old form alone where a gate says so', async () => {
    const { get } = server({ AggregatedDiscoveryEndpoint: false });
    const response = await get('/apis', { accept: `${aggregated},application/json` });
    expect(response?.headers['content-type']).toBe('application/json');
    expect(jsonText(response)).toBe(JSON.stringify(golden.legacy_apis));
  });

  it('lists the groups of custom resources by the first of their versions, then by name; the aggregated document by name alone', async () => {
    const { get, registry } = server();
    registry.serve('a', [{ ...widget, group: 'a.io', version: 'v1beta1', apiVersion: 'a.io/v1beta1' }]);
    const z = { ...widget, group: 'z.io' };
    registry.serve('z', [{ ...z, version: 'v2', apiVersion: 'z.io/v2' }, z]);
    const legacy = JSON.parse(jsonText(await get('/apis'))) as { groups: { name: string }[] };
    expect(legacy.groups.slice(-2).map(({ name }) => name)).toEqual(['z.io', 'a.io']);
    const all = JSON.parse(jsonText(await get('/apis', { accept: aggregated }))) as {
      items: { metadata: { name: string } }[];
    };
    expect(all.items.slice(-2).map(({ metadata }) => metadata.name)).toEqual(['a.io', 'z.io']);
  });

  it('answers 304 to a client that has the aggregated document, until the kinds change', async () => {
    const { get, registry } = server();
    const etag = String((await get('/apis', { accept: aggregated }))?.headers.etag);
    const headers = { accept: `${aggregated},application/json`, 'if-none-match': etag };
    expect((await get('/apis', headers))?.status).toBe(304);
    registry.serve('widgets.ex.io', [widget]);
    expect((await get('/apis', headers))?.status).toBe(200);
  });

  it('lists the resources of custom groups after the built-in ones', async () => {
    const { get, registry } = server();
    registry.serve('widgets.ex.io', [widget]);
    expect(jsonText(await get('/apis'))).toMatch(/"flowcontrol.apiserver.k8s.io".*"name":"ex.io"/);
    expect(jsonText(await get('/apis/ex.io/v1'))).toBe(
      '{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"ex.io/v1","resources":[' +
        '{"name":"widgets","singularName":"widget","namespaced":true,"kind":"Widget","verbs":["delete","deletecollection","get","list","patch","create","update","watch"],"shortNames":["wi"],"categories":["all","exs"],"storageVersionHash":"RDFwhYKgK0s="},' +
        '{"name":"widgets/status","singularName":"","namespaced":true,"kind":"Widget","verbs":["get","patch","update"]},' +
        '{"name":"widgets/scale","singularName":"","namespaced":true,"group":"autoscaling","version":"v1","kind":"Scale","verbs":["get","patch","update"]}]}',
    );
    registry.serve('widgets.ex.io', []);
    expect(await get('/apis/ex.io/v1')).toBeUndefined();
    expect(await get('/apis/ex.io')).toBeUndefined();
  });

  it('refuses the aggregated form where there is none', async () => {
    await expect(server().get('/apis/apps/v1', { accept: aggregated })).rejects.toThrow(
      'only the following media types are accepted',
    );
  });

  it('orders versions as clients prefer them', async () => {
    const { get, registry } = server();
    const versions = ['v1alpha1', 'v1', 'v2beta1', 'foo', 'v11', 'v2'];
    registry.serve(
      'widgets.ex.io',
      versions.map((version) => ({ ...widget, version })),
    );
    const group = JSON.parse(jsonText(await get('/apis/ex.io'))) as { versions: { version: string }[] };
    expect(group.versions.map(({ version }) => version)).toEqual(['v11', 'v2', 'v1', 'v2beta1', 'v1alpha1', 'foo']);
  });
});
