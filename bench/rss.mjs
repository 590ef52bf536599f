// Memory: of a server in a process of its own, of a cluster among hundreds in one process, and what is left of them.

import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { embeddedServer, RECORDED, realServer, residentMb } from './servers.mjs';
import { configMap, rate, report } from './support.mjs';

const CLUSTERS = 200;

const real = await realServer();
const anchor = real === undefined ? RECORDED.rssMb : await residentMb(real.pid);
await real?.stop();
const server = await embeddedServer();
report('resident memory of a server', await residentMb(server.pid), 'MB', anchor, { atMost: 0.5, times: true });
await rate(10_000, 16, (i) => server.client.create(ConfigMap, configMap(`object-${i}`)));
report('the same after 10,000 small objects', await residentMb(server.pid), 'MB', anchor);
await server.stop();

const heapMb = async () => {
  // What waits for the next turn of the loop holds on to much.
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed / 1e6;
};
const run = async () => {
  const clusters = await Promise.all(Array.from({ length: CLUSTERS }, () => startCluster({ profile: 'envtest' })));
  for (const { client } of clusters) await client.create(ConfigMap, configMap('a'));
  const heap = await heapMb();
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  return heap;
};
// The first ones load what all share.
await run();
const before = await heapMb();
const full = await run();
report(`heap of each of ${CLUSTERS} clusters`, ((full - before) * 1000) / CLUSTERS, 'kB', undefined, { atMost: 1_000 });
report(`heap left of each when they have ended`, (((await heapMb()) - before) * 1000) / CLUSTERS, 'kB', undefined, {
  atMost: 5,
});
