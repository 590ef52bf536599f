// Cold sync: 5,000 pods of about 10 kB from a server in another process into the runtime's cache.
// `node --expose-gc bench/cold-sync.mjs lists` fills the cache from lists instead of streams.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { Pod } from '@opwright/kubernetes/core';
import { controller, createManager, defineOperator, defineResource, k } from 'opwright';
import { largePod, longestStall, report, timed } from './support.mjs';

const PODS = 5_000;

/** A controller needs a resource of its own; this one has no objects. */
const Watcher = defineResource({ group: 'bench.example.com', version: 'v1', kind: 'Watcher', spec: k.object({}) });

if (process.argv[2] === 'server') await serve(process.argv[3]);
else await measure({ watchList: process.argv[2] !== 'lists' });

/** The other process: a cluster with the pods and a CRD; it tells when it is ready and ends when it is told. */
async function serve(kubeconfig) {
  const cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig });
  await cluster.load([Watcher.crd()]);
  for (let i = 0; i < PODS; i++) await cluster.client.create(Pod, largePod(i));
  const { items } = await cluster.client.list(Pod, { namespace: 'default', limit: 1 });
  const before = process.cpuUsage();
  process.send({ bytesPerPod: JSON.stringify(items[0]).length });
  await once(process, 'message');
  process.send({ processorMs: processorMs(before) });
  await once(process, 'message');
  await cluster.stop();
  process.disconnect();
}

function processorMs(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measure({ watchList }) {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const server = fork(import.meta.filename, ['server', kubeconfig]);
  const [{ bytesPerPod }] = await once(server, 'message');
  const connection = await connect({ kubeconfig });
  const operator = defineOperator({
    name: 'cold-sync',
    controllers: [
      controller(Watcher)
        .reads(Pod)
        .reconcile(() => {}),
    ],
  });
  const quiet = () => {};
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
  const manager = createManager(operator, {
    transport: connection.transport,
    watchList,
    metricsAddress: '0',
    probeAddress: '0',
    logger,
  });
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  let ms;
  const cpuBefore = process.cpuUsage();
  const stall = await longestStall(async () => {
    ms = await timed(() => manager.start());
  });
  const clientMs = processorMs(cpuBefore);
  server.send('report');
  const [{ processorMs: serverMs }] = await once(server, 'message');
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed - heapBefore;
  report(`sync of ${PODS} pods of ${(bytesPerPod / 1000).toFixed(1)} kB`, ms, 'ms');
  report('processor time of the operator', clientMs, 'ms');
  report('processor time of the server', serverMs, 'ms');
  report('longest stall of the event loop', stall, 'ms');
  report('peak memory of the operator', process.resourceUsage().maxRSS / 1024, 'MB');
  report('heap per cached pod', heap / PODS / 1000, 'kB');
  await manager.stop();
  await connection.transport.close();
  server.send('stop');
  await once(server, 'exit');
  await rm(folder, { recursive: true });
}
