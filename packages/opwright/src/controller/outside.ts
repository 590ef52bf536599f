import { type Duration, durationMs } from './duration.ts';
import type { ErasedReadContext } from './erased.ts';
import type { ItemChange, MapResult, ReadContext } from './types.ts';

/** How the state of something outside of the cluster is read. */
export interface Poll<T> {
  /** The pause between two reads. A failure makes it longer, up to five minutes. */
  readonly every: Duration;
  /** All items. It is given up, and its signal aborts, after `every`, or a minute if that is longer. */
  readonly list: (signal: AbortSignal) => Promise<Iterable<T>> | Iterable<T>;
  /** What makes an item the same as one that was read before. */
  readonly id: (item: T) => string;
}

/** Which objects an item concerns. Called for the new and the old state of what has changed. */
export type ItemMapFunction<T, Reads extends string> = (
  item: T,
  ctx: ReadContext<Reads>,
  change: ItemChange<T>,
) => Promise<MapResult> | MapResult;

export type ErasedItemMap = (
  item: unknown,
  ctx: ErasedReadContext,
  change: ItemChange<unknown>,
) => Promise<MapResult> | MapResult;

/** A source outside of the cluster, types gone. */
export type OutsideSource = PollSource | PushSource;

export interface PollSource {
  readonly name: string;
  readonly map: ErasedItemMap;
  readonly poll: Poll<unknown>;
  readonly everyMs: number;
}

export interface PushSource {
  readonly name: string;
  readonly map: ErasedItemMap;
  readonly open: (signal: AbortSignal) => AsyncIterable<unknown>;
}

export function pollSource<T, Reads extends string>(name: string, poll: Poll<T>, map: ItemMapFunction<T, Reads>) {
  const everyMs = durationMs(poll.every);
  if (everyMs === 0) throw new RangeError(`source "${name}": every is 0: give a duration above 0`);
  return { name, poll, everyMs, map } as unknown as OutsideSource;
}

export function pushSource<T, Reads extends string>(
  name: string,
  open: (signal: AbortSignal) => AsyncIterable<T>,
  map: ItemMapFunction<T, Reads>,
) {
  return { name, open, map } as unknown as OutsideSource;
}
