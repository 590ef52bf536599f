/** The body of an answer, for one reader. */
export interface Body {
  /** What has come since the last call, as soon as there is something; undefined at the end. @throws when it breaks off */
  read(): Promise<Buffer | undefined>;
  /** All of it. @throws when it breaks off */
  readAll(): Promise<Buffer>;
  /** Nobody wants the rest. */
  cancel(): void;
}

/** The side of a body that the connection fills. */
export interface BodyWriter {
  readonly body: Body;
  /** Bytes are copied. */
  push(bytes: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** The connection from which a body comes. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Gives up what has not come yet. */
  cancel(): void;
}

/** So many bytes may wait for a reader who has not come yet or is slow; then the server has to. */
const WAITING_BYTES = 64 * 1024;

export function createBody(flow: Flow): BodyWriter {
  let chunks: Buffer[] = [];
  let waiting = 0;
  let limit = WAITING_BYTES;
  let paused = false;
  let ended = false;
  let error: Error | undefined;
  let wake: (() => void) | undefined;

  function take(): Buffer {
    const taken = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    chunks = [];
    waiting = 0;
    resume();
    return taken;
  }

  function resume(): void {
    if (!paused) return;
    paused = false;
    flow.resume();
  }

  function tell(): void {
    wake?.();
    wake = undefined;
  }

  const news = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  const body: Body = {
    async read() {
      while (chunks.length === 0) {
        if (error) throw error;
        if (ended) return undefined;
        await news();
      }
      return take();
    },
    async readAll() {
      limit = Number.POSITIVE_INFINITY;
      resume();
      while (!ended && !error) await news();
      if (error) throw error;
      return take();
    },
    cancel() {
      if (!ended && !error) flow.cancel();
    },
  };

  return {
    body,
    push(bytes) {
      chunks.push(Buffer.from(bytes));
      waiting += bytes.length;
      if (waiting > limit && !paused) {
        paused = true;
        flow.pause();
      }
      tell();
    },
    end() {
      ended = true;
      // The connection now serves others.
      resume();
      tell();
    },
    fail(cause) {
      if (ended) return;
      error = cause;
      tell();
    },
  };
}
