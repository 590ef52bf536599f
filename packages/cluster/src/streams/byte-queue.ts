/** Data that arrives by itself and is read when somebody gets to it. Has one reader. */
export interface ByteQueue extends AsyncIterable<Uint8Array> {
  /** Resolves when there is room for more: whoever can wait, should. */
  push(data: Uint8Array): Promise<void>;
  end(): void;
}

/** Unread bytes from which on a writer waits. */
const FULL = 256 * 1024;

export function byteQueue(): ByteQueue {
  const chunks: Uint8Array[] = [];
  let unread = 0;
  let ended = false;
  let wakeReader: (() => void) | undefined;
  let wakeWriters: (() => void)[] = [];

  const read = (): Uint8Array | undefined => {
    const chunk = chunks.shift();
    unread -= chunk?.byteLength ?? 0;
    if (unread < FULL) {
      for (const wake of wakeWriters) wake();
      wakeWriters = [];
    }
    return chunk;
  };
  const end = (): void => {
    ended = true;
    wakeReader?.();
    for (const wake of wakeWriters) wake();
    wakeWriters = [];
  };

  return {
    push(data) {
      if (ended || data.byteLength === 0) return Promise.resolve();
      chunks.push(data);
      unread += data.byteLength;
      wakeReader?.();
      return unread < FULL ? Promise.resolve() : new Promise((resolve) => wakeWriters.push(resolve));
    },
    end,
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          if (chunks.length > 0) yield read()!;
          else if (ended) return;
          else
            await new Promise<void>((resolve) => {
              wakeReader = resolve;
            });
        }
      } finally {
        // Nobody reads any more: nobody has to wait for it.
        chunks.length = 0;
        end();
      }
    },
  };
}
