// API servers to measure: the embedded one in a process of its own, and a real one, where there is one.
// BENCH_KUBE_APISERVER and BENCH_ETCD name the binaries of a real server, which then runs beside; otherwise what was
// recorded of kube-apiserver 1.32.13 with etcd on two cores counts.
import { fork, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createAuthority, createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';

/** What was recorded: operations per second with 1 and 16 under way, ms, and MB. */
export const RECORDED = {
  create: [769, 2426],
  get: [1474, 5152],
  watchP50: 4.8,
  watchP99: 20,
  bootMs: 2300,
  rssMb: 300,
};

const START_LIMIT_MS = 60_000;

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
  const { BENCH_KUBE_APISERVER: apiServer, BENCH_ETCD: etcd } = process.env;
  if (!apiServer || !etcd) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
  const file = (name) => join(folder, name);
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  const authority = createAuthority('bench', Date.now());
  const server = authority.issue({ commonName: 'kube-apiserver', usage: 'server', hosts: ['127.0.0.1', 'localhost'] });
  const admin = authority.issue({ commonName: 'admin', organizations: ['system:masters'], usage: 'client' });
  const accounts = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  for (const [name, text] of Object.entries({
    'ca.crt': authority.certificate,
    'server.crt': server.cert,
    'server.key': server.key,
    'accounts.key': accounts.privateKey,
    'accounts.pub': accounts.publicKey,
  })) {
    await writeFile(file(name), text);
  }
  const kubeconfig = file('kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(port, authority.certificate, admin));
  const start = performance.now();
  const url = (port) => `http://127.0.0.1:${port}`;
  const processes = [
    spawn(etcd, [
      `--data-dir=${file('etcd')}`,
      ...['listen', 'advertise'].map((what) => `--${what}-client-urls=${url(etcdPort)}`),
      `--listen-peer-urls=${url(peerPort)}`,
      `--initial-advertise-peer-urls=${url(peerPort)}`,
      `--initial-cluster=default=${url(peerPort)}`,
      '--unsafe-no-fsync=true',
    ]),
    spawn(apiServer, [
      `--etcd-servers=${url(etcdPort)}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--cert-dir=${file('certs')}`,
      `--tls-cert-file=${file('server.crt')}`,
      `--tls-private-key-file=${file('server.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--service-account-issuer=https://127.0.0.1:${port}/`,
      `--service-account-key-file=${file('accounts.pub')}`,
      `--service-account-signing-key-file=${file('accounts.key')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
    ]),
  ];
  const said = processes.map(lastWords);
  const stop = async () => {
    for (const child of processes.reverse()) {
      if (hasEnded(child)) continue;
      child.kill();
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true });
  };
  const pids = processes.map(({ pid }) => pid).reverse();
  const running = await connected(kubeconfig, pids, stop);
  while (!(await isReady(running.client))) {
    const index = processes.findIndex(hasEnded);
    if (index >= 0 || performance.now() - start > START_LIMIT_MS) {
      const what = index >= 0 ? `${processes[index].spawnfile} has ended` : 'the real API server is not ready';
      const text = said[Math.max(index, 0)]();
      await running.stop();
      throw new Error(`${what}; its last lines:\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { ...running, bootMs: performance.now() - start };
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

const hasEnded = ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null;

/** Reads what a process writes, which would wait otherwise; gives the end of it. */
function lastWords({ stdout, stderr }) {
  let text = '';
  for (const output of [stdout, stderr]) {
    output.setEncoding('utf8').on('data', (chunk) => {
      text = (text + chunk).slice(-2_000);
    });
  }
  return () => text;
}

async function isReady(client) {
  try {
    await client.raw('GET', '/readyz');
    await client.raw('GET', '/api/v1/namespaces/default');
    return true;
  } catch {
    return false;
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function kubeconfigOf(port, ca, { cert, key }) {
  const data = (text) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': data(ca) } }],
    users: [{ name: 'u', user: { 'client-certificate-data': data(cert), 'client-key-data': data(key) } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  });
}

if (process.argv[1] === import.meta.filename && process.argv[2] === 'serve') {
  const cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig: process.argv[3] });
  process.send('ready');
  await once(process, 'message');
  await cluster.stop();
  process.disconnect();
}
