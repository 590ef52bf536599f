/**
 * A bounded queue between a producer that must not wait (a write to the store) and one consumer (a watch stream). A
 * consumer that falls behind by more than `limit` items loses the stream, not the server its memory.
 */
export interface EventQueue<T> extends AsyncIterable<T> {
  /** Appends an item. False when the queue has ended, which an item beyond the limit does. */
  push(item: T): boolean;
  /** Ends the queue: the consumer still gets what is in it. */
  end(): void;
  readonly ended: boolean;
}

/**
 * @param limit items that may wait; one more ends the queue
 * @param onEnd called once, when the queue has ended for whatever reason: the consumer left, `end()`, or the limit
 * @param initial what is in the queue from the start; it does not count against the limit
 */
export function createEventQueue<T>(
  limit: number,
  onEnd: () => void = () => {},
  initial: readonly T[] = [],
): EventQueue<T> {
  let items: T[] = [...initial];
  let allowed = limit + initial.length;
  let read = 0;
  let ended = false;
  let wake: (() => void) | undefined;

  const end = () => {
    if (ended) return;
    ended = true;
    wake?.();
    onEnd();
  };
  const take = (): IteratorResult<T, undefined> | undefined => {
    if (read < items.length) {
      const value = items[read++] as T;
      if (read === items.length) {
        items = [];
        read = 0;
        allowed = limit;
      }
      return { done: false, value };
    }
    return ended ? { done: true, value: undefined } : undefined;
  };

  return {
    get ended() {
      return ended;
    },
    push(item) {
      if (ended) return false;
      if (items.length - read >= allowed) {
        end();
        return false;
      }
      items.push(item);
      wake?.();
      return true;
    },
    end,
    [Symbol.asyncIterator]: () => ({
      async next() {
        for (;;) {
          const result = take();
          if (result !== undefined) return result;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
      },
      async return() {
        end();
        items = [];
        read = 0;
        return { done: true, value: undefined };
      },
    }),
  };
}
