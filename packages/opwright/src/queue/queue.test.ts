import { seededRandom, VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exponentialBackoff } from './backoff.ts';
import { createQueue, type QueueOptions } from './queue.ts';
import { MAX_TRIGGERS, type Trigger } from './triggers.ts';
import { LOW_PRIORITY, type QueueItem, type WorkQueue } from './work-queue.ts';

/** Draws the longest delays. */
const longest = { ...seededRandom(1), next: () => 0 };

function setup(options: Partial<QueueOptions> = {}) {
  const clock = new VirtualClock();
  return { clock, queue: createQueue({ clock, backoff: exponentialBackoff(longest), ...options }) };
}

/** What `get` gives now, undefined when it would wait. The queue is shut down by it when it waits. */
async function drain(queue: WorkQueue, finish = true): Promise<string[]> {
  const keys: string[] = [];
  while (queue.length > 0) {
    const item = (await queue.get())!;
    keys.push(item.key);
    if (finish) queue.done(item);
  }
  return keys;
}

describe('a key', () => {
  test('that is added many times is delivered once', async () => {
    const { queue } = setup();
    for (let i = 0; i < 5; i++) queue.add('a');
    expect(queue.length).toBe(1);
    expect(await drain(queue)).toEqual(['a']);
    expect(queue.length).toBe(0);
  });

  test('that is added while a worker has it is delivered once more, after done, and never to a second worker', async () => {
    const { clock, queue } = setup();
    queue.add('a');
    const first = await queue.get();
    let second: QueueItem | undefined;
    queue.get().then((item) => {
      second = item;
    });
    queue.add('a');
    queue.add('a');
    await clock.advance(1000);
    expect(second).toBeUndefined();
    queue.done(first!);
    await clock.advance(0);
    expect(second).toMatchObject({ key: 'a', priority: 0, causes: [], waitedMs: 1000 });
    queue.done(second!);
    expect(queue.length).toBe(0);
  });

  test('that waits is delivered when its time has come, the earliest time of all', async () => {
    const { clock, queue } = setup();
    queue.add('a', { afterMs: 500 });
    queue.add('a', { afterMs: 100 });
    queue.add('a', { afterMs: 900 });
    expect([queue.length, queue.waiting]).toEqual([0, 1]);
    await clock.advance(99);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(await drain(queue)).toEqual(['a']);
    await clock.advance(2000);
    expect(queue.length).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('with a timer is delivered at once when something happens, and again when the time has come', async () => {
    const { clock, queue } = setup();
    queue.add('a', { afterMs: 500 });
    queue.add('a');
    expect(await drain(queue)).toEqual(['a']);
    await clock.advance(499);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(await drain(queue)).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  test('whose timer was cleared is not delivered for it', async () => {
    const { clock, queue } = setup();
    queue.add('a', { afterMs: 500 });
    queue.add('b', { afterMs: 700 });
    queue.clearTimer('a');
    queue.clearTimer('unknown');
    await clock.advance(1000);
    expect(await drain(queue)).toEqual(['b']);
    expect(clock.pending).toBe(0);
  });

  test('that waits to be tried again is delivered at once when something happens, and the retry is over', async () => {
    const { clock, queue } = setup();
    queue.add('a', { rateLimited: true });
    queue.add('a');
    expect(await drain(queue)).toEqual(['a']);
    expect(clock.pending).toBe(0);
    expect(queue.failures('a')).toBe(1);
  });

  test('brings along why it is there: each reason once, and no more than a reader wants', async () => {
    const { clock, queue } = setup();
    const change = (name: string): Trigger => ({ source: 'Pod', type: 'update', object: { name } });
    queue.add('a', { causes: [change('p')] });
    queue.add('a', { causes: [change('p'), change('q')] });
    queue.add('a', { afterMs: 10 });
    await clock.advance(10);
    const first = (await queue.get())!;
    expect(first.causes).toEqual([change('p'), change('q'), { type: 'timer' }]);
    for (let i = 0; i < 100; i++) queue.add('a', { causes: [change(`p-${i}`)] });
    queue.done(first);
    expect((await queue.get())?.causes).toHaveLength(MAX_TRIGGERS);
  });

  test('whose time comes while a worker has it waits for done', async () => {
    const { clock, queue } = setup();
    queue.add('a');
    const first = (await queue.get())!;
    queue.add('a', { afterMs: 10 });
    await clock.advance(50);
    let second: QueueItem | undefined;
    queue.get().then((item) => {
      second = item;
    });
    await clock.advance(0);
    expect(second).toBeUndefined();
    queue.done(first);
    await clock.advance(0);
    expect(second?.key).toBe('a');
  });
});

describe('order', () => {
  test('is by priority, then first come first served', async () => {
    const { queue } = setup();
    queue.add('low-1', { priority: LOW_PRIORITY });
    queue.add('low-2', { priority: LOW_PRIORITY });
    queue.add('b');
    queue.add('a');
    queue.add('high', { priority: 10 });
    expect(await drain(queue)).toEqual(['high', 'b', 'a', 'low-1', 'low-2']);
  });

  test('of a key that is added again with a higher priority is the end of that level; a lower one changes nothing', async () => {
    const { queue } = setup();
    queue.add('x', { priority: LOW_PRIORITY });
    queue.add('a');
    queue.add('x');
    queue.add('b');
    queue.add('a', { priority: LOW_PRIORITY });
    expect(await drain(queue)).toEqual(['a', 'x', 'b']);
  });

  test('is kept for others when the first key is with a worker', async () => {
    const { queue } = setup();
    queue.add('top', { priority: 100 });
    await queue.get();
    queue.add('top', { priority: 100 });
    queue.add('a');
    expect((await queue.get())?.key).toBe('a');
  });

  test('lets nothing starve: low priority goes before what came 10 s later', async () => {
    const { clock, queue } = setup();
    queue.add('old', { priority: LOW_PRIORITY });
    await clock.advance(9_999);
    queue.add('new');
    expect((await queue.get())?.key).toBe('new');
    await clock.advance(2);
    queue.add('newer');
    expect((await queue.get())?.key).toBe('old');
  });
});

describe('backoff', () => {
  test('doubles from 5 ms to 1000 s and starts over after forget', async () => {
    const { clock, queue } = setup();
    const delays: number[] = [];
    for (let i = 0; i < 20; i++) {
      const before = clock.monotonic();
      queue.add('a', { rateLimited: true });
      await clock.runUntil(() => queue.length > 0, 2_000_000);
      delays.push(clock.monotonic() - before);
      await drain(queue);
    }
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(delays.slice(-3)).toEqual([655_360, 1_000_000, 1_000_000]);
    expect(queue.failures('a')).toBe(20);
    queue.forget('a');
    queue.add('a', { rateLimited: true });
    expect(clock.nextDueMs).toBe(5);
  });

  test('is drawn from the whole range, so that what failed together does not come back together', async () => {
    const { clock, queue } = setup({ backoff: exponentialBackoff(seededRandom(7)) });
    const keys = Array.from({ length: 200 }, (_, i) => `key-${i}`);
    for (const key of keys) {
      for (let i = 0; i < 8; i++) queue.add(key, { rateLimited: true });
      queue.add(key);
    }
    await drain(queue);
    for (const key of keys) queue.add(key, { rateLimited: true });
    const counts: number[] = [];
    for (let quarter = 0; quarter < 4; quarter++) {
      await clock.advance(320);
      counts.push((await drain(queue)).length);
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(200);
    for (const count of counts) expect(count).toBeGreaterThan(30);
  });

  test('of one failure may have another range', async () => {
    const { clock, queue } = setup();
    queue.add('a', { rateLimited: true, backoff: { baseMs: 100, maxMs: 150, atLeastMs: 1000 } });
    queue.add('b', { rateLimited: true });
    queue.add('b', { rateLimited: true, backoff: { baseMs: 100, maxMs: 150, atLeastMs: 1000 } });
    await clock.advance(1099);
    expect(await drain(queue)).toEqual(['b']);
    await clock.advance(1);
    expect(await drain(queue)).toEqual(['a']);
  });

  test('is by key', async () => {
    const { clock, queue } = setup();
    for (let i = 0; i < 10; i++) queue.add('a', { rateLimited: true });
    queue.add('b', { rateLimited: true });
    await clock.advance(5);
    expect((await drain(queue)).sort()).toEqual(['a', 'b']);
  });
});

describe('shutting down', () => {
  test('ends every wait, drops what is queued, and lets no timer stay', async () => {
    const { clock, queue } = setup();
    const waiting = [queue.get(), queue.get()];
    queue.add('a', { afterMs: 1000 });
    queue.shutDown();
    queue.shutDown();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    queue.add('b');
    expect(await queue.get()).toBeUndefined();
    expect([queue.length, queue.waiting, clock.pending]).toEqual([0, 0, 0]);
  });
});

test('a key that is with a worker when the queue is shut down is in work until done, and does not come again', async () => {
  const { queue } = setup();
  queue.add('a');
  const item = (await queue.get())!;
  queue.add('a');
  queue.shutDown();
  expect(queue.inWork()).toEqual([{ key: 'a', since: 0 }]);
  queue.done(item);
  expect([queue.inWork(), queue.keys(10), queue.length]).toEqual([[], [], 0]);
});

test('observers see adds, retries and the times of waiting and working', async () => {
  const seen: unknown[] = [];
  const { clock, queue } = setup({
    observer: {
      added: () => seen.push('added'),
      retried: () => seen.push('retried'),
      taken: (ms) => seen.push(['taken', ms]),
      finished: (ms) => seen.push(['finished', ms]),
    },
  });
  queue.add('a', { rateLimited: true });
  await clock.advance(12);
  const item = (await queue.get())!;
  await clock.advance(30);
  queue.done(item);
  queue.done(item);
  expect(seen).toEqual(['retried', 'added', ['taken', 7], ['finished', 30]]);
  expect([...queue.depths()]).toEqual([[0, 0]]);
});

type Step =
  | { readonly do: 'add'; readonly key: string; readonly priority: number }
  | { readonly do: 'after'; readonly key: string; readonly ms: number; readonly priority: number }
  | { readonly do: 'limited'; readonly key: string }
  | { readonly do: 'clear'; readonly key: string }
  | { readonly do: 'forget'; readonly key: string }
  | { readonly do: 'get' }
  | { readonly do: 'done'; readonly index: number }
  | { readonly do: 'advance'; readonly ms: number };

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const priority = fc.constantFrom(LOW_PRIORITY, 0, 0, 7);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, priority }),
  fc.record({ do: fc.constant('after' as const), key, ms: fc.integer({ min: 1, max: 60 }), priority }),
  fc.record({ do: fc.constant('limited' as const), key }),
  fc.record({ do: fc.constant('forget' as const), key }),
  fc.record({ do: fc.constant('clear' as const), key }),
  fc.record({ do: fc.constant('get' as const) }),
  fc.record({ do: fc.constant('get' as const) }),
  fc.record({ do: fc.constant('done' as const), index: fc.nat(4) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 40 }) }),
);

