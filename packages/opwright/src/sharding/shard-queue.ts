import type { WorkQueue } from '../queue/work-queue.ts';

/** A replica's share of the keys, as its controllers see it. */
export interface Shard {
  owns(key: string): boolean;
  /** Says that a key is worked on from now on: true; false when the key is not owned any more, and must not be. */
  begin(key: string): boolean;
  end(key: string): void;
}

/**
 * A queue that takes and hands out only keys of the shard. Others are dropped: whoever owns them has them in its own queue,
 * and who gains them later adds all that it finds in its cache.
 *
 * @param prefix what keys of this queue begin with in the shard
 */
export function shardQueue(queue: WorkQueue, shard: Shard, prefix = ''): WorkQueue {
  const drop = (key: string) => {
    queue.forget(key);
    queue.clearTimer(key);
  };
  return {
    add(key, options) {
      if (shard.owns(prefix + key)) queue.add(key, options);
    },
    async get() {
      for (;;) {
        const item = await queue.get();
        if (!item || shard.begin(prefix + item.key)) return item;
        drop(item.key);
        queue.done(item);
      }
    },
    done(item) {
      const { key } = item;
      queue.done(item);
      if (!shard.owns(prefix + key)) drop(key);
      shard.end(prefix + key);
    },
    forget: queue.forget,
    clearTimer: queue.clearTimer,
    failures: queue.failures,
    shutDown: queue.shutDown,
    get length() {
      return queue.length;
    },
    get waiting() {
      return queue.waiting;
    },
    keys: queue.keys,
    depths: queue.depths,
    inWork: queue.inWork,
  };
}
