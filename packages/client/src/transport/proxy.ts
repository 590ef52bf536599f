import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { TransportError } from '../transport.ts';
import { basicAuthorization } from './credentials.ts';

/**
 * Opens a tunnel to `host:port` through an HTTP proxy (CONNECT).
 * @param proxy `http://` or `https://`, with credentials where the proxy wants them
 * @param signal gives it up
 */
export function openTunnel(proxy: URL, host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const name = decodeURIComponent(proxy.username);
  const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: authority,
    agent: false,
    ...(signal && { signal }),
    headers: {
      host: authority,
      ...(name !== '' && { 'proxy-authorization': basicAuthorization(name, decodeURIComponent(proxy.password)) }),
    },
  });
  return new Promise((resolve, reject) => {
    request.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new TransportError(`the proxy ${proxy.host} does not answer: ${cause.message || cause.code}`, {
          ...(cause.code !== undefined && { code: cause.code }),
          cause,
        }),
      );
    });
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new TransportError(`the proxy ${proxy.host} refused a tunnel to ${authority}: ${response.statusCode}`));
    });
    request.once('response', (response) => {
      response.destroy();
      reject(new TransportError(`the proxy ${proxy.host} refused a tunnel to ${authority}: ${response.statusCode}`));
    });
    request.end();
  });
}
