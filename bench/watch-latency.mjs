// From the beginning of a write until a watch has its event, over TLS from another process.

import { performance } from 'node:perf_hooks';
import { ConfigMap } from '@opwright/kubernetes/core';
import { embeddedServer, RECORDED, realServer } from './servers.mjs';
import { configMap, percentile, report } from './support.mjs';

const RUNS = 500;

/** The latencies in ms. */
async function measure(client) {
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
  for (let i = 0; i < RUNS + 50; i++) {
    const name = `latency-${i}`;
    const event = new Promise((resolve) => arrived.set(name, resolve));
    const start = performance.now();
    await client.create(ConfigMap, configMap(name));
    if (i < 50) await Promise.race([event, new Promise((resolve) => setTimeout(resolve, 20))]);
    else latencies.push((await event) - start);
    arrived.delete(name);
  }
  leaving.abort();
  await watching;
  return latencies;
}

const real = await realServer();
const anchors = real === undefined ? undefined : await measure(real.client);
await real?.stop();
const p50 = anchors === undefined ? RECORDED.watchP50 : percentile(anchors, 50);
const p99 = anchors === undefined ? RECORDED.watchP99 : percentile(anchors, 99);

const embedded = await embeddedServer();
const latencies = await measure(embedded.client);
await embedded.stop();
report('TLS: write → event, p50', percentile(latencies, 50), 'ms', p50, { atMost: 1 });
report('TLS: write → event, p99', percentile(latencies, 99), 'ms', p99);
