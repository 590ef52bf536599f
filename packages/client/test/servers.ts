import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TestCertificates } from './certificates.ts';

/** A server on the loopback interface, for one test. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** TCP connections (for TLS: handshakes completed) so far. */
  connections(): number;
  /** Connections open now. */
  open(): number;
  readonly server: Server;
}

export async function startServer(listener: RequestListener, certificates?: TestCertificates): Promise<TestServer> {
  const server: Server = certificates
    ? createHttpsServer(
        { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: false },
        listener,
      )
    : createHttpServer(listener);
  let connections = 0;
  const open = new Set<Socket>();
  server.on(certificates ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    connections: () => connections,
    open: () => open.size,
    server,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits, turn by turn of the event loop, until `condition` holds; gives up after about two seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  if (!condition()) throw new Error(`never became true: ${condition}`);
}
