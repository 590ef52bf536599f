import {
  createServer as createHttpServer,
  type IncomingMessage,
  ServerResponse as Outgoing,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { encodeJson, internalError, type Status, tooLarge, unauthorized } from '@opwright/machinery';
import { ConnectionDropped } from '../api/connection-dropped.ts';
import type { Handler, ServerRequest, ServerResponse, UserInfo } from '../api/http-types.ts';
import { Lifetime } from '../lifetime.ts';
import { type ClientIdentity, identityReader } from './client-identity.ts';
import type { FrontProxy } from './front-proxy.ts';
import { performUpgrade, type Upgradable } from './upgrade.ts';

export interface HttpServerOptions {
  readonly handler: Handler;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** PEM. Absent: plain HTTP. */
  readonly tls?: {
    readonly cert: string;
    readonly key: string;
    readonly clientCa: string;
    readonly frontProxy?: FrontProxy;
  };
  /** How long a client may take nothing of a stream, in ms; default 30 s. */
  readonly unreadStreamMs?: number;
  /** Who every request comes from, whatever its credentials say; for plain HTTP, where clients send none. */
  readonly user?: UserInfo;
}

export interface HttpServer extends AsyncDisposable {
  /** `https://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  /**
   * Ends streams and refuses new connections; answers under way may take another half second. Resolves when every
   * connection is closed.
   */
  stop(): Promise<void>;
}

const GONE = new Error('the client has gone, or the server stops');

/** What the API server reads of one request. */
const BODY_LIMIT = 3 * 1024 * 1024;
/** A client that sends this much more than the limit does not get to read why it was refused. */
const DRAIN_LIMIT = 64 * 1024 * 1024;
/** A stream goes on writing until so much waits for its client: each wait costs more than a small item. */
const UNREAD_STREAM_BYTES = 256 * 1024;
/** A stream whose client takes nothing for this long is closed; the client will watch again. */
const UNREAD_STREAM_MS = 30_000;
const STOP_GRACE_MS = 500;
const NOTHING = new Uint8Array();

/**
 * Mounts the handler on a TCP port.
 * @throws Error naming the address when the port is taken or may not be used
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { handler, tls, host = '127.0.0.1', unreadStreamMs = UNREAD_STREAM_MS } = options;
  const identityOf = tls && identityReader(tls.clientCa, tls.frontProxy);
  const sockets = new Set<Socket>();
  const active = new Set<Lifetime>();
  let stopping = false;

  async function serve(incoming: IncomingMessage, outgoing: Outgoing, raw?: Upgradable): Promise<void> {
    const caller = new Lifetime(GONE);
    active.add(caller);
    outgoing.once('close', () => {
      active.delete(caller);
      caller.end();
    });
    // A client that goes away is told to the handler by its signal.
    outgoing.on('error', () => {});
    incoming.on('error', () => {});
    if (stopping) caller.end();
    const life: Life = { caller, unreadStreamMs };
    try {
      const response = await answer(incoming, caller, raw !== undefined);
      if (response !== undefined && raw !== undefined && 'upgrade' in response.body) {
        outgoing.detachSocket(incoming.socket);
        // The answer has no end any more that would do this.
        incoming.socket.once('close', () => active.delete(caller));
        await performUpgrade(incoming, raw, response.body.upgrade, response.headers, caller.signal);
      } else if (response !== undefined && !outgoing.destroyed) await send(outgoing, response, life);
    } catch (error) {
      // What a stream has sent already arrives before the connection breaks.
      if (outgoing.headersSent) incoming.socket.destroySoon();
      else if (outgoing.destroyed || error instanceof ConnectionDropped) outgoing.destroy();
      else await send(outgoing, failure(internalError(error instanceof Error ? error.message : String(error))), life);
    }
    if (stopping) incoming.socket.destroySoon();
  }

  async function answer(
    incoming: IncomingMessage,
    caller: Lifetime,
    canUpgrade: boolean,
  ): Promise<ServerResponse | undefined> {
    const identity = options.user === undefined ? identityOf?.(incoming) : options;
    // Whoever shows a token as well is known by that.
    if (identity === 'invalid' && incoming.headers.authorization === undefined) return failure(unauthorized());
    const { clientCertificate, user }: ClientIdentity = identity === 'invalid' ? {} : (identity ?? {});
    const bytes = canUpgrade ? NOTHING : await readBody(incoming);
    if (bytes === 'gone') return undefined;
    if (bytes === 'too large') return failure(tooLarge(`limit is ${BODY_LIMIT}`), { connection: 'close' });
    return handler({
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: headersOf(incoming),
      ...(bytes.length > 0 && { body: { bytes } }),
      ...(clientCertificate && { clientCertificate }),
      ...(user && { user }),
      ...(canUpgrade && { canUpgrade }),
      lifetime: caller,
    });
  }

  const listener = (incoming: IncomingMessage, outgoing: Outgoing) => void serve(incoming, outgoing);
  const common = { keepAliveTimeout: 180_000, requestTimeout: 0, noDelay: true };
  const server: Server = tls
    ? createHttpsServer(
        {
          ...common,
          cert: tls.cert,
          key: tls.key,
          ca: [tls.clientCa, tls.frontProxy?.clientCa ?? []].flat(),
          requestCert: true,
          rejectUnauthorized: false,
        },
        listener,
      )
    : createHttpServer(common, listener);
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    // A request that asks for another protocol may get a plain answer, the last one of its connection.
    const outgoing = new Outgoing(incoming);
    outgoing.assignSocket(socket);
    outgoing.shouldKeepAlive = false;
    outgoing.once('finish', () => socket.end());
    void serve(incoming, outgoing, { socket, head });
  });
  // The TCP connections: closing one closes the TLS session on it.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (_, socket: TLSSocket) => socket.destroy());
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;

  let stopped: Promise<void> | undefined;
  function stop(): Promise<void> {
    stopped ??= new Promise((resolve) => {
      stopping = true;
      server.close(() => resolve());
      for (const caller of active) caller.end();
      for (const socket of sockets) socket.setTimeout(STOP_GRACE_MS, () => socket.destroy());
      server.closeIdleConnections();
    });
    return stopped;
  }

  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? 'the port is in use; choose another, or 0 for any free one'
          : cause.code === 'EACCES'
            ? 'ports below 1024 need more rights; choose a higher one'
            : cause.message;
      reject(new Error(`cannot listen on ${host}:${port}: ${why}`, { cause }));
    });
    server.listen(port, host, () => resolve());
  });
}

/** The body; 'gone' when the client left before its end. What is over the limit is read and dropped. */
function readBody(incoming: IncomingMessage): Promise<Uint8Array | 'too large' | 'gone'> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      else chunks = [];
      if (size > DRAIN_LIMIT) incoming.destroy();
    });
    incoming.on('end', () => {
      if (size > BODY_LIMIT) resolve('too large');
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    incoming.on('close', () => resolve('gone'));
  });
}

