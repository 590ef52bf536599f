import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createHttpTransport, type Transport } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { type BinaryTransport, binaryTransport } from './protobuf-answer.ts';

/** A server that cases are sent to, over TLS. */
export interface Server extends AsyncDisposable {
  /** As its administrator. */
  readonly transport: Transport;
  /** Without any credentials. */
  readonly anonymous: Transport;
  /** As its administrator, for answers that are not text. */
  readonly binary: BinaryTransport;
}

/** The server that a kubeconfig names. @throws KubeconfigError */
export async function liveServer(kubeconfig: string): Promise<Server> {
  const { transport, server } = await connect({ kubeconfig });
  const anonymous = createHttpTransport({ server, insecureSkipTlsVerify: true });
  return {
    transport,
    anonymous,
    binary: await binaryTransport(kubeconfig),
    async [Symbol.asyncDispose]() {
      await Promise.all([transport.close(), anonymous.close()]);
    },
  };
}

/** A fresh embedded server without controllers, on a port of this machine. */
export async function embeddedServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-conformance-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = await startCluster({
    profile: 'envtest',
    serve: true,
    kubeconfig,
    // As envtest names it: by an address of the server, which does not count in comparisons.
    serviceAccounts: { issuer: 'https://127.0.0.1:6443/' },
  });
  const live = await liveServer(kubeconfig);
  return {
    transport: live.transport,
    anonymous: live.anonymous,
    binary: live.binary,
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await cluster.stop();
      await rm(folder, { recursive: true });
    },
  };
}
