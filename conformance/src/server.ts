import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createHttpTransport, fixedCredentials, type Transport } from '@opwright/client';
import { envtestClusterOptions, parseFlags, startCluster } from '@opwright/cluster';
import { VirtualClock } from '@opwright/machinery';
import { startRealApiServer } from '../../scripts/real-api-server.mjs';
import type { ServerNeeds } from './case.ts';
import { type BinaryTransport, binaryTransport } from './protobuf-answer.ts';

/** A server that cases are sent to, over TLS. */
export interface Server extends AsyncDisposable {
  /** As its administrator. */
  readonly transport: Transport;
  /** Without any credentials. */
  readonly anonymous: Transport;
  /** With the certificate of a proxy; without one, as nobody. */
  readonly proxy: Transport;
  /** As its administrator, for answers that are not text. */
  readonly binary: BinaryTransport;
  /** Lets time pass, where it does not by itself. */
  readonly advance?: (ms: number) => Promise<void>;
}

/** The server that a kubeconfig names. @throws KubeconfigError */
export async function liveServer(kubeconfig: string, certificate?: ServerNeeds['proxy']): Promise<Server> {
  const { transport, server } = await connect({ kubeconfig });
  const anonymous = createHttpTransport({ server, insecureSkipTlsVerify: true });
  const proxy = createHttpTransport({
    server,
    insecureSkipTlsVerify: true,
    ...(certificate && { credentials: fixedCredentials({ headers: {}, certificate }) }),
  });
  return {
    transport,
    anonymous,
    proxy,
    binary: await binaryTransport(kubeconfig),
    async [Symbol.asyncDispose]() {
      await Promise.all([transport.close(), anonymous.close(), proxy.close()]);
    },
  };
}

/** Starts a server. */
export type OpenServer = (needs?: ServerNeeds) => Promise<Server>;

/** As envtest starts it; the issuer is an address of the server, which does not count in comparisons. */
const ENVTEST = [
  '--secure-port=0',
  '--service-account-issuer=https://127.0.0.1:6443/',
  '--disable-admission-plugins=ServiceAccount',
];

/** A fresh embedded server without controllers, on a port of this machine. */
export const embeddedServer: OpenServer = (needs = {}) =>
  withFiles(needs, async (flags, folder) => {
    const kubeconfig = join(folder, 'kubeconfig');
    const options = await envtestClusterOptions(parseFlags([...ENVTEST, ...flags]));
    const clock = needs.passesTime && new VirtualClock({ now: Date.now() });
    const cluster = await startCluster({ ...options, kubeconfig, ...(clock && { clock }) });
    const server = withEnd(await liveServer(kubeconfig, needs.proxy), () => cluster.stop());
    return clock === undefined ? server : { ...server, advance: (ms) => clock.advance(ms) };
  });

/** Starts real servers from the binaries of kube-apiserver and etcd. */
export function realServers(kubeApiserver: string, etcd: string): OpenServer {
  return (needs = {}) =>
    withFiles(needs, async (flags) => {
      const { kubeconfig, stop } = await startRealApiServer({ kubeApiserver, etcd, flags });
      return withEnd(await liveServer(kubeconfig, needs.proxy), stop);
    });
}

/** Opens a server with its files in a folder that goes with it. */
async function withFiles(
  { flags = [], files = {} }: ServerNeeds,
  open: (flags: readonly string[], folder: string) => Promise<Server>,
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-conformance-'));
  const there = (text: string) => text.replaceAll('{{files}}', folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), there(text));
  const end = () => rm(folder, { recursive: true });
  try {
    return withEnd(await open(flags.map(there), folder), end);
  } catch (error) {
    await end();
    throw error;
  }
}

function withEnd(server: Server, end: () => Promise<void>): Server {
  return {
    transport: server.transport,
    anonymous: server.anonymous,
    proxy: server.proxy,
    binary: server.binary,
    ...(server.advance && { advance: server.advance }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await end();
    },
  };
}
