import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Connection, createConnection } from './connection.ts';
import type { ResponseHead } from './reader.ts';
import type { OpenSocket } from './socket.ts';

/** The connections to one server that prove themselves alike. */
export interface Pool {
  /** A connection for one request; it comes back by itself. Waits for one when all are in use. */
  take(signal: AbortSignal | undefined): Connection | Promise<Connection>;
  /** A new connection for one request, outside the limit. */
  open(signal: AbortSignal | undefined): Connection | Promise<Connection>;
  /** Whether there is no connection at all. */
  readonly isEmpty: boolean;
  /** Closes all connections; resolves when they are closed. */
  destroy(error: Error): Promise<void>;
}

export interface PoolOptions {
  readonly openSocket: OpenSocket;
  /** Opens what the next socket goes through. Default: nothing. */
  readonly openTunnel?: ((signal: AbortSignal | undefined) => Promise<Duplex>) | undefined;
  /** Connections that `take` may have given out. */
  readonly maxSockets: number;
}

/** An unused connection is closed before the API server does it (after three minutes). */
const IDLE_MS = 90_000;
/** So much before a server that says how long it waits. */
const EARLIER_MS = 1000;

interface Waiter {
  take(connection: Connection | Promise<Connection>): void;
  giveUp(reason: unknown): void;
}

export function createPool({ openSocket, openTunnel, maxSockets }: PoolOptions): Pool {
  const connections = new Set<Connection>();
  /** The last one used is used again first: the server has the least reason to close it. */
  const idle: Connection[] = [];
  const waiting = new Set<Waiter>();
  /** Connections inside the limit, also those on the way. */
  let shared = 0;
  let ended: Error | undefined;

  function connect(
    signal: AbortSignal | undefined,
    onIdle: (connection: Connection, last: ResponseHead) => void,
    onClose: () => void,
  ): Connection | Promise<Connection> {
    const through = (tunnel?: Duplex): Connection => {
      const connection = createConnection((events) => openSocket(events, tunnel), onIdle);
      const { socket } = connection;
      connections.add(connection);
      socket.on('timeout', () => {
        if (idle.includes(connection)) socket.destroy();
      });
      socket.once('close', () => {
        connections.delete(connection);
        onClose();
      });
      // The tunnel was still on its way.
      if (ended) socket.destroy(ended);
      return connection;
    };
    if (openTunnel === undefined) return through();
    return openTunnel(signal).then(through, (error) => {
      onClose();
      throw error;
    });
  }

  function connectShared(signal: AbortSignal | undefined): Connection | Promise<Connection> {
    shared += 1;
    return connect(signal, rest, leave);
  }

  /** A connection has nothing to do. */
  function rest(connection: Connection, last: ResponseHead): void {
    const { socket } = connection;
    const idleMs = idleTime(last.field('keep-alive'));
    if (idleMs <= 0) {
      socket.destroy();
      return;
    }
    if (socket.timeout !== idleMs) socket.setTimeout(idleMs);
    const next = nextWaiter();
    if (next) {
      next.take(connection);
      return;
    }
    idle.push(connection);
    // Nobody waits for it: the process may end.
    socket.unref();
  }

  /** There is one connection less. */
  function leave(): void {
    shared -= 1;
    const index = idle.findIndex(({ socket }) => socket.destroyed);
    if (index >= 0) idle.splice(index, 1);
    if (!ended) nextWaiter()?.take(connectShared(undefined));
  }

  function nextWaiter(): Waiter | undefined {
    return waiting.values().next().value;
  }

  return {
    take(signal) {
      for (let connection = idle.pop(); connection; connection = idle.pop()) {
        if (connection.socket.destroyed) continue;
        connection.socket.ref();
        return connection;
      }
      if (shared < maxSockets) return connectShared(signal);
      return new Promise((resolve, reject) => {
        const abort = () => waiter.giveUp(signal?.reason);
        const end = () => {
          waiting.delete(waiter);
          signal?.removeEventListener('abort', abort);
        };
        const waiter: Waiter = {
          take(connection) {
            end();
            resolve(connection);
          },
          giveUp(reason) {
            end();
            reject(reason);
          },
        };
        waiting.add(waiter);
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
    open: (signal) =>
      connect(
        signal,
        ({ socket }) => socket.destroy(),
        () => {},
      ),
    get isEmpty() {
      return connections.size === 0;
    },
    async destroy(error) {
      ended = error;
      for (const waiter of waiting) waiter.giveUp(error);
      await Promise.all([...connections].map(({ socket }) => closed(socket, error)));
    },
  };
}

function closed(socket: Socket, error: Error): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy(error);
  });
}

/** How long a connection may wait for its next request. @param hint the `keep-alive` header: `timeout=5` */
function idleTime(hint: string | undefined): number {
  const seconds = hint === undefined ? undefined : /\btimeout=(\d+)/.exec(hint)?.[1];
  return seconds === undefined ? IDLE_MS : Math.min(IDLE_MS, Number(seconds) * 1000 - EARLIER_MS);
}
