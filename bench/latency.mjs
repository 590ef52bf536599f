// From the answer to a write until the reconcile that it causes begins, in-process and over TLS.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect, createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { controller, createManager, defineOperator } from 'opwright';
import { configMap, percentile, report } from './support.mjs';

const RUNS = 1_000;
const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
const kubeconfig = join(folder, 'kubeconfig');
const cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig });
const connection = await connect({ kubeconfig });

for (const [where, transport] of [
  ['in-process', cluster.transport],
  ['TLS', connection.transport],
]) {
  const client = createClient(transport);
  const waiting = new Map();
  const operator = defineOperator({
    name: `latency-${where.toLowerCase()}`,
    controllers: [
      controller(ConfigMap).reconcile((object) => {
        waiting.get(object.metadata.name)?.(performance.now());
      }),
    ],
  });
  const quiet = () => {};
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
  const manager = createManager(operator, { transport, metricsAddress: '0', probeAddress: '0', logger });
  await manager.start();
  const latencies = [];
  for (let i = 0; i < RUNS; i++) {
    const name = `${where.toLowerCase()}-${i}`;
    const reconciled = new Promise((resolve) => waiting.set(name, resolve));
    const start = performance.now();
    await client.create(ConfigMap, configMap(name));
    latencies.push((await reconciled) - start);
    waiting.delete(name);
  }
  await manager.stop();
  report(`${where} write → reconcile, p50`, percentile(latencies, 50), 'ms');
  report(`${where} write → reconcile, p99`, percentile(latencies, 99), 'ms');
}
await connection.transport.close();
await cluster.stop();
await rm(folder, { recursive: true });
