// Starts a real kube-apiserver with its etcd, as envtest does: no controllers, RBAC, the ServiceAccount admission plugin
// off. Needs the two binaries; everything else is made, and gone at the end.
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createAuthority } from '@opwright/client';

const START_LIMIT_MS = 60_000;
const PAUSE_MS = 20;

/** @type {typeof import('./real-api-server.d.mts').startRealApiServer} */
export async function startRealApiServer({ kubeApiserver, etcd, flags = [] }) {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-real-'));
  const file = (name) => join(folder, name);
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  const authority = createAuthority('real', Date.now());
  const server = authority.issue({ commonName: 'kube-apiserver', usage: 'server', hosts: ['127.0.0.1', 'localhost'] });
  const admin = authority.issue({ commonName: 'admin', organizations: ['system:masters'], usage: 'client' });
  const accounts = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const kubeconfig = file('kubeconfig');
  for (const [name, text] of Object.entries({
    'ca.crt': authority.certificate,
    'server.crt': server.cert,
    'server.key': server.key,
    'accounts.key': accounts.privateKey,
    'accounts.pub': accounts.publicKey,
    kubeconfig: kubeconfigOf(port, authority.certificate, admin),
  })) {
    await writeFile(file(name), text);
  }
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
    spawn(kubeApiserver, [
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
      '--allow-privileged=true',
      ...flags,
    ]),
  ];
  const said = processes.map(lastWords);
  const stop = async () => {
    // etcd last: the other one would complain for long.
    for (const child of [...processes].reverse()) {
      if (hasEnded(child)) continue;
      child.kill();
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true });
  };
  const { transport } = await connect({ kubeconfig });
  while (!(await isReady(transport))) {
    const index = processes.findIndex(hasEnded);
    if (index >= 0 || performance.now() - start > START_LIMIT_MS) {
      const what = index >= 0 ? `${processes[index].spawnfile} has ended` : 'the real API server is not ready';
      const text = said[Math.max(index, 0)]();
      await transport.close();
      await stop();
      throw new Error(`${what}; its last lines:\n${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const bootMs = performance.now() - start;
  await transport.close();
  return { kubeconfig, pids: processes.map(({ pid }) => pid).reverse(), bootMs, stop };
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

async function isReady(transport) {
  try {
    for (const path of ['/readyz', '/api/v1/namespaces/default']) {
      const response = await transport.request({ method: 'GET', path });
      await response.text();
      if (response.status !== 200) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** @type {typeof import('./real-api-server.d.mts').freePort} */
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
