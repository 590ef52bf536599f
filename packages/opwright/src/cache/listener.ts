import type { Clock } from '@opwright/machinery';
import { type TimeSlice, timeSlice } from '../time-slice.ts';
import type { Delta } from './store.ts';

/** Handles one change. When it throws or rejects, the change is lost for it; the next one is handled in any case. */
export type DeltaHandler = (delta: Delta) => void | Promise<void>;

/** One receiver of changes: an unbounded queue that is worked off in order. */
export interface Listener {
  push(deltas: readonly Delta[]): void;
  /** The owner has pushed the initial state; `synced` resolves when everything up to here was handled. */
  markInitial(): void;
  readonly synced: Promise<void>;
  readonly isSynced: boolean;
  /** Takes no more; resolves when what is queued was handled. */
  end(): Promise<void>;
  /** Drops what is queued; resolves when the handler is not running any more. */
  stop(): Promise<void>;
}

export function createListener(
  handler: DeltaHandler,
  clock: Clock,
  onError: (error: unknown, delta: Delta) => void,
): Listener {
  let queue: (readonly Delta[] | 'initial')[] = [];
  let running: Promise<void> | undefined;
  let ended = false;
  let stopped = false;
  let isSynced = false;
  let resolveSynced = () => {};
  const synced = new Promise<void>((resolve) => {
    resolveSynced = resolve;
  });

  async function handle(deltas: readonly Delta[], slice: TimeSlice): Promise<void> {
    for (const delta of deltas) {
      if (stopped) return;
      try {
        const result = handler(delta);
        if (result) await result;
      } catch (error) {
        // One change that cannot be handled must not end the handling of all others.
        onError(error, delta);
      }
      const pause = slice.pause();
      if (pause) await pause;
    }
  }

  async function work(): Promise<void> {
    const slice = timeSlice(clock);
    while (queue.length > 0 && !stopped) {
      const batches = queue;
      queue = [];
      for (const batch of batches) {
        if (batch !== 'initial') await handle(batch, slice);
        if (stopped) break;
        if (batch !== 'initial') continue;
        isSynced = true;
        resolveSynced();
      }
    }
    running = undefined;
  }

  function push(batch: readonly Delta[] | 'initial'): void {
    if (ended || batch.length === 0) return;
    queue.push(batch);
    running ??= Promise.resolve().then(work);
  }

  return {
    push,
    markInitial: () => push('initial'),
    synced,
    get isSynced() {
      return isSynced;
    },
    async end() {
      ended = true;
      await running;
    },
    async stop() {
      ended = true;
      stopped = true;
      queue = [];
      await running;
    },
  };
}
