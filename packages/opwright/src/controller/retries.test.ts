import { type KubeObject, seededRandom } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { createFakeApi, failure } from '../../test/support/fake-api.ts';
import { Foo, named, recording, startOn, Thing } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, type ControllerBuilder, controller } from './builder.ts';
import { retryAfter, terminal } from './result.ts';
import { passes } from './sources.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a', rest: object = {}) => named(name, { spec: { name: 'jack' }, ...rest });
/** Draws the longest delays. */
const random = { ...seededRandom(1), next: () => 0 };

type FooController = ControllerBuilder<typeof Foo, 'example.com/v1/Foo', never>;

class Throttled extends Error {
  readonly waitMs: number;
  constructor(waitMs: number) {
    super(`throttled for ${waitMs} ms`);
    this.waitMs = waitMs;
  }
}

describe('what follows an error', () => {
  /** The times of the runs of a controller that fails with `error` each time. */
  async function times(error: () => unknown, build: (failing: FooController) => Controller, until: number) {
    const api = createFakeApi();
    api.put(Foo, foo());
    const at: number[] = [];
    const failing = base((now) => {
      at.push(now);
      throw error();
    });
    const { clock, manager, logger } = await startOn(api, operatorOf(build(failing)), { random });
    await clock.advance(until);
    const metrics = await manager.metrics();
    await manager.stop();
    return { at, metrics, logger, api };
  }
  const base = (run: (now: number) => void) => controller(Foo).reconcile((_foo, ctx) => run(ctx.clock.monotonic()));

  test('of a class is what its policy says: a wait that the error knows', async () => {
    const { at } = await times(
      () => new Throttled(10_000),
      (c) => c.onError(Throttled, { retryAfter: (error) => error.waitMs }).onError(Error, { terminal: true }),
      25_000,
    );
    expect(at).toEqual([0, 11_000, 22_000]);
  });

  test('is that of the first policy that matches; of none: the default backoff', async () => {
    const { at } = await times(
      () => new Error('other'),
      (c) =>
        c
          .onError(Throttled, { terminal: true })
          .onError((error) => error instanceof Error && error.message === 'another', { retryAfter: '1h' }),
      40,
    );
    expect(at).toEqual([0, 5, 15, 35]);
  });

  test('may be another range of the backoff', async () => {
    const { at } = await times(
      () => new Error('network'),
      (c) => c.onError(Error, { backoff: { base: '1s', max: '3s' } }),
      9000,
    );
    expect(at).toEqual([0, 1000, 3000, 6000, 9000]);
  });

  test('may be nothing before the object changes', async () => {
    const { at, metrics } = await times(
      () => new Error('quota'),
      (c) => c.onError((error) => String(error).includes('quota'), { terminal: true }),
      3_600_000,
    );
    expect(at).toEqual([0]);
    expect(metrics).toContain('controller_runtime_terminal_reconcile_errors_total{controller="foo"} 1');
  });

  test('may be that people are told when it does not end: an event and a metric, and the attempts go on', async () => {
    const { at, metrics, api } = await times(
      () => new Error('disk full'),
      (c) => c.onError(Error, { escalateAfter: 3 }),
      80,
    );
    expect(at).toHaveLength(5);
    expect(metrics).toContain('opwright_reconcile_escalations_total{controller="foo"} 3');
    const event = api.requests.find(({ plural }) => plural === 'events')?.body;
    expect(event).toMatchObject({
      type: 'Warning',
      reason: 'ReconcileFailing',
      note: 'failed 3 times in a row: disk full',
      regarding: { kind: 'Foo', name: 'a' },
    });
  });

  test('whose policy fails itself is the default backoff', async () => {
    const { at, logger } = await times(
      () => new Error('x'),
      (c) =>
        c.onError(Error, {
          retryAfter: () => {
            throw new Error('broken policy');
          },
        }),
      15,
    );
    expect(at).toEqual([0, 5, 15]);
    expect(logger.messages('error')).toContain('Error policy failed, trying again with the default backoff');
  });

  test('of a server that is too busy is no attempt before it said', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    api.rule(({ method }) =>
      method === 'POST' ? failure(429, 'TooManyRequests', 'busy', { retryAfterSeconds: 7 }) : undefined,
    );
    const at: number[] = [];
    const creating = controller(Foo)
      .writes(Thing)
      .reconcile(async (_foo, ctx) => {
        at.push(ctx.clock.monotonic());
        await ctx.create(Thing, named('b') as { metadata: { name: string } });
      });
    const { clock, manager } = await startOn(api, operatorOf(creating), { random });
    await clock.advance(7005);
    expect(at).toEqual([0, 7005]);
    await manager.stop();
  });

  test('is checked when it is defined', () => {
    expect(() => controller(Foo).onError(Error, { retryAfter: 'soon' })).toThrow();
    expect(() => controller(Foo).onError(Error, { escalateAfter: 0 })).toThrow('1 or more');
    expect(() => controller(Foo).every(0)).toThrow('above 0');
  });
});

