/**
 * What is left of an HTTP connection after an upgrade: the messages of a WebSocket, or bytes in pieces as they come. It
 * is closed when the peer has gone.
 */
export interface Connection {
  /** Ends when the peer has nothing more to say, or has gone. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** A string is a message of text, where there are messages. Resolves when the peer may get more. Does nothing when closed. */
  send(data: Uint8Array | string): Promise<void>;
  /** Closes it after what has been sent. */
  close(): void;
  /** Aborts when the connection is closed, by whom ever. */
  readonly signal: AbortSignal;
}

/** One of the streams that share a connection. */
export interface Stream {
  /** Ends when the peer has closed its half, or has gone. */
  readonly incoming: AsyncIterable<Uint8Array>;
  send(data: Uint8Array | string): Promise<void>;
  /** Closes our half. */
  end(): Promise<void>;
}
