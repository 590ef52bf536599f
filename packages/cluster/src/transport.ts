import { setMaxListeners } from 'node:events';
import {
  type RequestBody,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportResponse,
} from '@opwright/client';
import { encodeJson } from '@opwright/machinery';
import { ConnectionDropped } from './api/connection-dropped.ts';
import type { Handler, ServerBody, ServerRequest, ServerResponse, UserInfo } from './api/http-types.ts';
import { Lifetime } from './lifetime.ts';

/**
 * Reaches the handler by a function call: JSON bodies go in and come out as values, the stored objects themselves; no
 * text is made of them and nothing is copied.
 */
export function inProcessTransport(handler: Handler, user: UserInfo): Transport {
  const closing = new AbortController();
  // Every stream listens to it: many listeners are no leak.
  setMaxListeners(0, closing.signal);
  return {
    async request(request) {
      request.signal?.throwIfAborted();
      closing.signal.throwIfAborted();
      const lifetime = new Lifetime(ENDED, request.signal, closing.signal);
      let response: ServerResponse;
      try {
        response = await handler(serverRequest(request, user, lifetime));
      } catch (error) {
        brokenConnection(error);
      }
      if (!('stream' in response.body)) lifetime.end();
      if (request.signal?.aborted) {
        lifetime.end();
        throw request.signal.reason;
      }
      return transportResponse(response, lifetime);
    },
    async close() {
      closing.abort();
    },
  };
}

/** What a client sees of a dropped connection. */
function brokenConnection(error: unknown): never {
  if (!(error instanceof ConnectionDropped)) throw error;
  throw new TransportError(error.message, { code: 'ECONNRESET', cause: error });
}

const ENDED = new Error('the request has ended');

function serverRequest(request: TransportRequest, user: UserInfo, lifetime: Lifetime): ServerRequest {
  return {
    method: request.method,
    path: request.path,
    headers: request.headers ?? {},
    body: request.body && serverBody(request.body),
    user,
    values: true,
    lifetime,
  };
}

function serverBody(body: RequestBody): NonNullable<ServerRequest['body']> {
  return 'text' in body ? { bytes: Buffer.from(body.text) } : body;
}

function transportResponse({ status, headers, body }: ServerResponse, lifetime: Lifetime): TransportResponse {
  const isStream = 'stream' in body;
  return {
    status,
    headers,
    json: () => ('json' in body ? Promise.resolve(body.json) : textOf(body).then(JSON.parse)),
    text: () => textOf(body),
    lines: () => (isStream ? lines(body.stream, lifetime) : textLines(body)),
    close: () => lifetime.end(),
  };
}

async function textOf(body: ServerBody): Promise<string> {
  if ('text' in body) return body.text;
  if ('bytes' in body) return Buffer.from(body.bytes).toString('utf8');
  if ('json' in body) return `${encodeJson(body.json)}\n`;
  if ('upgrade' in body) throw new Error('the in-process transport upgrades no connections');
  let text = '';
  for await (const item of body.stream) {
    if (item instanceof Uint8Array) text += Buffer.from(item).toString('utf8');
    else text += typeof item === 'string' ? item : `${encodeJson(item)}\n`;
  }
  return text;
}

async function* lines(stream: AsyncIterable<unknown>, lifetime: Lifetime): AsyncGenerator<unknown> {
  try {
    for await (const item of stream) yield item;
  } catch (error) {
    brokenConnection(error);
  } finally {
    lifetime.end();
  }
}

async function* textLines(body: ServerBody): AsyncGenerator<unknown> {
  for (const line of (await textOf(body)).split('\n')) if (line !== '') yield JSON.parse(line);
}
