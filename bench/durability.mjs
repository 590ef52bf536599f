// Creates per second with 16 under way, in memory and on disk, in-process and over TLS; and how long a start on a folder
// with many objects takes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { configMap, rate, report, timed } from './support.mjs';

const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
const kubeconfig = join(folder, 'kubeconfig');
const data = join(folder, 'data');

for (const [where, options] of [
  ['in memory', {}],
  ['on disk', { data }],
]) {
  const cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig, ...options });
  const connection = await connect({ kubeconfig });
  for (const [how, client, count] of [
    ['in-process', cluster.client, 20_000],
    ['TLS', createClient(connection.transport), 4_000],
  ]) {
    const prefix = how.toLowerCase();
    await rate(500, 16, (i) => client.create(ConfigMap, configMap(`warm-${prefix}-${i}`)));
    const perSecond = await rate(count, 16, (i) => client.create(ConfigMap, configMap(`${prefix}-${i}`)));
    report(`${how} creates ${where}, 16 under way`, perSecond, '/s', how === 'TLS' ? 2426 : undefined);
  }
  await connection.transport.close();
  await cluster.stop();
}

let again;
const ms = await timed(async () => {
  again = await startCluster({ profile: 'envtest', data });
});
report('start on a folder with 25,000 objects', ms, 'ms');
await again.stop();
await rm(folder, { recursive: true });
