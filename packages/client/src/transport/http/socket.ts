import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, connect as secureConnect } from 'node:tls';

/** What a socket tells who opened it, beside its own events `end`, `error` and `close`. */
export interface SocketEvents {
  /** The socket can be written to: it is connected, and the server is the right one. */
  ready(): void;
  /** The bytes must not be kept. */
  data(bytes: Buffer): void;
}

/** Opens a socket, on a tunnel if there is one. */
export type OpenSocket = (events: SocketEvents, tunnel?: Duplex) => Socket;

export interface TlsOptions {
  /** PEM; default: what Node trusts. */
  readonly ca: string | undefined;
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  /** Default: the host. */
  readonly serverName: string | undefined;
  readonly insecureSkipVerify: boolean;
}

/** TCP keep-alive probes start after this silence, so that a dead peer is noticed on a quiet watch. */
const KEEP_ALIVE_MS = 30_000;

/** Bytes that a socket takes at once. Records of TLS are a quarter of it. */
const READ_BYTES = 64 * 1024;

/** @param tls absent: plain TCP. @throws Error when a certificate or key is not usable */
export function socketOpener(host: string, port: number, tls: TlsOptions | undefined): OpenSocket {
  const open = tls === undefined ? plainOpener(host, port) : secureOpener(host, port, tls);
  return (events, tunnel) => {
    const socket = open(events, tunnel);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    // Bytes through a tunnel come as those of a stream, see `reading`.
    if (tunnel !== undefined) socket.on('data', events.data);
    return socket;
  };
}

function plainOpener(host: string, port: number): OpenSocket {
  return (events, tunnel) => {
    if (tunnel === undefined) return connect({ host, port, ...reading(events) }, events.ready);
    queueMicrotask(events.ready);
    return tunnel as Socket;
  };
}

function secureOpener(host: string, port: number, tls: TlsOptions): OpenSocket {
  const { ca, certificate, insecureSkipVerify } = tls;
  const servername = tls.serverName ?? (isIP(host) ? undefined : host);
  const init = {
    ...(servername !== undefined && { servername }),
    rejectUnauthorized: !insecureSkipVerify,
    secureContext: createSecureContext({
      // As in Go, whatever is in the bundle is trusted, be it the server's own certificate.
      ...(ca !== undefined && { ca, allowPartialTrustChain: true }),
      ...certificate,
    }),
  };
  /** With which the next handshake is shorter. */
  let session: Buffer | undefined;
  return (events, tunnel) => {
    const way = tunnel === undefined ? { host, port, ...reading(events) } : { host, socket: tunnel };
    const socket = secureConnect({ ...init, ...way, ...(session && { session }) }, events.ready);
    socket.on('session', (received: Buffer) => {
      session = received;
    });
    socket.once('error', () => {
      session = undefined;
    });
    return socket;
  };
}

/** Bytes as they come, always in the same memory: a stream of them takes several times as long. */
function reading({ data }: SocketEvents) {
  const callback = (size: number, buffer: Uint8Array): boolean => {
    data((buffer as Buffer).subarray(0, size));
    return true;
  };
  return { onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback } };
}
