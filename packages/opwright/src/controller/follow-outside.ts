import { type AnyResource, deepEqual, humanDuration, sleep } from '@opwright/machinery';
import { childOf } from '../abort.ts';
import type { Trigger } from '../queue/triggers.ts';
import { LOW_PRIORITY, type WorkQueue } from '../queue/work-queue.ts';
import { untilAborted } from '../watch/abortable.ts';
import type { ErasedReadContext } from './erased.ts';
import type { ErasedItemMap, OutsideSource, Poll, PollSource, PushSource } from './outside.ts';
import { keysOf, mapWithRetries } from './sources.ts';
import type { ItemChange } from './types.ts';

export interface OutsideOptions {
  readonly controllerName: string;
  readonly primary: AnyResource;
  readonly queue: WorkQueue;
  readonly ctx: ErasedReadContext;
  readonly onError: (source: string) => void;
}

/** The sources of a controller outside of the cluster. */
export interface Outside {
  /** Follows them until the signal of `ctx` aborts. Never rejects: failures are logged, and it goes on. */
  follow(): Promise<void>;
  /** What was read last, by id; undefined = nothing was read yet. @throws Error when the controller has no such source */
  items(poll: Poll<unknown>): ReadonlyMap<string, unknown> | undefined;
  /** Which sources have failed for a while, a sentence for each. */
  problems(): string[];
}

interface Followed {
  readonly source: OutsideSource;
  /** Of a poll: what was read last. */
  items?: ReadonlyMap<string, unknown>;
  failure?: { readonly since: number; message: string };
}

/** While so many keys are due, no more events are taken from outside. */
const FULL_QUEUE = 1000;
const FULL_QUEUE_PAUSE_MS = 50;
const SHORTEST_POLL_LIMIT_MS = 60_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/** A source that has failed for less is as good as any. */
const FAILING_MS = 60_000;

export function createOutside(sources: readonly OutsideSource[], options: OutsideOptions): Outside {
  const { ctx, controllerName } = options;
  const all: readonly Followed[] = sources.map((source) => ({ source }));
  return {
    async follow() {
      await Promise.all(all.map((one) => follow(one, options)));
    },
    items(poll) {
      const found = all.find(({ source }) => 'poll' in source && source.poll === poll);
      if (found) return found.items;
      throw new Error(`the poll is not declared: give it to .polls on the controller "${controllerName}"`);
    },
    problems: () =>
      all.flatMap(({ source: { name }, failure }) => {
        const failingMs = failure ? ctx.clock.monotonic() - failure.since : 0;
        if (!failure || failingMs < FAILING_MS) return [];
        return `controller ${controllerName}: source "${name}" has failed for ${humanDuration(failingMs)}: ${failure.message}`;
      }),
  };
}

async function follow(followed: Followed, options: OutsideOptions): Promise<void> {
  const { source } = followed;
  const { ctx, onError } = options;
  const { clock, log, signal } = ctx;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const progress =
        'poll' in source ? await read(source, followed, options) : await receive(source, followed, options);
      delete followed.failure;
      if (progress) pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      if (signal.aborted) return;
      onError(source.name);
      log.error('Source failed, trying again', { source: source.name, pauseMs, error });
      const { since } = followed.failure ?? { since: clock.monotonic() };
      followed.failure = { since, message: error instanceof Error ? error.message : String(error) };
      await sleep(clock, pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      continue;
    }
    await sleep(clock, 'poll' in source ? source.everyMs : pauseMs, signal);
    if (!('poll' in source)) pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** Reads once, and tells what has changed since the time before. */
async function read({ name, map, poll, everyMs }: PollSource, followed: Followed, options: OutsideOptions) {
  const items = await listInTime(poll.list, Math.max(everyMs, SHORTEST_POLL_LIMIT_MS), options);
  const next = new Map<string, unknown>();
  for (const item of items) next.set(poll.id(item), item);
  const first = followed.items === undefined;
  const before = followed.items ?? new Map<string, unknown>();
  const changes: ItemChange<unknown>[] = [];
  for (const [key, item] of next) {
    if (!before.has(key)) changes.push({ type: 'create', new: item });
    else if (!deepEqual(before.get(key), item)) changes.push({ type: 'update', old: before.get(key), new: item });
  }
  for (const [key, item] of before) if (!next.has(key)) changes.push({ type: 'delete', old: item });
  followed.items = next;
  for (const change of changes) await tell(name, map, change, first ? 'initial' : change.type, options);
  return true;
}

async function listInTime(
  list: Poll<unknown>['list'],
  limitMs: number,
  { ctx }: OutsideOptions,
): Promise<Iterable<unknown>> {
  const { controller, release } = childOf(ctx.signal);
  const late = ctx.clock.setTimeout(() => controller.abort(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
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
async function receive(source: PushSource, followed: Followed, options: OutsideOptions): Promise<boolean> {
  const { ctx, queue } = options;
  const { clock } = ctx;
  let progress = false;
  for await (const item of untilAborted(source.open(ctx.signal), ctx.signal)) {
    progress = true;
    delete followed.failure;
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
  { primary, queue, ctx }: OutsideOptions,
): Promise<void> {
  const states =
    change.type === 'update' ? [change.new, change.old] : [change.type === 'delete' ? change.old : change.new];
  await mapWithRetries(
    ctx,
    (ms) => sleep(ctx.clock, ms, ctx.signal),
    { source: name },
    async () => {
      const keys = new Set<string>();
      for (const item of states) for (const key of keysOf(primary, await map(item, ctx, change))) keys.add(key);
      const priority = type === 'initial' ? LOW_PRIORITY : 0;
      for (const key of keys) queue.add(key, { priority, causes: [{ source: name, type }] });
    },
  );
}
