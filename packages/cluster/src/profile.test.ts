import { isNotFound } from '@opwright/client';
import { Namespace, Pod } from '@opwright/kubernetes/core';
import { expect, test } from 'vitest';
import { startCluster } from './index.ts';

test('in the cluster profile a pod runs, and a namespace takes its content with it', async () => {
  await using cluster = await startCluster();
  const { client } = cluster;
  await client.create(Namespace, { metadata: { name: 'n' } });
  const key = { namespace: 'n', name: 'p' };
  await expect
    .poll(() =>
      client.create(Pod, { metadata: key, spec: { containers: [{ name: 'c', image: 'i' }] } }).then(
        () => true,
        (e: Error) => e.message,
      ),
    )
    .toBe(true);
  await expect.poll(async () => (await client.get(Pod, key)).status?.phase).toBe('Running');
  await client.delete(Namespace, { name: 'n' });
  await expect
    .poll(() => client.get(Namespace, { name: 'n' }).then(() => false, isNotFound), { timeout: 5000 })
    .toBe(true);
});
