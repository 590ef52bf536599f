import { createServer } from 'node:http';

/** An answer of one of the manager's endpoints. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** Answers a GET. */
export type HttpHandler = (path: string, query: URLSearchParams) => HttpAnswer | Promise<HttpAnswer>;

export interface HttpServer {
  /** Where it listens, `http://127.0.0.1:8081`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens on `address`: `:8081` (all interfaces) or `127.0.0.1:8081`; port 0 takes a free one.
 *
 * @throws Error that names the address and the remedy when it cannot be listened on
 */
export async function listenHttp(address: string, purpose: string, handler: HttpHandler): Promise<HttpServer> {
  const { host, port } = parseAddress(address, purpose);
  const server = createServer(async (request, response) => {
    const respond = ({ status, body, contentType = 'text/plain; charset=utf-8' }: HttpAnswer) => {
      response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' }).end(body);
    };
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return respond({ status: 405, body: '405 method not allowed\n' });
      }
      const url = new URL(request.url ?? '/', 'http://localhost');
      respond(await handler(url.pathname, url.searchParams));
    } catch (error) {
      respond({ status: 500, body: `internal server error: ${error instanceof Error ? error.message : error}\n` });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the address is in use' : error.message;
      reject(new Error(`cannot serve ${purpose} on ${address}: ${why}; give another address, or "0" to switch it off`));
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  const boundPort = typeof bound === 'object' && bound ? bound.port : port;
  return {
    url: `http://${host ?? '127.0.0.1'}:${boundPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
