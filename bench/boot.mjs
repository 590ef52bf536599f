// Boot of the embedded cluster to its first answer, in-process and over TLS.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { RECORDED, realServer } from './servers.mjs';
import { median, report, timed } from './support.mjs';

const RUNS = 9;

async function inProcess() {
  let cluster;
  const ms = await timed(async () => {
    cluster = await startCluster({ profile: 'envtest' });
    await cluster.client.raw('GET', '/api/v1/namespaces/default');
  });
  await cluster.stop();
  return ms;
}

async function overTls() {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  let cluster;
  let connection;
  const ms = await timed(async () => {
    cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig });
    connection = await connect({ kubeconfig });
    const response = await connection.transport.request({ method: 'GET', path: '/api/v1/namespaces/default' });
    await response.json();
  });
  await connection.transport.close();
  await cluster.stop();
  await rm(folder, { recursive: true });
  return ms;
}

const real = await realServer();
const anchor = real?.bootMs ?? RECORDED.bootMs;
await real?.stop();

// The first run of a process loads modules and data; the others show what a test suite pays per cluster.
report('in-process, first in the process', await inProcess(), 'ms', anchor);
report('in-process, later ones (median)', median(await series(inProcess)), 'ms', anchor, { atMost: 50 });
report('TLS, first in the process', await overTls(), 'ms', anchor);
report('TLS, later ones (median)', median(await series(overTls)), 'ms', anchor, { atMost: 150 });

async function series(run) {
  const values = [];
  for (let i = 0; i < RUNS; i++) values.push(await run());
  return values;
}
