import type { Socket } from 'node:net';
import { type Body, type BodyWriter, createBody } from './body.ts';
import { createResponseReader, type ResponseHead } from './reader.ts';
import type { SocketEvents } from './socket.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Latin-1. */
  readonly head: string;
  readonly body: string | Uint8Array | undefined;
  /** Gives the request up, and with it the connection. */
  readonly signal: AbortSignal | undefined;
}

export interface Answer {
  readonly head: ResponseHead;
  readonly body: Body;
}

/** A connection to the server, for one request after the other. */
export interface Connection {
  readonly socket: Socket;
  /** It has carried an answer: the server may have closed it since. */
  readonly isUsed: boolean;
  /**
   * Sends a request, when the connection is there; the one before must have its whole answer. Rejects when no answer comes;
   * an answer that breaks off shows in its body.
   */
  exchange(request: WireRequest): Promise<Answer>;
}

/** The request whose answer is awaited, or on its way. */
interface Current {
  readonly request: WireRequest;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  body: BodyWriter | undefined;
}

const ASCII = /^[\0-\x7f]*$/;

/**
 * @param open opens the socket
 * @param onIdle called when an answer is complete and the connection can serve again
 */
export function createConnection(
  open: (events: SocketEvents) => Socket,
  onIdle: (connection: Connection, last: ResponseHead) => void,
): Connection {
  let current: Current | undefined;
  let head: ResponseHead | undefined;
  let isReady = false;
  let isUsed = false;
  let failure: Error | undefined;

  const reader = createResponseReader({
    head(received) {
      head = received;
      const writer = createBody(flow);
      current!.body = writer;
      current!.resolve({ head: received, body: writer.body });
    },
    data: (bytes) => current!.body!.push(bytes),
    end(reusable) {
      finish()!.body!.end();
      isUsed = true;
      // An answer may come before the whole request was sent, the rest of which would be taken for the next one.
      if (!reusable || socket.writableLength > 0 || socket.destroyed) socket.destroy();
      else onIdle(connection, head!);
    },
  });

  const socket = open({
    ready() {
      isReady = true;
      if (current) write(current.request);
    },
    data: (bytes) => guarded(() => reader.push(bytes)),
  });
  const flow = { pause: () => socket.pause(), resume: () => socket.resume(), cancel: () => socket.destroy() };
  const abort = () => socket.destroy(new Error('aborted'));

  socket.on('end', () => {
    guarded(reader.close);
    socket.destroy();
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    const broken = finish();
    const error = failure ?? closed();
    if (broken?.body) broken.body.fail(error);
    else broken?.reject(error);
  });

  function guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      socket.destroy(error as Error);
    }
  }

  function finish(): Current | undefined {
    const finished = current;
    current = undefined;
    finished?.request.signal?.removeEventListener('abort', abort);
    return finished;
  }

  function write({ method, head, body }: WireRequest): void {
    reader.expect(method);
    if (typeof body !== 'object' && ASCII.test(head)) {
      // One text is one write, hence one record and one packet.
      socket.write(body === undefined ? head : head + body);
      return;
    }
    socket.cork();
    socket.write(head, 'latin1');
    if (body !== undefined) socket.write(body);
    socket.uncork();
  }

  const connection: Connection = {
    socket,
    get isUsed() {
      return isUsed;
    },
    exchange: (request) =>
      new Promise((resolve, reject) => {
        // While the connection was awaited.
        if (request.signal?.aborted) socket.destroy();
        if (socket.destroyed) return reject(closed());
        current = { request, resolve, reject, body: undefined };
        request.signal?.addEventListener('abort', abort, { once: true });
        if (isReady) write(request);
      }),
  };
  return connection;
}

function closed(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}
