// Creates and gets per second, one after the other and with 16 under way, in-process and over TLS from the same process.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { configMap, rate, report } from './support.mjs';

const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
const kubeconfig = join(folder, 'kubeconfig');
const cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig });
const connection = await connect({ kubeconfig });
const anchors = { create: [769, 2426], get: [1474, 5152] };

for (const [where, client, count] of [
  ['in-process', cluster.client, 20_000],
  ['TLS', createClient(connection.transport), 4_000],
]) {
  for (const [index, width] of [1, 16].entries()) {
    const prefix = `${where.toLowerCase()}-${width}`;
    const anchor = (verb) => (where === 'TLS' ? anchors[verb][index] : undefined);
    await rate(500, width, (i) => client.create(ConfigMap, configMap(`warm-${prefix}-${i}`)));
    report(
      `${where} creates, ${width} under way`,
      await rate(count, width, (i) => client.create(ConfigMap, configMap(`${prefix}-${i}`))),
      '/s',
      anchor('create'),
    );
    report(
      `${where} gets, ${width} under way`,
      await rate(count, width, (i) => client.get(ConfigMap, { namespace: 'default', name: `${prefix}-${i}` })),
      '/s',
      anchor('get'),
    );
  }
}
await connection.transport.close();
await cluster.stop();
await rm(folder, { recursive: true });
