// What a write costs when many watch its resource: 1,000 watches in the process, and 200 over TLS.

import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { embeddedServer, realServer } from './servers.mjs';
import { configMap, percentile, report } from './support.mjs';

const WRITES = 100;

/** A write every few ms: how long until it is answered, and until every watcher has its event, in ms. */
async function measure(client, watchers, watching = client) {
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  let events = 0;
  let complete = () => {};
  const { metadata } = await client.list(ConfigMap, { namespace: 'default' });
  const options = { namespace: 'default', resourceVersion: metadata.resourceVersion, signal: leaving.signal };
  const streams = Array.from({ length: watchers }, async () => {
    for await (const _ of watching.watch(ConfigMap, options)) if (++events === watchers) complete();
  });
  await new Promise((resolve) => setTimeout(resolve, watchers));
  const [answered, delivered] = [[], []];
  for (let i = 0; i < WRITES; i++) {
    events = 0;
    const done = watchers === 0 ? undefined : new Promise((resolve) => (complete = resolve));
    const start = performance.now();
    await client.create(ConfigMap, configMap(`watched-${watchers}-${i}`));
    answered.push(performance.now() - start);
    await done;
    delivered.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  leaving.abort();
  await Promise.allSettled(streams);
  return { answered: percentile(answered.slice(20), 50), delivered: percentile(delivered.slice(20), 50) };
}

async function tell(where, client, watchers, anchors) {
  const alone = await measure(client, 0);
  const watched = await measure(client, watchers);
  report(`${where}: write without watchers, p50`, alone.answered, 'ms', anchors?.alone.answered);
  report(`${where}: write with ${watchers} watchers, p50`, watched.answered, 'ms', anchors?.watched.answered);
  report(`${where}: the same as a multiple`, watched.answered / alone.answered, '×', undefined, { atMost: 2 });
  report(`${where}: until all ${watchers} have the event, p50`, watched.delivered, 'ms', anchors?.watched.delivered);
}

const cluster = await startCluster({ profile: 'envtest' });
await tell('in-process', cluster.client, 1_000);
await cluster.stop();

const real = await realServer();
const anchors =
  real === undefined ? undefined : { alone: await measure(real.client, 0), watched: await measure(real.client, 200) };
await real?.stop();
const embedded = await embeddedServer();
await tell('TLS', embedded.client, 200, anchors);
await embedded.stop();
