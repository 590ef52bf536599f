// API servers to measure: the embedded one in a process of its own, and a real one, where there is one.
// BENCH_KUBE_APISERVER and BENCH_ETCD name the binaries of a real server, which then runs beside; otherwise what was
// recorded of kube-apiserver 1.32.13 with etcd on two cores counts.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { startRealApiServer } from '../scripts/real-api-server.mjs';

/** What was recorded: operations per second with 1 and 16 under way, ms, and MB. */
export const RECORDED = {
  create: [769, 2426],
  get: [1474, 5152],
  watchP50: 4.8,
  watchP99: 20,
  bootMs: 2300,
  rssMb: 300,
};

/** The embedded API server in a process of its own. */
export async function embeddedServer() {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const child = fork(import.meta.filename, ['serve', kubeconfig]);
  await once(child, 'message');
  return connected(kubeconfig, [child.pid], async () => {
    child.send('stop');
    await once(child, 'exit');
    await rm(folder, { recursive: true });
  });
}

/** A real API server with etcd; undefined where none was named. `bootMs` is the time to its first answer. */
export async function realServer() {
  const { BENCH_KUBE_APISERVER: kubeApiserver, BENCH_ETCD: etcd } = process.env;
  if (!kubeApiserver || !etcd) return undefined;
  const { kubeconfig, pids, bootMs, stop } = await startRealApiServer({ kubeApiserver, etcd });
  return { ...(await connected(kubeconfig, pids, stop)), bootMs };
}

/** Resident memory of a process, in MB (Linux). */
export async function residentMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/** Of a process since its start, in µs: user and system, in clock ticks of 10 ms. */
async function processorTime(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** @param pids of the API server and of what works for it */
async function connected(kubeconfig, pids, end) {
  const { transport } = await connect({ kubeconfig });
  return {
    pid: pids[0],
    /** Processor time so far, in µs (Linux). */
    cpu: async () => (await Promise.all(pids.map(processorTime))).reduce((sum, time) => sum + time, 0),
    kubeconfig,
    transport,
    client: createClient(transport),
    async stop() {
      await transport.close();
      await end();
    },
  };
}

if (process.argv[1] === import.meta.filename && process.argv[2] === 'serve') {
  const cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig: process.argv[3] });
  process.send('ready');
  await once(process, 'message');
  await cluster.stop();
  process.disconnect();
}
