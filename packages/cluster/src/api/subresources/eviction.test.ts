import { expect, test } from 'vitest';
import { send } from '../../../test/exchange.ts';
import { startCluster } from '../../index.ts';

test('a pod is evicted unless a disruption budget needs it', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  const pods = '/api/v1/namespaces/default/pods';
  const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] };
  await send(transport, `POST ${pods}`, { metadata: { name: 'p', labels: { a: 'b' } }, spec });
  const merge = { 'content-type': 'application/merge-patch+json' };
  await send(transport, `PATCH ${pods}/p/status`, { status: { phase: 'Running' } }, merge);
  const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
  const budget = { metadata: { name: 'd' }, spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } } };
  await send(transport, `POST ${budgets}`, budget);
  const patch = { status: { disruptionsAllowed: 0, desiredHealthy: 2, currentHealthy: 2, expectedPods: 2 } };
  await send(transport, `PATCH ${budgets}/d/status`, patch, merge);
  const evict = () =>
    send(transport, `POST ${pods}/p/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } });
  expect((await evict()).body).toMatchObject({
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    reason: 'TooManyRequests',
    details: {
      causes: [
        { reason: 'DisruptionBudget', message: 'The disruption budget d needs 2 healthy pods and has 2 currently' },
      ],
    },
    code: 429,
  });
  await send(transport, `DELETE ${budgets}/d`);
  expect((await evict()).body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  });
  expect((await send(transport, `GET ${pods}/p`)).body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 } });
});
