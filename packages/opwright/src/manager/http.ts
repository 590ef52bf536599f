import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Whether something is to listen there: an empty address and `0` mean nowhere. */
export function isAddress(address: string): boolean {
  return address !== '' && address !== '0';
}

/** An answer of one of the manager's endpoints. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** A request, read completely. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The header; empty when there is none. */
  readonly contentType: string;
  /** The header; empty when there is none. */
  readonly authorization: string;
  /** Undefined when it is larger than the limit. */
  readonly body: string | undefined;
}

export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

export interface HttpServer {
  /** Where it listens, `http://127.0.0.1:8081`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Answers GET on `address`: `:8081` (all interfaces) or `127.0.0.1:8081`; port 0 takes a free one.
 *
 * @throws Error that names the address and the remedy when it cannot be listened on
 */
export async function listenHttp(address: string, purpose: string, handler: HttpHandler): Promise<HttpServer> {
  const { host, port } = parseAddress(address, purpose);
  // Node's servers are read by those who serve.
  const { createServer } = await import('node:http');
  const server = createServer((request, response) =>
    answer(request, response, { methods: GET, bodyLimit: () => 0, handler }),
  );
  const boundPort = await bind(server, host, port, `${purpose} on ${address}`);
  return {
    url: `http://${host ?? '127.0.0.1'}:${boundPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A certificate with its key, PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  /** PEM of the authorities of which a client must have a certificate; absent: it needs none. */
  readonly clientCa?: string;
}

export interface TlsServer {
  /** Where it listens, `https://127.0.0.1:9443`. */
  readonly url: string;
  /**
   * The next handshakes get this certificate and these client authorities; connections and requests under way do not
   * notice. Whether clients need a certificate stays as it was in the beginning.
   */
  use(certificate: ServerCertificate): void;
  /** Takes no new connections, lets the requests under way end (at most until `hurry` aborts), closes all. */
  close(hurry?: AbortSignal): Promise<void>;
}

export interface TlsServerOptions {
  /** As for {@link listenHttp}. */
  readonly address: string;
  readonly purpose: string;
  readonly certificate: ServerCertificate;
  /** Bytes of a body, by the path. */
  readonly bodyLimit: (path: string) => number;
  /** Others are refused; GET has HEAD with it. */
  readonly methods: readonly string[];
  readonly handler: HttpHandler;
}

/**
 * Serves over TLS.
 *
 * @throws Error that names the address and the remedy when it cannot be listened on, or when the certificate is none
 */
export async function listenHttps(options: TlsServerOptions): Promise<TlsServer> {
  const { address, purpose, certificate } = options;
  const { host, port } = parseAddress(address, purpose);
  let underWay = 0;
  let onIdle = () => {};
  const { createServer } = await import('node:https');
  const server = createServer(
    { ...tlsOptions(certificate), requestCert: certificate.clientCa !== undefined },
    async (request, response) => {
      underWay++;
      response.once('close', () => {
        underWay--;
        if (underWay === 0) onIdle();
      });
      // Who keeps the connection after the last answer would find it closed in the middle of the next request.
      if (!server.listening) response.setHeader('connection', 'close');
      await answer(request, response, options);
    },
  );
  const boundPort = await bind(server, host, port, `${purpose} on ${address}`);
  return {
    url: `https://${host ?? '127.0.0.1'}:${boundPort}`,
    use: (next) => server.setSecureContext(tlsOptions(next)),
    async close(hurry) {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        if (underWay === 0 || hurry?.aborted) resolve();
        hurry?.addEventListener('abort', () => resolve(), { once: true });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

function tlsOptions({ cert, key, clientCa }: ServerCertificate) {
  return { cert, key, ...(clientCa !== undefined && { ca: clientCa }), minVersion: 'TLSv1.2' } as const;
}

const GET = ['GET'];

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { methods, bodyLimit, handler }: Pick<TlsServerOptions, 'methods' | 'bodyLimit' | 'handler'>,
): Promise<void> {
  const respond = ({ status, body, contentType = 'text/plain; charset=utf-8' }: HttpAnswer) => {
    response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' }).end(body);
  };
  try {
    const { method = 'GET', headers } = request;
    if (!methods.includes(method === 'HEAD' ? 'GET' : method)) {
      return respond({ status: 405, body: '405 method not allowed\n' });
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    respond(
      await handler({
        method,
        path: pathname,
        query: searchParams,
        contentType: headers['content-type'] ?? '',
        authorization: headers.authorization ?? '',
        body: await readBody(request, bodyLimit(pathname)),
      }),
    );
  } catch (error) {
    respond({ status: 500, body: `internal server error: ${error instanceof Error ? error.message : error}\n` });
  }
}

/** The body as text; what is over the limit is read and dropped, so that the client gets to read why. */
async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** Listens; returns the port. */
async function bind(server: Server, host: string | undefined, port: number, what: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the address is in use' : error.message;
      reject(new Error(`cannot serve ${what}: ${why}; give another address, or "0" to switch it off`));
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound ? bound.port : port;
}

function parseAddress(address: string, purpose: string): { host: string | undefined; port: number } {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon < 0 || address.slice(colon + 1) === '' || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(
      `invalid address "${address}" for ${purpose}: write it as ":8080" or "127.0.0.1:8080", or "0" for none`,
    );
  }
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, '') || undefined, port };
}
