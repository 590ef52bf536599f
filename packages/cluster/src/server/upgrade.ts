import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ServerResponse, Upgrade } from '../api/http-types.ts';
import { byteQueue } from '../streams/byte-queue.ts';
import type { Connection } from '../streams/connection.ts';

/** A connection whose client asks for another protocol, and what it has sent already. */
export interface Upgradable {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Does what the answer to an upgrade says, and hands the connection over. Resolves when it is closed. */
export async function performUpgrade(
  incoming: IncomingMessage,
  { socket, head }: Upgradable,
  upgrade: Upgrade,
  headers: ServerResponse['headers'],
  signal: AbortSignal,
): Promise<void> {
  const connection =
    upgrade.to === 'websocket'
      ? await webSocketConnection(incoming, socket, head, upgrade.subprotocol)
      : socketConnection(socket, head, upgrade.to, headers);
  if (connection === undefined) return;
  if (signal.aborted) connection.close();
  else signal.addEventListener('abort', () => connection.close());
  try {
    await upgrade.serve(connection);
  } finally {
    connection.close();
  }
}

/** Undefined when the client's handshake was refused. */
async function webSocketConnection(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  subprotocol: string,
): Promise<Connection | undefined> {
  // Most servers never see a WebSocket: the library is loaded for the first one.
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ noServer: true, clientTracking: false });
  // The library takes no names with slashes, which Kubernetes has: it is not to see them.
  delete incoming.headers['sec-websocket-protocol'];
  if (subprotocol !== '') server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${subprotocol}`));
  return new Promise((resolve) => {
    socket.once('close', () => resolve(undefined));
    server.handleUpgrade(incoming, socket, head, (webSocket) => resolve(overWebSocket(webSocket)));
  });
}

/** What connections have in common: data that waits for its reader, and an end. */
function receiving(source: { pause(): unknown; resume(): unknown }) {
  const incoming = byteQueue();
  const gone = new AbortController();
  return {
    incoming,
    signal: gone.signal,
    take(data: Buffer): void {
      source.pause();
      void incoming.push(data).then(() => source.resume());
    },
    closed(): void {
      incoming.end();
      gone.abort();
    },
  };
}

function overWebSocket(webSocket: WebSocket): Connection {
  const { incoming, signal, take, closed } = receiving(webSocket);
  webSocket.on('message', take);
  webSocket.on('error', () => {});
  webSocket.once('close', closed);
  return {
    incoming,
    signal,
    send: (data) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        else webSocket.send(data, { binary: typeof data !== 'string' }, () => resolve());
      }),
    close: () => webSocket.close(1000),
  };
}

function socketConnection(
  socket: Duplex,
  head: Buffer,
  protocol: string,
  headers: ServerResponse['headers'],
): Connection {
  const { incoming, signal, take, closed } = receiving(socket);
  const lines = Object.entries({ connection: 'Upgrade', upgrade: protocol, ...headers }).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  socket.write(`HTTP/1.1 101 ${STATUS_CODES[101]}\r\n${lines.join('')}\r\n`);
  if (head.length > 0) void incoming.push(head);
  socket.on('data', take);
  socket.on('end', () => incoming.end());
  socket.on('error', () => {});
  socket.once('close', closed);
  return {
    incoming,
    signal,
    send: (data) =>
      new Promise((resolve) => {
        if (signal.aborted || socket.writableEnded) resolve();
        else socket.write(data, () => resolve());
      }),
    close: () => socket.end(),
  };
}
