import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { RequestBody, Transport, TransportRequest, TransportResponse } from '../transport.ts';
import { TransportError } from '../transport.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { fixedCredentials } from './credentials.ts';
import { transportFailure } from './failure.ts';
import { openTunnel } from './proxy.ts';
import { responseOf } from './response.ts';

export interface HttpTransportOptions {
  /** `https://host:6443`, `http://127.0.0.1:8001`, with a path where a gateway has one. */
  readonly server: string;
  /** PEM certificates that may sign the server's; default: those that Node trusts. */
  readonly ca?: string;
  /** The name to ask for and to expect in the server's certificate; default: the host of `server`. */
  readonly tlsServerName?: string;
  /** Accepts any server. For experiments. */
  readonly insecureSkipTlsVerify?: boolean;
  /** Default: none. */
  readonly credentials?: CredentialSource;
  /** `http://` or `https://` proxy to tunnel through. */
  readonly proxyUrl?: string;
  /** Do not ask for gzip. */
  readonly disableCompression?: boolean;
  /** Connections for unary calls; further calls wait. Default 32. */
  readonly maxSockets?: number;
}

/** TCP keep-alive probes start after this silence, so that a dead peer is noticed on a quiet watch. */
const KEEP_ALIVE_MS = 30_000;

/** An unused connection is closed before the API server does it (after three minutes). */
const IDLE_SOCKET_MS = 90_000;

/**
 * A transport over TCP, with TLS for `https:` servers. Unary calls share a pool of keep-alive connections; each stream
 * (a watch) has a connection of its own. It does not retry, with two exceptions: a call refused with 401 is repeated once
 * when the credentials turn out to have changed; a GET whose pooled connection the server had just closed is repeated.
 * Redirects are not followed.
 *
 * @throws TypeError when `server` or `proxyUrl` is not a usable URL
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const server = parseUrl(options.server, 'server address');
  const proxy = options.proxyUrl === undefined ? undefined : parseUrl(options.proxyUrl, 'proxy address');
  const source = options.credentials ?? fixedCredentials({ headers: {} });
  const base = server.pathname.replace(/\/+$/, '');
  const { host: authority, protocol } = server;
  const host = bareHost(server);
  const port = portOf(server);
  const sendRequest = protocol === 'https:' ? httpsRequest : httpRequest;
  const pools = agentPools(options, server, proxy);
  const underWay = new Set<ClientRequest>();
  const sockets = new Set<Socket>();
  let closed = false;

  /** Sends the request once. */
  function send(request: TransportRequest, credentials: Credentials, fresh = false): Promise<TransportResponse> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (closed) return reject(new TransportError(`${server.origin}: the transport is closed`));
      const body = encodeBody(request.body);
      const { unary, stream } = pools(credentials);
      const failure = (cause: unknown) => {
        if (signal?.aborted) return signal.reason;
        if (closed) return new TransportError(`${server.origin}: the transport was closed`, { cause });
        return transportFailure(server.origin, cause);
      };

      const init: RequestOptions = {
        protocol,
        host,
        port,
        method: request.method,
        path: base + request.path,
        headers: headersFor(request, credentials, body),
        agent: request.stream || fresh ? stream : unary,
      };
      let outgoing: ClientRequest;
      try {
        outgoing = sendRequest(init);
      } catch (cause) {
        // A header with a character that HTTP does not allow, for one.
        return reject(failure(cause));
      }
      const abort = () => outgoing.destroy(new Error('aborted'));
      underWay.add(outgoing);
      signal?.addEventListener('abort', abort, { once: true });
      outgoing.once('socket', (socket) => {
        if (sockets.has(socket)) return;
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        socket.setKeepAlive(true, KEEP_ALIVE_MS);
      });
      outgoing.once('close', () => {
        underWay.delete(outgoing);
        signal?.removeEventListener('abort', abort);
      });
      outgoing.once('response', (message: IncomingMessage) => resolve(responseOf(message, failure)));
      outgoing.on('error', (cause: NodeJS.ErrnoException) => {
        const stale = outgoing.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
        const repeatable = request.method === 'GET' || request.method === 'HEAD';
        if (stale && repeatable && !fresh && !closed && !signal?.aborted) resolve(send(request, credentials, true));
        else reject(failure(cause));
      });
      outgoing.end(body?.bytes);
    });
  }

  /** Without credentials there is no request, hence no answer. */
  async function proof(find: () => Promise<Credentials>, signal: AbortSignal | undefined): Promise<Credentials> {
    try {
      return await find();
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new TransportError(`${server.origin}: no credentials: ${(cause as Error).message}`, { cause });
    }
  }

  function headersFor(
    request: TransportRequest,
    credentials: Credentials,
    body: EncodedBody | undefined,
  ): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = { host: authority };
    if (!options.disableCompression && !request.stream) headers['accept-encoding'] = 'gzip';
    if (body !== undefined) {
      headers['content-type'] = body.type;
      headers['content-length'] = body.bytes.byteLength;
    }
    for (const from of [credentials.headers, request.headers ?? {}]) {
      for (const name in from) {
        const value = from[name]!;
        headers[name] = typeof value === 'string' ? value : [...value];
      }
    }
    return headers;
  }

  return {
    async request(request) {
      const { signal } = request;
      signal?.throwIfAborted();
      const credentials = await proof(() => source.get(signal), signal);
      const response = await send(request, credentials);
      if (response.status !== 401) return response;
      const others = await proof(() => source.renew(credentials, signal), signal);
      if (others === credentials) return response;
      response.close();
      return send(request, others);
    },

    async close() {
      closed = true;
      source.close();
      for (const request of underWay) request.destroy(new Error('the transport was closed'));
      const open = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets) socket.destroy();
      pools.destroy();
      await Promise.all(open);
    },
  };
}

