import { type AnyResource, type Clock, deepEqual, sleep } from '@opwright/machinery';
import { childOf } from '../abort.ts';
import type { Logger } from '../manager/logger.ts';
import type { Trigger } from '../queue/triggers.ts';
import { LOW_PRIORITY, type WorkQueue } from '../queue/work-queue.ts';
import { untilAborted } from '../watch/abortable.ts';
import { type Duration, durationMs } from './duration.ts';
import type { ErasedReadContext } from './erased.ts';
import { keysOf, mapWithRetries } from './sources.ts';
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

type ErasedItemMap = (
  item: unknown,
  ctx: ErasedReadContext,
  change: ItemChange<unknown>,
) => Promise<MapResult> | MapResult;

/** A source outside of the cluster, types gone. */
export type OutsideSource = PollSource | PushSource;

interface PollSource {
  readonly name: string;
  readonly map: ErasedItemMap;
  readonly poll: Omit<Poll<unknown>, 'every'> & { readonly everyMs: number };
}

interface PushSource {
  readonly name: string;
  readonly map: ErasedItemMap;
  readonly open: (signal: AbortSignal) => AsyncIterable<unknown>;
}

export function pollSource<T, Reads extends string>(name: string, poll: Poll<T>, map: ItemMapFunction<T, Reads>) {
  const everyMs = durationMs(poll.every);
  if (everyMs === 0) throw new RangeError(`source "${name}": every is 0: give a duration above 0`);
  return { name, poll: { ...poll, everyMs }, map } as unknown as OutsideSource;
}

export function pushSource<T, Reads extends string>(
  name: string,
  open: (signal: AbortSignal) => AsyncIterable<T>,
  map: ItemMapFunction<T, Reads>,
) {
  return { name, open, map } as unknown as OutsideSource;
}

export interface OutsideOptions {
  readonly primary: AnyResource;
  readonly queue: WorkQueue;
  readonly ctx: ErasedReadContext;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onError: (source: string) => void;
}

/** While so many keys are due, no more events are taken from outside. */
const FULL_QUEUE = 1000;
const FULL_QUEUE_PAUSE_MS = 50;
const SHORTEST_POLL_LIMIT_MS = 60_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/** Follows a source until the signal of `ctx` aborts. Never rejects: failures are logged, and it goes on. */
export async function followOutside(source: OutsideSource, options: OutsideOptions): Promise<void> {
  const { ctx, clock, log, onError } = options;
  let pauseMs = FIRST_PAUSE_MS;
  const poll = 'poll' in source ? poller(source, options) : undefined;
  while (!ctx.signal.aborted) {
    try {
      const progress = 'poll' in source ? await poll!() : await receive(source, options);
      if (progress) pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      if (ctx.signal.aborted) return;
      onError(source.name);
      log.error('Source failed, trying again', { source: source.name, pauseMs, error });
      await sleep(clock, pauseMs, ctx.signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      continue;
    }
    await sleep(clock, 'poll' in source ? source.poll.everyMs : pauseMs, ctx.signal);
    if (!('poll' in source)) pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** A function that reads once and tells what has changed since the time before. */
function poller({ name, map, poll }: PollSource, options: OutsideOptions): () => Promise<boolean> {
  const { list, id, everyMs } = poll;
  let known: Map<string, unknown> | undefined;
  return async () => {
    const items = await listInTime(list, Math.max(everyMs, SHORTEST_POLL_LIMIT_MS), options);
    const next = new Map<string, unknown>();
    for (const item of items) next.set(id(item), item);
    const before = known ?? new Map<string, unknown>();
    const first = known === undefined;
    const changes: ItemChange<unknown>[] = [];
    for (const [key, item] of next) {
      if (!before.has(key)) changes.push({ type: 'create', new: item });
      else if (!deepEqual(before.get(key), item)) changes.push({ type: 'update', old: before.get(key), new: item });
    }
    for (const [key, item] of before) if (!next.has(key)) changes.push({ type: 'delete', old: item });
    known = next;
    for (const change of changes) await tell(name, map, change, first ? 'initial' : change.type, options);
    return true;
  };
}

async function listInTime(
  list: Poll<unknown>['list'],
  limitMs: number,
  { clock, ctx }: OutsideOptions,
): Promise<Iterable<unknown>> {
  const { controller, release } = childOf(ctx.signal);
  const late = clock.setTimeout(() => controller.abort(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  const given = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  try {
    return await Promise.race([list(controller.signal), given]);
  } finally {
    late.cancel();
    release();
  }
}

/** Takes events until there are no more; whether there was one. */
async function receive(source: PushSource, options: OutsideOptions): Promise<boolean> {
  const { ctx, queue, clock } = options;
  let progress = false;
  for await (const item of untilAborted(source.open(ctx.signal), ctx.signal)) {
    progress = true;
    await tell(source.name, source.map, { type: 'create', new: item }, 'event', options);
    while (queue.length >= FULL_QUEUE && !ctx.signal.aborted) await sleep(clock, FULL_QUEUE_PAUSE_MS, ctx.signal);
  }
  return progress;
}

async function tell(
  name: string,
  map: ErasedItemMap,
  change: ItemChange<unknown>,
  type: Trigger['type'],
  { primary, queue, ctx, clock }: OutsideOptions,
): Promise<void> {
  const states =
    change.type === 'update' ? [change.new, change.old] : [change.type === 'delete' ? change.old : change.new];
  await mapWithRetries(
    ctx,
    (ms) => sleep(clock, ms, ctx.signal),
    { source: name },
    async () => {
      const keys = new Set<string>();
      for (const item of states) for (const key of keysOf(primary, await map(item, ctx, change))) keys.add(key);
      const priority = type === 'initial' ? LOW_PRIORITY : 0;
      for (const key of keys) queue.add(key, { priority, causes: [{ source: name, type }] });
    },
  );
}
