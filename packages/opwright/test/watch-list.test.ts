import { createClient, systemClock, systemRandom, type Transport } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCache } from '../src/cache/cache.ts';
import { recording } from './support/fixtures.ts';

let cluster: Cluster;
let paths: string[];

beforeEach(async () => {
  cluster = await startCluster({ profile: 'envtest' });
  paths = [];
});
afterEach(() => cluster.stop());

function listening(transport: Transport): Transport {
  return {
    close: () => transport.close(),
    request(request) {
      paths.push(request.path);
      return transport.request(request);
    },
  };
}

test('the embedded cluster fills a cache by one stream, which goes on with the changes', async () => {
  const create = (name: string) =>
    cluster.client.create(ConfigMap, { metadata: { name, namespace: 'default' }, data: { key: name } });
  for (const name of ['a', 'b', 'c']) await create(name);
  const logger = recording();
  const cache = createCache({
    client: createClient(listening(cluster.transport)),
    clock: systemClock,
    random: systemRandom,
    logger,
    watchList: true,
  });
  const maps = cache.kind(ConfigMap);
  const heard: string[] = [];
  let wake = () => {};
  maps.listen(({ type, object }) => {
    if (object.metadata.namespace === 'default') heard.push(`${type} ${object.metadata.name}`);
    wake();
  });
  const controller = new AbortController();
  const running = cache.run(controller.signal);
  await maps.informers[0]!.synced;
  const { items, metadata } = await cluster.client.list(ConfigMap);
  expect(maps.list()).toEqual(items);
  expect(maps.informers[0]!.state.resourceVersion).toBe(metadata.resourceVersion);
  await create('d');
  await cluster.client.delete(ConfigMap, { name: 'a', namespace: 'default' });
  while (heard.at(-1) !== 'delete a') {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  expect(heard.filter((line) => !line.includes('kube-root-ca'))).toEqual([
    'add a',
    'add b',
    'add c',
    'add d',
    'delete a',
  ]);
  expect(paths).toHaveLength(1);
  expect(paths[0]).toMatch(/watch=true&resourceVersion=&resourceVersionMatch=NotOlderThan.*&sendInitialEvents=true/);
  expect(logger.lines).toEqual([]);
  controller.abort(new Error('the test is over'));
  await running;
});