/** Node joins repeated lines with commas; group names may hold some. */
function headersOf(incoming: IncomingMessage): ServerRequest['headers'] {
  if (incoming.headers['impersonate-user'] === undefined && incoming.headers['impersonate-group'] === undefined) {
    return incoming.headers;
  }
  const repeated = Object.entries(incoming.headersDistinct).filter(([name]) => name.startsWith('impersonate-'));
  return { ...incoming.headers, ...Object.fromEntries(repeated) };
}

function failure(status: Status, headers: Record<string, string> = {}): ServerResponse {
  return {
    status: status.code ?? 500,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private', ...headers },
    body: { json: status },
  };
}

/** How long an answer may go on. */
interface Life {
  readonly caller: Lifetime;
  readonly unreadStreamMs: number;
}

async function send(outgoing: Outgoing, response: ServerResponse, life: Life): Promise<void> {
  const { body } = response;
  if ('upgrade' in body) throw new Error('a request without an upgrade was answered with one');
  if ('stream' in body) {
    outgoing.writeHead(response.status, { ...response.headers } as OutgoingHttpHeaders);
    return sendStream(outgoing, body.stream, life);
  }
  const content = 'bytes' in body ? body.bytes : 'json' in body ? `${encodeJson(body.json)}\n` : body.text;
  // Not a spread with one more property, which would have a hidden class of its own.
  const headers = Object.assign({}, response.headers as OutgoingHttpHeaders);
  headers['content-length'] = Buffer.byteLength(content);
  outgoing.writeHead(response.status, headers);
  // Node writes text and headers as one, and then the headers as UTF-8, too: warnings may have characters that are Latin-1.
  outgoing.end(typeof content === 'string' && 'warning' in response.headers ? Buffer.from(content) : content);
}

async function sendStream(outgoing: Outgoing, stream: AsyncIterable<unknown>, life: Life): Promise<void> {
  // Node would wait for the first item, and the client with it.
  outgoing.flushHeaders();
  const items = stream[Symbol.asyncIterator]();
  const leave = () => void items.return?.();
  outgoing.once('close', leave);
  // What comes in one turn goes out as one chunk, of which both sides have less work.
  let isCorked = false;
  const uncork = () => {
    isCorked = false;
    outgoing.uncork();
  };
  for (let item = await items.next(); !item.done; item = await items.next()) {
    if (outgoing.destroyed) return;
    const { value } = item;
    if (!isCorked) {
      isCorked = true;
      outgoing.cork();
      process.nextTick(uncork);
    }
    outgoing.write(typeof value === 'string' || value instanceof Uint8Array ? value : `${encodeJson(value)}\n`);
    if (outgoing.writableLength > UNREAD_STREAM_BYTES && !(await drained(outgoing, life))) return;
  }
  outgoing.end();
}

/** Whether the client has taken what was written; false when it left, or takes nothing for too long. */
function drained(outgoing: Outgoing, { caller: { signal }, unreadStreamMs }: Life): Promise<boolean> {
  return new Promise((resolve) => {
    const { socket } = outgoing;
    const giveUp = () => outgoing.destroy();
    const settle = () => {
      socket?.setTimeout(0, giveUp);
      socket?.removeListener('timeout', giveUp);
      outgoing.removeListener('drain', settle);
      outgoing.removeListener('close', settle);
      signal.removeEventListener('abort', settle);
      resolve(!outgoing.destroyed);
    };
    socket?.setTimeout(unreadStreamMs, giveUp);
    outgoing.once('drain', settle);
    outgoing.once('close', settle);
    // The server stops: what the stream still has may go out within the grace period.
    signal.addEventListener('abort', settle);
  });
}
