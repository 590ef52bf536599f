import { ConfigMap, Pod, ResourceQuota } from '@opwright/kubernetes/core';
import { expect, test, vi } from 'vitest';
import { type Cluster, startCluster } from '../cluster.ts';

const namespace = 'default';
const pod = (name: string, cpu = '100m') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], restartPolicy: 'Never' },
});
const quota = (hard: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace },
  spec: { hard },
});

async function untilUsed(cluster: Cluster, used: Readonly<Record<string, string>>): Promise<void> {
  await vi.waitFor(async () => {
    const { status } = await cluster.client.get(ResourceQuota, { namespace, name: 'q' });
    expect(status?.used).toEqual(used);
  });
}

test('a quota is counted when it is made, when it changes, and when what it counts is deleted', async () => {
  await using cluster = await startCluster();
  await cluster.load([pod('a'), pod('b', '1')]);
  await cluster.load([quota({ pods: '3', 'requests.cpu': '2' })]);
  await untilUsed(cluster, { pods: '2', 'requests.cpu': '1100m' });
  await cluster.load([pod('c')]);
  await untilUsed(cluster, { pods: '3', 'requests.cpu': '1200m' });
  await expect(cluster.load([pod('d')])).rejects.toThrow('exceeded quota: q, requested: pods=1, used: pods=3');
  await cluster.client.delete(Pod, { namespace, name: 'b' }, { gracePeriodSeconds: 0 });
  await untilUsed(cluster, { pods: '2', 'requests.cpu': '200m' });
  await cluster.load([pod('d')]);
  await cluster.load([quota({ 'count/configmaps': '5' })]);
  await untilUsed(cluster, { 'count/configmaps': '1' });
});

test('objects of a definition are counted, too, and what is not stored in the end is given back', async () => {
  await using cluster = await startCluster();
  await cluster.load([
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'foos.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'foos', singular: 'foo', kind: 'Foo' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
    quota({ 'count/foos.example.com': '1', configmaps: '3' }),
  ]);
  await untilUsed(cluster, { 'count/foos.example.com': '0', configmaps: '1' });
  const foo = (name: string) => ({ apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name, namespace } });
  await cluster.load([foo('a')]);
  await expect(cluster.load([foo('b')])).rejects.toThrow('exceeded quota: q, requested: count/foos.example.com=1');
  // Booked before it is found that there is such a ConfigMap already; the next deletion sets that right.
  await expect(cluster.client.create(ConfigMap, { metadata: { namespace, name: 'kube-root-ca.crt' } })).rejects.toThrow(
    'already exists',
  );
  await untilUsed(cluster, { 'count/foos.example.com': '1', configmaps: '2' });
  await cluster.transport.request({
    method: 'DELETE',
    path: `/apis/example.com/v1/namespaces/${namespace}/foos/a`,
    headers: {},
  });
  await untilUsed(cluster, { 'count/foos.example.com': '0', configmaps: '1' });
});

test('a pod that has ended counts no more', async () => {
  await using cluster = await startCluster();
  await cluster.load([quota({ pods: '1' }), pod('a')]);
  await untilUsed(cluster, { pods: '1' });
  await cluster.transport.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/a/status`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { json: { status: { phase: 'Succeeded' } } },
  });
  await untilUsed(cluster, { pods: '0' });
});
