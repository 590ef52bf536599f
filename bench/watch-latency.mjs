// From the beginning of a write until a watch has its event, over TLS from another process. Where there is a real API server
// the two take turns, so that what else the machine does falls on both.

import { performance } from 'node:perf_hooks';
import { ConfigMap } from '@opwright/kubernetes/core';
import { embeddedServer, RECORDED, realServer } from './servers.mjs';
import { configMap, percentile, report } from './support.mjs';

const ROUNDS = 3;
/** Both processes run compiled code by then; a young one takes twice as long. */
const WARM_UP = 500;
const RUNS = 1000;

/** The latencies in ms. */
async function measure(client, round) {
  const leaving = new AbortController();
  const arrived = new Map();
  const watching = (async () => {
    const { metadata } = await client.list(ConfigMap, { namespace: 'default' });
    const from = { namespace: 'default', resourceVersion: metadata.resourceVersion, signal: leaving.signal };
    for await (const { object } of client.watch(ConfigMap, from))
      arrived.get(object.metadata.name)?.(performance.now());
  })().catch((error) => {
    if (!leaving.signal.aborted) throw error;
  });
  const latencies = [];
  for (let i = 0; i < WARM_UP + RUNS; i++) {
    const name = `latency-${round}-${i}`;
    const event = new Promise((resolve) => arrived.set(name, resolve));
    const start = performance.now();
    await client.create(ConfigMap, configMap(name));
    if (i < WARM_UP) await Promise.race([event, new Promise((resolve) => setTimeout(resolve, 20))]);
    else latencies.push((await event) - start);
    arrived.delete(name);
  }
  leaving.abort();
  await watching;
  return latencies;
}

const embedded = await embeddedServer();
const real = await realServer();
const [latencies, anchors] = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  latencies.push(...(await measure(embedded.client, round)));
  if (real !== undefined) anchors.push(...(await measure(real.client, round)));
}
await embedded.stop();
await real?.stop();
const [p50, p99] =
  real === undefined ? [RECORDED.watchP50, RECORDED.watchP99] : [50, 99].map((p) => percentile(anchors, p));
report('TLS: write → event, p50', percentile(latencies, 50), 'ms', p50, { atMost: 1 });
report('TLS: write → event, p99', percentile(latencies, 99), 'ms', p99);
