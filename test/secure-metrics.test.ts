import { request } from 'node:https';
import { type Cluster, startCluster } from '@opwright/cluster';
import { VirtualClock } from '@opwright/machinery';
import { controller, createManager, defineOperator, defineResource, jsonLogger, k, type Manager } from 'opwright';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { operatorManifests } from '../packages/cli/src/manifests/operator-manifests.ts';

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ name: k.string() }),
  status: k.object({ happy: k.boolean().optional() }),
});
const operator = defineOperator({
  name: 'foo-operator',
  controllers: [controller(Foo).reconcile((_foo, ctx) => ctx.status({ happy: true }))],
});
const SYSTEM = 'foo-operator-system';

let cluster: Cluster;
let manager: Manager;
const clock = new VirtualClock();
/** What the operator asked the API server about those who want its metrics. */
const reviews: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({ profile: 'envtest', clock });
  const { crds, rbac } = operatorManifests(operator, { secureMetrics: true });
  await cluster.load([...crds, ...rbac]);
  // The operator has the rights of its manifests and no others.
  const own = cluster.as({ name: `system:serviceaccount:${SYSTEM}:foo-operator`, groups: [] });
  manager = createManager(operator, {
    transport: {
      ...own,
      request: (call) => {
        const asked = /\w+reviews\b/.exec(call.path);
        if (asked !== null) reviews.push(asked[0]);
        return own.request(call);
      },
    },
    clock,
    secureMetrics: true,
    metricsAddress: '127.0.0.1:0',
    probeAddress: '0',
    logger: jsonLogger({ write: () => {} }),
  });
  await manager.start();
});

afterAll(async () => {
  await manager.stop();
  await cluster[Symbol.asyncDispose]();
});

async function tokenOf(name: string): Promise<string> {
  const at = `/api/v1/namespaces/default/serviceaccounts`;
  const post = (path: string, object: object) =>
    cluster.transport.request({ method: 'POST', path, body: { json: object } });
  await post(at, { metadata: { name } });
  const answer = (await (await post(`${at}/${name}/token`, { spec: {} })).json()) as { status: { token: string } };
  return answer.status.token;
}

function scrape(token?: string, path = '/metrics', put?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(`${manager.metricsUrl}${path}`, {
      rejectUnauthorized: false,
      method: put === undefined ? 'GET' : 'PUT',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
      .on('error', reject)
      .on('response', async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, text });
      })
      .end(put);
  });
}

test('who has no token, or one that nobody knows, gets no metrics', async () => {
  expect(manager.metricsUrl).toMatch(/^https:/);
  expect(await scrape()).toEqual({ status: 401, text: 'Unauthorized\n' });
  expect(await scrape('made-up')).toEqual({ status: 401, text: 'Unauthorized\n' });
});

test('who may not read them is told so; with the role of the manifests the metrics come', async () => {
  const token = await tokenOf('prometheus');
  const name = 'system:serviceaccount:default:prometheus';
  expect(await scrape(token)).toEqual({ status: 403, text: `Authorization denied for user ${name}\n` });
  await cluster.load([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'prometheus' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'foo-operator-metrics-reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'prometheus', namespace: 'default' }],
    },
  ]);
  // The refusal holds for half a minute.
  expect((await scrape(token)).status).toBe(403);
  await clock.advance(30_000);
  const { status, text } = await scrape(token);
  expect(status).toBe(200);
  expect(text).toContain('controller_runtime_reconcile_total');
  expect((await scrape(token, '/other')).status).toBe(403);
});

test('the API server is asked once for what holds a while', async () => {
  const token = await tokenOf('prometheus');
  await scrape(token);
  reviews.length = 0;
  for (let i = 0; i < 5; i++) await scrape(token);
  expect(reviews).toEqual([]);
  await clock.advance(60_000);
  await scrape(token);
  expect(reviews).toEqual(['tokenreviews']);
});

test('who may, can ask what the operator is doing, and how much it says', async () => {
  await cluster.load([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'debugger' },
      rules: [{ nonResourceURLs: ['/debug/*'], verbs: ['get', 'put'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'debugger' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'debugger' },
      subjects: [{ kind: 'ServiceAccount', name: 'person', namespace: 'default' }],
    },
  ]);
  const token = await tokenOf('person');
  await cluster.client.create(Foo, { metadata: { namespace: 'default', name: 'foo-1' }, spec: { name: 'jack' } });
  await vi.waitFor(async () => {
    const foo = await cluster.client.get(Foo, { namespace: 'default', name: 'foo-1' });
    expect(foo.status?.happy).toBe(true);
  });
  const { status, text } = await scrape(token, '/debug/dump');
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({
    ready: { ready: true },
    isLeader: true,
    controllers: [{ controller: 'foo', running: [], queue: { due: 0, keys: [] } }],
    caches: [{ resource: 'foos.example.com', objects: 1, synced: true }],
  });
  expect(await scrape(token, '/debug/log-level')).toEqual({ status: 200, text: 'info\n' });
  expect(await scrape(token, '/debug/log-level', 'debug')).toEqual({ status: 200, text: 'debug\n' });
  expect(await scrape(token, '/debug/log-level', 'loud')).toMatchObject({ status: 400 });
  expect((await scrape(token, '/metrics')).status).toBe(403);
});