describe('a time that was asked for', () => {
  test('is kept when something happens before it', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const at: [number, string[]][] = [];
    const waiting = controller(Foo).reconcile((_foo, ctx) => {
      at.push([ctx.clock.monotonic(), ctx.triggers.map(({ type }) => type)]);
      // Only the first run knows of the time.
      if (at.length === 1) return retryAfter('30s');
    });
    const { clock, manager } = await startOn(api, operatorOf(waiting), { random });
    await clock.advance(10_000);
    api.put(Foo, foo('a', { spec: { name: 'joe' } }));
    await clock.advance(60_000);
    expect(at).toEqual([
      [0, ['initial']],
      [10_000, ['update']],
      [30_000, ['timer']],
    ]);
    await manager.stop();
  });

  test('ends with the object, and with an error that time cannot mend', async () => {
    const api = createFakeApi();
    api.put(Foo, foo('gone'));
    api.put(Foo, foo('hopeless'));
    const runs: string[] = [];
    const waiting = controller(Foo).reconcile((object, ctx) => {
      runs.push(object.metadata.name);
      if (ctx.triggers[0]?.type === 'initial') return retryAfter('30s');
      return terminal('no');
    });
    const { clock, manager } = await startOn(api, operatorOf(waiting), { random });
    api.remove(Foo, 'default/gone');
    api.put(Foo, foo('hopeless', { spec: { name: 'joe' } }));
    await clock.advance(0);
    expect(clock.nextDueMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(0);
    await clock.advance(60_000);
    expect(runs).toEqual(['gone', 'hopeless', 'hopeless']);
    await manager.stop();
  });

  test('every: each object comes back, also after a terminal error, and a shorter retryAfter holds', async () => {
    const api = createFakeApi();
    for (const name of ['done', 'hopeless', 'soon']) api.put(Foo, foo(name));
    const at: Record<string, number[]> = { done: [], hopeless: [], soon: [] };
    const regular = controller(Foo)
      .every('10m')
      .reconcile((object, ctx) => {
        const runs = at[object.metadata.name]!;
        runs.push(ctx.clock.monotonic() / 60_000);
        if (object.metadata.name === 'hopeless') return terminal('no');
        if (object.metadata.name === 'soon' && runs.length === 1) return retryAfter('1m');
      });
    const { clock, manager } = await startOn(api, operatorOf(regular), { random });
    await clock.advance(25 * 60_000);
    expect(at).toEqual({ done: [0, 10, 20], hopeless: [0, 10, 20], soon: [0, 1, 11, 21] });
    await manager.stop();
  });
});

describe('ctx.triggers', () => {
  test('tells why a run is: kinds, types and objects, merged while the key waits', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    api.put(Thing, named('t'));
    const seen: unknown[] = [];
    let failures = 1;
    const watching = controller(Foo)
      .watches(Thing, () => ({ name: 'a', namespace: 'default' }))
      .reconcile((_foo, ctx) => {
        seen.push(ctx.triggers);
        if (failures-- > 0) throw new Error('once');
      });
    const { clock, manager } = await startOn(api, operatorOf(watching), { random });
    await clock.advance(1000);
    const thing = { source: 'Thing', object: { name: 't', namespace: 'default' } };
    expect(seen).toEqual([
      [
        { source: 'Foo', type: 'initial' },
        { ...thing, type: 'initial' },
      ],
      [{ type: 'retry' }],
    ]);
    api.put(Thing, named('t', { data: { a: 'b' } }));
    api.remove(Thing, 'default/t');
    await clock.advance(0);
    expect(seen.slice(2).flat()).toEqual([
      { ...thing, type: 'update' },
      { ...thing, type: 'delete' },
    ]);
    await manager.stop();
  });
});

