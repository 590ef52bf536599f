// What a write, a page and a selected list cost in processor time, by the number of objects that are stored; in-process.

import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { configMap, longestStall, median, report } from './support.mjs';

const SIZES = [1_000, 10_000, 100_000];
/** The first size once more, before: it would pay for the compilers. */
const ROUNDS = [1_000, ...SIZES];
const BATCHES = 9;
const SMALLEST = 'with 1,000';

/** Median µs of processor time of one operation, over batches. */
async function cost(perBatch, operation) {
  const times = [];
  let n = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const before = process.cpuUsage();
    for (let i = 0; i < perBatch; i++) await operation(n++);
    times.push(process.cpuUsage(before).user / perBatch);
  }
  return median(times);
}

const cluster = await startCluster({ profile: 'envtest' });
const { client } = cluster;
const labelled = (i) => ({
  ...configMap(`object-${String(i).padStart(6, '0')}`),
  metadata: {
    name: `object-${String(i).padStart(6, '0')}`,
    namespace: 'default',
    labels: { app: `app-${i % 100}` },
  },
});

let stored = 0;
const costs = [];
globalThis.gc();
const empty = process.memoryUsage().heapUsed;
for (const [round, size] of ROUNDS.entries()) {
  while (stored < size) await client.create(ConfigMap, labelled(stored++));
  globalThis.gc();
  const heap = process.memoryUsage().heapUsed;
  costs[Math.max(0, round - 1)] = {
    heapPerObject: (heap - empty) / size,
    create: await cost(200, async (i) => {
      const made = await client.create(ConfigMap, configMap(`scale-${round}-${i}`));
      await client.delete(ConfigMap, made.metadata);
    }),
    update: await cost(200, (i) =>
      client.update(ConfigMap, { ...labelled(i % size), data: { round: `${round}`, i: `${i}` } }),
    ),
    page: await cost(20, () => client.raw('GET', '/api/v1/namespaces/default/configmaps?limit=500')),
    selected: await cost(2, () => client.raw('GET', '/api/v1/namespaces/default/configmaps?labelSelector=app%3Dapp-7')),
  };
}
for (const [index, size] of SIZES.entries()) {
  const at = size.toLocaleString('en');
  const { create, update, page, selected, heapPerObject } = costs[index];
  const same = index === 0 ? undefined : { atMost: 2, times: true };
  report(`${at} objects: create and delete`, create, 'µs', index === 0 ? undefined : costs[0].create, same, SMALLEST);
  report(`${at} objects: update`, update, 'µs', index === 0 ? undefined : costs[0].update, same, SMALLEST);
  report(`${at} objects: list, limit 500`, page, 'µs', index === 0 ? undefined : costs[0].page, same, SMALLEST);
  report(`${at} objects: list of 1 % by label, per object`, (selected / size) * 1000, 'ns');
  // Few objects disappear beside the events of the history, which is bounded.
  if (size === 100_000)
    report(`${at} objects: heap per small object`, heapPerObject, 'B', undefined, { atMost: 1_000 });
}
const selecting = () => client.raw('GET', '/api/v1/namespaces/default/configmaps?labelSelector=app%3Dapp-7');
const stalls = [];
for (let i = 0; i < BATCHES; i++) stalls.push(await longestStall(selecting));
report('100,000 objects: others wait for a list of 1 % by label', median(stalls), 'ms', undefined, { atMost: 10 });
await cluster.stop();
