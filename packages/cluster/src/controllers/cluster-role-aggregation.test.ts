import { ClusterRole } from '@opwright/kubernetes/rbac';
import { expect, test } from 'vitest';
import { startCluster } from '../index.ts';

const rules = (resource: string) => [{ verbs: ['get'], apiGroups: ['example.com'], resources: [resource] }];
const aggregate = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };

test('the rules of a role that is labelled so become those of the role that gathers them, and go with it', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  const gathered = async (name: string) => (await client.get(ClusterRole, { name })).rules ?? [];
  const before = await gathered('view');
  const labelled = { metadata: { name: 'foos', labels: aggregate }, rules: rules('foos') };
  await client.create(ClusterRole, labelled);
  // What viewers may, editors may, and what those may, administrators may.
  for (const name of ['view', 'edit', 'admin']) {
    await expect.poll(() => gathered(name)).toContainEqual(rules('foos')[0]);
  }
  const { metadata } = await client.get(ClusterRole, { name: 'view' });
  expect(metadata.managedFields?.map(({ manager, operation }) => [manager, operation])).toContainEqual([
    'clusterrole-aggregation-controller',
    'Apply',
  ]);
  await client.delete(ClusterRole, { name: 'foos' });
  await expect.poll(() => gathered('view')).toEqual(before);
});

test('an aggregated role has its rules without help at the start, and none of its own survive', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  const { managedFields } = (await client.get(ClusterRole, { name: 'view' })).metadata;
  expect(managedFields?.map(({ manager }) => manager)).toEqual(['kube-apiserver']);
  await client.create(ClusterRole, {
    metadata: { name: 'all' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { team: 'a' } }, { matchLabels: { team: 'b' } }] },
    rules: rules('own'),
  });
  await client.create(ClusterRole, { metadata: { name: 'z', labels: { team: 'a' } }, rules: rules('z') });
  await client.create(ClusterRole, { metadata: { name: 'b', labels: { team: 'b' } }, rules: rules('b') });
  await client.create(ClusterRole, { metadata: { name: 'a', labels: { team: 'b' } }, rules: rules('z') });
  await expect
    .poll(async () => (await client.get(ClusterRole, { name: 'all' })).rules)
    .toEqual([...rules('z'), ...rules('b')]);
});
