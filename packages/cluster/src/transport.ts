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
      const lifetime = lifetimeOf(request.signal, closing.signal);
      const response = await handler(serverRequest(request, user, lifetime.signal));
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

/** How long the server works on one request: until it is ended, or one of the sources aborts. */
interface Lifetime {
  readonly signal: AbortSignal;
  /** Tells the server, where it still streams. */
  end(): void;
  /** Lets go of the sources, which outlive the request. */
  release(): void;
}

// Made once: an abort without a reason makes a DOMException with a stack, per request.
const ENDED = new Error('the request has ended');

function lifetimeOf(...sources: readonly (AbortSignal | undefined)[]): Lifetime {
  const controller = new AbortController();
  const abort = () => controller.abort(ENDED);
  const release = () => {
    for (const source of sources) source?.removeEventListener('abort', abort);
  };
  for (const source of sources) source?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    release,
    end() {
      release();
      abort();
    },
  };
}

function transportResponse({ status, headers, body }: ServerResponse, lifetime: Lifetime): TransportResponse {
  const isStream = 'stream' in body;
  if (!isStream) lifetime.release();
  return {
    status,
    headers,
    async json() {
      if ('json' in body) return body.json;
      return JSON.parse(await textOf(body));
    },
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
  } finally {
    lifetime.end();
  }
}

async function* textLines(body: ServerBody): AsyncGenerator<unknown> {
  for (const line of (await textOf(body)).split('\n')) if (line !== '') yield JSON.parse(line);
}
