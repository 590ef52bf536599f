import type { Clock, Timer } from '@opwright/machinery';
import { childOf } from '../abort.ts';

/** Iterates until the signal aborts, then throws its reason, even if the source does not notice the signal. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  // Not Promise.race: each turn would leave a reaction on a promise that lives as long as the watch.
  let giveUp: (reason: unknown) => void = () => {};
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // A source that is stuck in `next` queues the return behind it; nothing may wait for that.
    iterator.return?.()?.then(undefined, () => {});
  }
}

/**
 * Iterates over what `open` gives. When `limitMs` pass without an item, the signal that `open` got aborts with `late()`,
 * which is thrown. The time that the consumer takes for an item does not count.
 */
export async function* inTime<T>(
  clock: Clock,
  limitMs: number,
  late: () => Error,
  signal: AbortSignal,
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const { controller, release } = childOf(signal);
  const arm = (): Timer => clock.setTimeout(() => controller.abort(late()), limitMs);
  let timer = arm();
  try {
    for await (const item of untilAborted(open(controller.signal), controller.signal)) {
      timer.cancel();
      yield item;
      timer = arm();
    }
  } finally {
    timer.cancel();
    release();
  }
}

/** Items as they arrive, until one of both sides ends them. */
export interface Stream<T> {
  readonly items: AsyncGenerator<T>;
  /** Why the stream was broken off, in its reason. */
  readonly signal: AbortSignal;
  /** Breaks the stream off: `items` throws the reason. */
  abort(reason: Error): void;
  /** Must be called in the end, also after the last item. */
  close(): void;
}

/** The stream of what `open` gives; it also ends with `signal`. */
export function openStream<T>(signal: AbortSignal, open: (signal: AbortSignal) => AsyncIterable<T>): Stream<T> {
  const { controller, release } = childOf(signal);
  const items = untilAborted(open(controller.signal), controller.signal);
  return {
    items,
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    close() {
      release();
      items.return(undefined).then(undefined, () => {});
    },
  };
}
