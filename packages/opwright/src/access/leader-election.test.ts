import { createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { Namespace } from '@opwright/kubernetes/core';
import { Role, RoleBinding } from '@opwright/kubernetes/rbac';
import { isForbidden } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { restingClock, startCandidate } from '../../test/support/candidates.ts';
import { Lease } from '../election/lease.ts';
import { leaderElectionRules } from './leader-election.ts';

test('a candidate needs exactly this role, in the namespace of its lease', async () => {
  const clock = restingClock();
  const cluster = await startCluster({ profile: 'envtest', clock });
  await cluster.client.create(Namespace, { metadata: { name: 'ops' } });
  const metadata = { namespace: 'ops', name: 'leader-election' };
  await cluster.client.create(Role, { metadata, rules: leaderElectionRules('op') });
  await cluster.client.create(RoleBinding, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'leader-election' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'operator' }],
  });
  const transport = cluster.as({ name: 'operator' });
  const first = startCandidate(transport, clock, 'a', { namespace: 'ops', leaseName: 'op' });
  await clock.advance(10_000);
  expect(first.state).toBe('leading');
  const second = startCandidate(transport, clock, 'b', { namespace: 'ops', leaseName: 'op' });
  await Promise.all([first.stop(), clock.advance(10)]);
  await clock.advance(5000);
  expect(second.state).toBe('leading');
  await Promise.all([second.stop(), clock.advance(10)]);
  expect([...first.lines, ...second.lines].filter(({ level }) => level !== 'info')).toEqual([]);

  const client = createClient(transport);
  await expect(client.get(Lease, { namespace: 'ops', name: 'other' })).rejects.toSatisfy(isForbidden);
  await expect(client.get(Lease, { namespace: 'default', name: 'op' })).rejects.toSatisfy(isForbidden);
  await cluster.stop();
});
