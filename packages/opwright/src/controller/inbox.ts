/** A way into an operator for what is pushed to it: an HTTP handler sends, a controller `receives`. */
export interface Inbox<T> extends AsyncIterable<T> {
  /**
   * Resolves when the item has been taken in. While the inbox is full that is when the controller has come so far: whoever
   * answers a request only then makes the sender wait.
   */
  send(item: T): Promise<void>;
  /** Items that nobody has taken. */
  readonly length: number;
}

/** An inbox for one reader, which holds at most `capacity` items; default 1024. */
export function inbox<T>({ capacity = 1024 }: { readonly capacity?: number } = {}): Inbox<T> {
  const items: T[] = [];
  const senders: { readonly item: T; readonly accepted: () => void }[] = [];
  let wake = () => {};

  function take(): T {
    const item = items.shift() as T;
    const sender = senders.shift();
    if (sender) {
      items.push(sender.item);
      sender.accepted();
    }
    return item;
  }

  return {
    get length() {
      return items.length + senders.length;
    },
    async send(item) {
      if (items.length >= capacity) {
        await new Promise<void>((accepted) => {
          senders.push({ item, accepted });
        });
        return;
      }
      items.push(item);
      wake();
    },
    [Symbol.asyncIterator]() {
      // A plain iterator: what a reader leaves behind when it ends stays for the next one.
      return {
        async next() {
          while (items.length === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          return { done: false, value: take() };
        },
      };
    },
  };
}