describe('whenChanged and generationChanged', () => {
  async function runsAfter(
    options: Parameters<typeof controller<typeof Foo>>[1],
    ...changes: object[]
  ): Promise<number[]> {
    const api = createFakeApi();
    api.put(Foo, foo());
    let runs = 0;
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo, options).reconcile(() => {
          runs += 1;
        }),
      ),
    );
    const counts: number[] = [];
    for (const change of changes) {
      const before = runs;
      const { metadata, ...rest } = api.get(Foo, 'default/a') as unknown as { metadata: Record<string, unknown> };
      const patch = change as { metadata?: object };
      api.put(Foo, { ...rest, ...change, metadata: { ...metadata, ...patch.metadata } });
      await clock.advance(0);
      counts.push(runs - before);
    }
    await manager.stop();
    return counts;
  }
  const status = { status: { happy: true } };
  const label = { metadata: { labels: { a: 'b' } } };
  const spec = { spec: { name: 'joe' } };
  const finalizer = { metadata: { finalizers: ['example.com/x'] } };
  const deletion = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };

  test('let through what they read, deletion and finalizers, and nothing else', async () => {
    const whenChanged = ({ spec }: { spec: object }) => spec;
    expect(await runsAfter({ whenChanged, whileDeleting: true }, status, label, spec, finalizer, deletion)).toEqual([
      0, 0, 1, 1, 1,
    ]);
  });

  test('together: one is enough', async () => {
    const whenChanged = (object: { metadata: { labels?: object } }) => object.metadata.labels;
    expect(await runsAfter({ generationChanged: true, whenChanged }, status, label, spec)).toEqual([0, 1, 1]);
  });

  test('of a kind without generations: every update is one of the generation', () => {
    const at = (resourceVersion: string, generation?: number): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: { name: 't', uid: 'u', resourceVersion, creationTimestamp: '', ...(generation && { generation }) },
    });
    const passesUpdate = (old: KubeObject, object: KubeObject) =>
      passes({ type: 'update', old, object }, { generationChanged: true }, recording());
    expect(passesUpdate(at('1'), at('2'))).toBe(true);
    expect(passesUpdate(at('1', 3), at('2', 3))).toBe(false);
    expect(passesUpdate(at('1', 3), at('2', 4))).toBe(true);
  });

  test('that throw let the event through', () => {
    const object = named('t') as unknown as KubeObject;
    const log = recording();
    const whenChanged = () => {
      throw new Error('broken');
    };
    expect(passes({ type: 'update', old: object, object }, { whenChanged }, log)).toBe(true);
    expect(log.messages('error')).toEqual(['Predicate failed, its event passes']);
  });
});

test('a map function is asked about the old and the new state, and sees both: what is referred to no more hears of it', async () => {
  const api = createFakeApi();
  for (const name of ['a', 'b']) api.put(Foo, foo(name));
  api.put(Thing, named('t', { data: { foo: 'a' } }));
  const runs: string[] = [];
  const changes: unknown[] = [];
  const watching = controller(Foo)
    .watches(Thing, (thing, _ctx, change) => {
      changes.push([change.type, change.old?.data?.foo, change.new?.data?.foo]);
      return { name: thing.data?.foo ?? '', namespace: 'default' };
    })
    .reconcile((object) => {
      runs.push(object.metadata.name);
    });
  const { clock, manager } = await startOn(api, operatorOf(watching), { random });
  runs.length = 0;
  changes.length = 0;
  api.put(Thing, named('t', { data: { foo: 'b' } }));
  await clock.advance(0);
  expect(runs.sort()).toEqual(['a', 'b']);
  api.remove(Thing, 'default/t');
  await clock.advance(0);
  expect(changes).toEqual([
    ['update', 'a', 'b'],
    ['update', 'a', 'b'],
    ['delete', 'b', undefined],
  ]);
  await manager.stop();
});