/** What a queue owes its users, in the plainest form: a list that is searched. */
interface Owed {
  readonly key: string;
  priority: number;
  readyAt: number;
  /** Positive once it is due. */
  order: number;
  /** When it was due, moved by what its priority is worth; 0 with strict priorities. */
  rank: number;
}

const AGING = [
  { how: 'strict priorities', agingMs: Number.POSITIVE_INFINITY },
  { how: 'aging', agingMs: 2 },
];

test.each(AGING)(
  'under any interleaving of adds, delays, retries, gets and dones the queue behaves as its plain model: no key with two workers, none lost, in order ($how)',
  async ({ agingMs }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
        const { clock, queue } = setup({ agingMs });
        const owed = new Map<string, Owed>();
        const timers = new Map<string, { at: number; priority: number; since: number }>();
        const failures = new Map<string, number>();
        const working: QueueItem[] = [];
        const isWorking = (name: string) => working.some((item) => item.key === name);
        let order = 0;
        let waitingOrder = 0;

        const rankOf = (since: number, priority: number) => (Number.isFinite(agingMs) ? since - priority * agingMs : 0);
        const makeDue = (entry: Owed, now: number) => {
          entry.order = ++order;
          entry.readyAt = Math.min(entry.readyAt, now);
          entry.rank = rankOf(entry.readyAt, entry.priority);
        };
        const expectAdd = (name: string, delay: number, wanted: number, now = clock.monotonic()) => {
          const entry = owed.get(name);
          if (!entry) {
            const fresh: Owed = { key: name, priority: wanted, readyAt: now + delay, order: -++waitingOrder, rank: 0 };
            owed.set(name, fresh);
            if (delay === 0) makeDue(fresh, now);
            return;
          }
          if (wanted > entry.priority) {
            entry.priority = wanted;
            if (entry.order > 0) {
              entry.order = ++order;
              entry.rank = Math.min(entry.rank, rankOf(now, wanted));
            }
          }
          if (entry.order > 0) return;
          entry.readyAt = Math.min(entry.readyAt, now + delay);
          if (delay === 0) makeDue(entry, now);
        };
        const ripen = () => {
          const now = clock.monotonic();
          const retries = [...owed.values()].filter((entry) => entry.order < 0 && entry.readyAt <= now);
          const ripe = [
            ...retries.map((entry) => ({ at: entry.readyAt, since: -entry.order, key: entry.key, timer: undefined })),
            ...[...timers].filter(([, { at }]) => at <= now).map(([name, timer]) => ({ ...timer, key: name, timer })),
          ];
          for (const { key: name, timer } of ripe.sort((a, b) => a.at - b.at || a.since - b.since)) {
            const entry = owed.get(name);
            if (timer) {
              timers.delete(name);
              expectAdd(name, 0, timer.priority, timer.at);
            } else if (entry && entry.order < 0) {
              makeDue(entry, now);
            }
          }
        };

        for (const current of steps) {
          switch (current.do) {
            case 'add':
              queue.add(current.key, { priority: current.priority });
              expectAdd(current.key, 0, current.priority);
              break;
            case 'after': {
              queue.add(current.key, { afterMs: current.ms, priority: current.priority });
              const at = clock.monotonic() + current.ms;
              const known = timers.get(current.key);
              timers.set(current.key, {
                at: Math.min(at, known?.at ?? at),
                priority: Math.max(current.priority, known?.priority ?? current.priority),
                since: known?.since ?? ++waitingOrder,
              });
              break;
            }
            case 'clear':
              queue.clearTimer(current.key);
              timers.delete(current.key);
              break;
            case 'limited': {
              queue.add(current.key, { rateLimited: true });
              const count = failures.get(current.key) ?? 0;
              failures.set(current.key, count + 1);
              expectAdd(current.key, Math.min(5 * 2 ** count, 1_000_000), 0);
              break;
            }
            case 'forget':
              queue.forget(current.key);
              failures.delete(current.key);
              break;
            case 'get': {
              const available = [...owed.values()]
                .filter((entry) => entry.order > 0 && !isWorking(entry.key))
                .sort(
                  (a, b) => (Number.isFinite(agingMs) ? a.rank - b.rank : b.priority - a.priority) || a.order - b.order,
                );
              const next = available[0];
              if (!next) break;
              const item = (await queue.get())!;
              expect(isWorking(item.key)).toBe(false);
              expect(item).toMatchObject({ key: next.key, priority: next.priority });
              owed.delete(next.key);
              working.push(item);
              break;
            }
            case 'done': {
              const finished = working.splice(current.index % Math.max(1, working.length), 1)[0];
              if (finished) queue.done(finished);
              break;
            }
            case 'advance':
              await clock.advance(current.ms);
              ripen();
          }
          const keysInWork = queue.inWork().map((work) => work.key);
          expect(keysInWork.sort()).toEqual(working.map((item) => item.key).sort());
          const queued = [...owed.keys(), ...timers.keys()];
          expect(
            queue
              .keys(100)
              .map((waiting) => waiting.key)
              .sort(),
          ).toEqual(queued.sort());
          expect(queue.length).toBe([...owed.values()].filter((entry) => entry.order > 0).length);
          expect(queue.waiting).toBe([...owed.values()].filter((entry) => entry.order < 0).length + timers.size);
        }
        queue.shutDown();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  },
);

test('tells which keys wait, the next one first, and for how long', async () => {
  const { queue, clock } = setup();
  queue.add('later', { afterMs: 5000 });
  queue.add('now', { priority: 3 });
  queue.add('failed', { rateLimited: true });
  await clock.advance(2000);
  expect(queue.keys(10).map(({ key, priority, failures }) => ({ key, priority, failures }))).toEqual([
    { key: 'now', priority: 3, failures: 0 },
    { key: 'failed', priority: 0, failures: 1 },
    { key: 'later', priority: 0, failures: 0 },
  ]);
  expect(queue.keys(10).map(({ inMs }) => Math.sign(inMs))).toEqual([-1, -1, 1]);
  expect(queue.keys(1)).toHaveLength(1);
});
