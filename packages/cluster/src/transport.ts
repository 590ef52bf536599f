import { setMaxListeners } from 'node:events';
import type { RequestBody, Transport, TransportRequest, TransportResponse } from '@opwright/client';
import { encodeJson } from '@opwright/machinery';
import type { Handler, ServerBody, ServerRequest, ServerResponse, UserInfo } from './api/http-types.ts';

/**
 * Reaches the handler by a function call: JSON bodies go in and come out as values, the stored objects themselves; no
 * text is made of them and nothing is copied.
 */
export function inProcessTransport(handler: Handler, user: UserInfo): Transport {
  const closing = new AbortController();
  // Every request under way listens to it: many listeners are no leak.
  setMaxListeners(0, closing.signal);
  return {
    async request(request) {
      request.signal?.throwIfAborted();
      closing.signal.throwIfAborted();
      const ended = new AbortController();
      const response = await handler(serverRequest(request, user, anySignal(ended, request.signal, closing.signal)));
      request.signal?.throwIfAborted();
      return transportResponse(response, ended);
    },
    async close() {
      closing.abort();
    },
  };
}

function serverRequest(request: TransportRequest, user: UserInfo, signal: AbortSignal): ServerRequest {
  return {
    method: request.method,
    path: request.path,
    headers: request.headers ?? {},
    ...(request.body === undefined ? {} : { body: serverBody(request.body) }),
    user,
    values: true,
    signal,
  };
}

function serverBody(body: RequestBody): NonNullable<ServerRequest['body']> {
  return 'text' in body ? { bytes: Buffer.from(body.text) } : body;
}

/** A signal that aborts with any of these; those that outlive the request are let go when it has ended. */
function anySignal(ended: AbortController, ...sources: readonly (AbortSignal | undefined)[]): AbortSignal {
  const abort = () => ended.abort();
  for (const source of sources) {
    if (source === undefined) continue;
    if (source.aborted) ended.abort();
    else source.addEventListener('abort', abort, { signal: ended.signal });
  }
  return ended.signal;
}

function transportResponse({ status, headers, body }: ServerResponse, ended: AbortController): TransportResponse {
  const isStream = 'stream' in body;
  if (!isStream) ended.abort();
  return {
    status,
    headers,
    async json() {
      if ('json' in body) return body.json;
      return JSON.parse(await textOf(body));
    },
    text: () => textOf(body),
    lines: () => (isStream ? lines(body.stream, ended) : textLines(body)),
    close: () => ended.abort(),
  };
}

async function textOf(body: ServerBody): Promise<string> {
  if ('text' in body) return body.text;
  if ('bytes' in body) return Buffer.from(body.bytes).toString('utf8');
  if ('json' in body) return `${encodeJson(body.json)}\n`;
  let text = '';
  for await (const item of body.stream) text += typeof item === 'string' ? item : `${encodeJson(item)}\n`;
  return text;
}

async function* lines(stream: AsyncIterable<unknown>, ended: AbortController): AsyncGenerator<unknown> {
  try {
    for await (const item of stream) yield typeof item === 'string' ? JSON.parse(item) : item;
  } finally {
    ended.abort();
  }
}

async function* textLines(body: ServerBody): AsyncGenerator<unknown> {
  for (const line of (await textOf(body)).split('\n')) if (line !== '') yield JSON.parse(line);
}
