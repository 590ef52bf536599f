import { ClusterRole, ClusterRoleBinding } from '@opwright/kubernetes/rbac';
import { expect, test } from 'vitest';
import { startCluster } from '../../index.ts';
import { reconciledRole } from './reconcile.ts';

const merge = (patch: object) => ({ type: 'merge', patch }) as const;

test('a cluster that starts again gives default roles what they lack, and takes nothing away', async () => {
  const own = { verbs: ['get'], apiGroups: ['example.com'], resources: ['foos'] };
  let saved: Uint8Array;
  let before: ClusterRole;
  {
    await using cluster = await startCluster({ profile: 'envtest' });
    const { client } = cluster;
    before = await client.get(ClusterRole, { name: 'system:basic-user' });
    await client.patch(ClusterRole, { name: 'system:basic-user' }, merge({ rules: [own] }));
    await client.patch(ClusterRoleBinding, { name: 'system:basic-user' }, merge({ subjects: [] }));
    const alone = { metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } }, rules: [] };
    await client.patch(ClusterRole, { name: 'system:discovery' }, merge(alone));
    saved = await cluster.save();
  }
  await using cluster = await startCluster({ profile: 'envtest', from: saved });
  const { client } = cluster;
  const { rules = [] } = await client.get(ClusterRole, { name: 'system:basic-user' });
  expect(rules?.[0]).toEqual(own);
  expect(rules?.slice(1).flatMap(({ resources, verbs }) => `${verbs} ${resources}`)).toEqual(
    before.rules?.flatMap(({ resources = [], verbs }) => resources.map((resource) => `${verbs} ${resource}`)),
  );
  const { subjects } = await client.get(ClusterRoleBinding, { name: 'system:basic-user' });
  expect(subjects).toEqual([{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' }]);
  expect((await client.get(ClusterRole, { name: 'system:discovery' })).rules ?? []).toEqual([]);
});

test('a default role that lacks nothing is left as it is, and an aggregated one keeps its rules', () => {
  const role = { metadata: { name: 'r' }, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
  const less = { metadata: { name: 'r' }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] };
  expect(reconciledRole(role, less)).toBeUndefined();
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
  expect(reconciledRole({ ...less, aggregationRule }, { metadata: {}, aggregationRule, rules: null })).toBeUndefined();
  expect(reconciledRole(less, { metadata: { labels: { a: 'b' } }, rules: [] })).toMatchObject({
    metadata: { name: 'r', labels: { a: 'b' } },
  });
});
