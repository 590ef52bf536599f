import type { RequestBody, Transport, TransportRequest, TransportResponse } from '../transport.ts';
import { TransportError } from '../transport.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { fixedCredentials } from './credentials.ts';
import { transportFailure } from './failure.ts';
import type { Connection } from './http/connection.ts';
import { createPool, type Pool } from './http/pool.ts';
import { type RequestHeaders, requestHead } from './http/request-head.ts';
import { socketOpener } from './http/socket.ts';
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
  const { host: authority, origin } = server;
  const pools = createPools(options, server, proxy);
  let closed = false;

  function failure(cause: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (closed) return new TransportError(`${origin}: the transport was closed`, { cause });
    return transportFailure(origin, cause);
  }

  /** Sends the request once. @param fresh on a connection of its own */
  async function send(
    request: TransportRequest,
    credentials: Credentials,
    fresh = request.stream === true,
  ): Promise<TransportResponse> {
    const { method, signal } = request;
    signal?.throwIfAborted();
    if (closed) throw new TransportError(`${origin}: the transport is closed`);
    let connection: Connection | undefined;
    try {
      const body = encodeBody(request.body);
      const head = requestHead(method, base + request.path, headersFor(request, credentials, body, fresh));
      const pool = pools.of(credentials);
      const given = fresh ? pool.open(signal) : pool.take(signal);
      connection = given instanceof Promise ? await given : given;
      const answer = await connection.exchange({ method, head, body: body?.content, signal });
      return responseOf(answer, (cause) => failure(cause, signal));
    } catch (cause) {
      const isStale = connection?.isUsed && isReset(cause) && !closed && !signal?.aborted;
      if (isStale && (method === 'GET' || method === 'HEAD')) return send(request, credentials, true);
      throw failure(cause, signal);
    }
  }

  /** Without credentials there is no request, hence no answer. */
  function noProof(cause: unknown, signal: AbortSignal | undefined): never {
    if (signal?.aborted) throw signal.reason;
    throw new TransportError(`${origin}: no credentials: ${(cause as Error).message}`, { cause });
  }

  function headersFor(
    request: TransportRequest,
    credentials: Credentials,
    body: EncodedBody | undefined,
    fresh: boolean,
  ): RequestHeaders {
    const headers: Record<string, string | readonly string[]> = { host: authority };
    if (fresh) headers.connection = 'close';
    if (!options.disableCompression && !request.stream) headers['accept-encoding'] = 'gzip';
    if (body !== undefined) headers['content-type'] = body.type;
    Object.assign(headers, credentials.headers, request.headers);
    if (body !== undefined) headers['content-length'] = String(body.length);
    return headers;
  }

  return {
    async request(request) {
      const { signal } = request;
      signal?.throwIfAborted();
      const credentials = await source.get(signal).catch((cause) => noProof(cause, signal));
      const response = await send(request, credentials);
      if (response.status !== 401) return response;
      const others = await source.renew(credentials, signal).catch((cause) => noProof(cause, signal));
      if (others === credentials) return response;
      response.close();
      return send(request, others);
    },

    async close() {
      closed = true;
      source.close();
      await pools.destroy(new Error('the transport was closed'));
    },
  };
}

interface EncodedBody {
  readonly type: string;
  readonly content: string | Uint8Array;
  /** In bytes. */
  readonly length: number;
}

function encodeBody(body: RequestBody | undefined): EncodedBody | undefined {
  if (body === undefined) return undefined;
  if ('bytes' in body) return { type: 'application/octet-stream', content: body.bytes, length: body.bytes.byteLength };
  const isJson = 'json' in body;
  const content = isJson ? JSON.stringify(body.json) : body.text;
  const type = isJson ? 'application/json' : 'text/plain; charset=utf-8';
  return { type, content, length: Buffer.byteLength(content) };
}

interface Pools {
  of(credentials: Credentials): Pool;
  destroy(error: Error): Promise<void>;
}

/** One pool per client certificate in use: a connection belongs to who opened it. */
function createPools(options: HttpTransportOptions, server: URL, proxy: URL | undefined): Pools {
  const host = bareHost(server);
  const port = portOf(server);
  const pools = new Map<string, Pool>();

  function create({ certificate }: Credentials): Pool {
    const { ca, tlsServerName: serverName, insecureSkipTlsVerify: insecureSkipVerify = false } = options;
    const tls = { ca, certificate, serverName, insecureSkipVerify };
    return createPool({
      openSocket: socketOpener(host, port, server.protocol === 'https:' ? tls : undefined),
      openTunnel: proxy && (async (signal) => (await import('./proxy.ts')).openTunnel(proxy, host, port, signal)),
      maxSockets: options.maxSockets ?? 32,
    });
  }

  return {
    of(credentials) {
      const key = credentials.certificate?.cert ?? '';
      let pool = pools.get(key);
      if (pool === undefined) {
        // Pools of replaced certificates have let go of their connections by now, or will by the idle timeout.
        for (const [old, { isEmpty }] of pools) if (isEmpty) pools.delete(old);
        pool = create(credentials);
        pools.set(key, pool);
      }
      return pool;
    },
    async destroy(error) {
      await Promise.all([...pools.values()].map((pool) => pool.destroy(error)));
    },
  };
}

/** The other side has closed the connection. */
function isReset(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
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