interface EncodedBody {
  readonly type: string;
  readonly bytes: Uint8Array;
}

function encodeBody(body: RequestBody | undefined): EncodedBody | undefined {
  if (body === undefined) return undefined;
  if ('json' in body) return { type: 'application/json', bytes: Buffer.from(JSON.stringify(body.json)) };
  if ('text' in body) return { type: 'text/plain; charset=utf-8', bytes: Buffer.from(body.text) };
  return { type: 'application/octet-stream', bytes: body.bytes };
}

interface Pool {
  readonly unary: HttpAgent;
  readonly stream: HttpAgent;
}

interface Pools {
  (credentials: Credentials): Pool;
  destroy(): void;
}

/** One pool per client certificate in use: a connection belongs to who opened it. */
function agentPools(options: HttpTransportOptions, server: URL, proxy: URL | undefined): Pools {
  const pools = new Map<string, Pool>();

  function create(credentials: Credentials): Pool {
    const { host: authority } = server;
    const host = bareHost(server);
    const name = options.tlsServerName ?? (isIP(host) ? undefined : host);
    const tls = {
      // As in Go, whatever is in the bundle is trusted, be it the server's own certificate.
      ...(options.ca !== undefined && { ca: options.ca, allowPartialTrustChain: true }),
      ...(credentials.certificate ?? {}),
      ...(name !== undefined && { servername: name }),
      rejectUnauthorized: !options.insecureSkipTlsVerify,
    };
    const agent = (limits: { keepAlive: boolean; maxSockets: number; timeout?: number }): HttpAgent => {
      const made = server.protocol === 'https:' ? new HttpsAgent({ ...limits, ...tls }) : new HttpAgent({ ...limits });
      // All connections of an agent are alike. Node's own name is a text of all certificates, which it makes and looks up anew
      // several times per request.
      made.getName = () => authority;
      if (proxy !== undefined) tunnelThrough(made, proxy, server, tls);
      return made;
    };
    return {
      unary: agent({ keepAlive: true, maxSockets: options.maxSockets ?? 32, timeout: IDLE_SOCKET_MS }),
      stream: agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY }),
    };
  }

  const pick = (credentials: Credentials): Pool => {
    const key = credentials.certificate?.cert ?? '';
    let pool = pools.get(key);
    if (pool === undefined) {
      // Pools of replaced certificates have let go of their connections by now, or will by the idle timeout.
      for (const [old, { unary, stream }] of pools) {
        if (isUnused(unary) && isUnused(stream)) pools.delete(old);
      }
      pool = create(credentials);
      pools.set(key, pool);
    }
    return pool;
  };
  return Object.assign(pick, {
    destroy() {
      for (const { unary, stream } of pools.values()) {
        unary.destroy();
        stream.destroy();
      }
    },
  });
}

function isUnused(agent: HttpAgent): boolean {
  return [agent.sockets, agent.freeSockets, agent.requests].every((kind) => Object.keys(kind).length === 0);
}

type ConnectCallback = (error: Error | null, socket?: Socket) => void;

/** Makes the connections of `agent` go through a proxy. */
function tunnelThrough(agent: HttpAgent, proxy: URL, server: URL, tls: object): void {
  const host = bareHost(server);
  const port = portOf(server);
  const createConnection = (_: unknown, callback: ConnectCallback): undefined => {
    openTunnel(proxy, host, port).then((tunnel) => {
      if (server.protocol !== 'https:') return callback(null, tunnel as Socket);
      const secure = tlsConnect({ ...tls, socket: tunnel, host });
      // The request that gets the socket reports its errors.
      callback(null, secure);
    }, callback);
    return undefined;
  };
  Object.assign(agent, { createConnection });
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function parseUrl(text: string, what: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text.includes('://') ? text : `https://${text}`);
  } catch {
    // Reported below, with the other reasons.
  }
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(`the ${what} ${JSON.stringify(text)} is not an http:// or https:// URL`);
  }
  return url;
}
