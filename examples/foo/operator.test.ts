import { startCluster } from '@opwright/cluster';
import { Pod } from '@opwright/kubernetes/core';
import { createManager } from 'opwright';
import { expect, test, vi } from 'vitest';
import { Foo } from './foo.ts';
import operator from './operator.ts';

test('a Foo is happy while a pod with the name of its friend exists', async () => {
  await using cluster = await startCluster();
  await cluster.load([Foo.crd()]);
  const manager = createManager(operator, { transport: cluster.transport, metricsAddress: '0', probeAddress: '0' });
  await manager.start();

  const key = { namespace: 'default', name: 'foo-1' };
  const happy = async () => (await cluster.client.get(Foo, key)).status?.happy;
  await cluster.client.create(Foo, { metadata: key, spec: { name: 'jack' } });
  await vi.waitFor(async () => expect(await happy()).toBe(false));

  const jack = { namespace: 'default', name: 'jack' };
  await cluster.client.create(Pod, { metadata: jack, spec: { containers: [{ name: 'main', image: 'ubuntu' }] } });
  await vi.waitFor(async () => expect(await happy()).toBe(true));

  await cluster.client.delete(Pod, jack);
  await vi.waitFor(async () => expect(await happy()).toBe(false));
  await manager.stop();
});
