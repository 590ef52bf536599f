import { type Clock, keyString, type ObjectKey, sleep } from '@opwright/machinery';
import { sharedAbortController } from '../abort.ts';
import type { KindCache } from '../cache/kind-cache.ts';
import type { Logger } from '../manager/logger.ts';
import { mergeCauses } from '../queue/triggers.ts';
import type { QueueItem, WorkQueue } from '../queue/work-queue.ts';

/**
 * Holds a key back until the caches have seen what its last run wrote, so that a run sees its own writes *and* what
 * others had done before them. Own writes alone are laid over the caches anyway; without the gate a run would see them
 * beside a past that the server had left behind.
 */
export interface ReadGate {
  /** A run of the key has written the object. */
  wrote(key: string, view: KindCache, object: ObjectKey): void;
  /** Whether the item has to wait: it comes back into the queue by itself then. The caller ends its turn. */
  holds(item: QueueItem): boolean;
}

export interface ReadGateOptions {
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Logger;
  /** No key waits longer than this after its write. */
  readonly timeoutMs: number;
  readonly stopping: AbortSignal;
  readonly onWaited: (seconds: number, timedOut: boolean) => void;
}

/** Keys whose last writes are remembered: those that wrote last. */
const MAX_KEYS = 10_000;

interface Write {
  readonly view: KindCache;
  readonly object: ObjectKey;
  readonly at: number;
}

export function createReadGate(options: ReadGateOptions): ReadGate {
  const { queue, clock, log, timeoutMs, stopping, onWaited } = options;
  const writes = new Map<string, Write[]>();
  const held = new Map<string, QueueItem>();

  /** Lets the key go when the caches have seen `pending`, or the time is up. */
  async function letGo(key: string, pending: readonly Write[], leftMs: number): Promise<void> {
    const since = clock.monotonic();
    const end = sharedAbortController();
    const stop = () => end.abort();
    stopping.addEventListener('abort', stop);
    if (stopping.aborted) stop();
    const seen = Promise.all(pending.map(({ view, object }) => view.whenSeen(object, end.signal)));
    await Promise.race([seen, sleep(clock, leftMs, end.signal)]);
    const unseen = pending.find(({ view, object }) => view.isPending(object));
    end.abort();
    stopping.removeEventListener('abort', stop);
    const item = held.get(key);
    held.delete(key);
    if (stopping.aborted || !item) return;
    onWaited((clock.monotonic() - since) / 1000, unseen !== undefined);
    if (unseen) {
      log.warn('Cache has not shown an own write in time, reconciling without it', {
        key,
        written: `${unseen.view.resource.kind} ${keyString(unseen.object)}`,
        timeoutMs,
      });
    }
    queue.add(key, { priority: item.priority, causes: item.causes });
  }

  return {
    wrote(key, view, object) {
      const known = writes.get(key) ?? [];
      writes.delete(key);
      writes.set(key, [...known, { view, object, at: clock.monotonic() }]);
      // A map keeps the order of insertion.
      for (const oldest of writes.keys()) {
        if (writes.size <= MAX_KEYS) break;
        writes.delete(oldest);
      }
    },
    holds(item) {
      const { key } = item;
      const waiting = held.get(key);
      if (waiting) {
        const causes = mergeCauses(waiting.causes, item.causes);
        held.set(key, { ...item, priority: Math.max(waiting.priority, item.priority), causes });
        return true;
      }
      const own = writes.get(key);
      if (!own) return false;
      writes.delete(key);
      const pending = own.filter(({ view, object }) => view.isPending(object));
      const leftMs = Math.max(0, ...pending.map(({ at }) => at + timeoutMs - clock.monotonic()));
      if (pending.length === 0 || leftMs === 0) return false;
      held.set(key, item);
      letGo(key, pending, leftMs).catch((error) => log.error('A key was not let go', { key, error }));
      return true;
    },
  };
}
