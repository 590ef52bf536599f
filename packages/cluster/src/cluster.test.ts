import { ConfigMap } from '@opwright/kubernetes/core';
import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { startCluster } from './index.ts';

const key = { namespace: 'default', name: 'a' };

test('an object is created, read, replaced and deleted through the in-process client', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { client } = cluster;
  const created = await client.create(ConfigMap, { metadata: key, data: { x: '1' } });
  expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: key, data: { x: '1' } });
  expect(await client.get(ConfigMap, key)).toBe(created);
  const updated = await client.update(ConfigMap, { metadata: key, data: { x: '2' } });
  expect(updated.metadata.uid).toBe(created.metadata.uid);
  expect(Number(updated.metadata.resourceVersion)).toBe(Number(created.metadata.resourceVersion) + 1);
  const list = await client.list(ConfigMap, { namespace: 'default' });
  expect(list.items).toEqual([updated]);
  await client.delete(ConfigMap, key);
  await expect(client.get(ConfigMap, key)).rejects.toMatchObject({ code: 404, message: 'configmaps "a" not found' });
});

test('an update with a stale resourceVersion is refused', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { client } = cluster;
  const first = await client.create(ConfigMap, { metadata: key, data: { x: '1' } });
  await client.update(ConfigMap, { metadata: key, data: { x: '2' } });
  const { resourceVersion } = first.metadata;
  await expect(
    client.update(ConfigMap, { metadata: { ...key, resourceVersion }, data: { x: '3' } }),
  ).rejects.toMatchObject({
    status: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      reason: 'Conflict',
      details: { name: 'a', kind: 'configmaps' },
      code: 409,
    },
  });
  expect((await client.get(ConfigMap, key)).data).toEqual({ x: '2' });
});

test('a watch delivers changes as they happen and ends with the cluster', async () => {
  const clock = new VirtualClock();
  const cluster = await startCluster({ profile: 'envtest', clock });
  const seen: string[] = [];
  const watching = (async () => {
    for await (const event of cluster.client.watch(ConfigMap, { namespace: 'default' })) {
      seen.push(`${event.type} ${event.type === 'ADDED' ? event.object.metadata.name : ''}`.trim());
    }
  })();
  await clock.advance(0);
  await cluster.client.create(ConfigMap, { metadata: key });
  await cluster.client.update(ConfigMap, { metadata: key, data: { x: '1' } });
  await cluster.client.update(ConfigMap, { metadata: key, data: { x: '1' } });
  await cluster.client.delete(ConfigMap, key);
  await clock.advance(0);
  await cluster.stop();
  await watching;
  expect(seen).toEqual(['ADDED a', 'MODIFIED', 'DELETED']);
  expect(clock.pending).toBe(0);
});
