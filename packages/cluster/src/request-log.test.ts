import { ConfigMap } from '@opwright/kubernetes/core';
import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { type RequestRecord, startCluster } from './index.ts';

const key = { namespace: 'default', name: 'a' };

test('each request is recorded with what it asked, who asked, and how it was answered', async () => {
  const clock = new VirtualClock();
  await using cluster = await startCluster({ profile: 'envtest', clock });
  cluster.requests.clear();
  await cluster.client.create(ConfigMap, { metadata: key });
  const jane = cluster.as({ name: 'jane' });
  await (await jane.request({ method: 'GET', path: '/api/v1/namespaces/default/configmaps?limit=1' })).json();
  await (await jane.request({ method: 'GET', path: '/version', headers: { 'user-agent': 'curl/8' } })).json();
  await (await jane.request({ method: 'GET', path: '/%zz' })).text();
  const facts = { group: '', version: 'v1', subresource: '', namespace: 'default', at: clock.now(), durationMs: 0 };
  const more = { method: 'GET', auditId: expect.any(String), impersonatedUser: '' };
  const configMaps = { ...facts, resource: 'configmaps', path: '/api/v1/namespaces/default/configmaps' };
  const nothing = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
  expect(cluster.requests.records).toEqual([
    {
      ...more,
      ...configMaps,
      method: 'POST',
      verb: 'create',
      name: '',
      user: 'kubernetes-admin',
      userAgent: 'opwright-cluster',
      code: 201,
    },
    {
      ...more,
      ...configMaps,
      verb: 'list',
      path: `${configMaps.path}?limit=1`,
      name: '',
      user: 'jane',
      userAgent: '',
      code: 403,
    },
    { ...more, ...facts, ...nothing, verb: 'get', path: '/version', user: 'jane', userAgent: 'curl/8', code: 200 },
    { ...more, ...facts, ...nothing, verb: 'get', path: '/%zz', user: '', userAgent: '', code: 400 },
  ]);
});

test('the log is bounded, counts on, and tells its subscribers', async () => {
  await using cluster = await startCluster({ profile: 'envtest', requestLimit: 2 });
  const before = cluster.requests.count;
  const seen: RequestRecord[] = [];
  const stop = cluster.requests.subscribe((record) => seen.push(record));
  for (let i = 0; i < 7; i++) await cluster.client.raw('GET', `/version?${i}`);
  stop();
  await cluster.client.raw('GET', '/version?7');
  expect(cluster.requests.count).toBe(before + 8);
  expect(cluster.requests.records.length).toBeLessThan(4);
  expect(cluster.requests.records.at(-2)?.path).toBe('/version?6');
  expect(seen.map(({ path }) => path)).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `/version?${i}`));
});
