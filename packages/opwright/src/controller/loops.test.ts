import { seededRandom } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { createFakeApi } from '../../test/support/fake-api.ts';
import { Child, Foo, idleClock, named, type Running, startOn, Thing } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';
import { changedPaths } from './changed-paths.ts';
import { retryAfter } from './result.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a') => named(name, { spec: { name: 'jack' } });
const random = seededRandom(1);
const child = (name: string) => ({ metadata: { name } });
const logged = ({ logger }: Running, message: string) =>
  logger.lines.filter((line) => line.message.startsWith(message));

describe('a hot loop', () => {
  test('of a reconcile that writes something else each time names the field, as log, event and metric', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    let runs = 0;
    const running = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .owns(Thing)
          .reconcile(async (_foo, ctx) => {
            runs += 1;
            if (runs > 25) return;
            if (runs > 1) expect(ctx.triggers).toEqual([expect.objectContaining({ source: 'Thing', own: true })]);
            await ctx.apply(Thing, { ...child('t'), data: { same: 'x', time: String(runs) } });
          }),
      ),
      { random },
    );
    await running.clock.advance(1000);
    expect(runs).toBe(26);
    const [first, ...more] = logged(running, 'Hot loop');
    expect(first?.fields).toMatchObject({
      name: 'a',
      runs: 10,
      fields: ['Thing default/t: data.time', 'Thing default/t: created'],
    });
    expect(more).toHaveLength(1);
    expect(await running.manager.metrics()).toContain('opwright_hot_loops_total{controller="foo"} 2');
    const event = api.requests.find(({ plural }) => plural === 'events')?.body;
    expect(event).toMatchObject({ type: 'Warning', reason: 'HotLoop', note: expect.stringContaining('data.time') });
    await running.manager.stop();
  });

  test('is noticed when events come before the answers, too', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const clock = idleClock();
    let runs = 0;
    const running = await startOn(
      {
        ...api,
        async request(request) {
          const response = await api.request(request);
          if (request.method === 'PATCH') await new Promise<void>((resolve) => clock.setTimeout(resolve, 5));
          return response;
        },
      },
      operatorOf(
        controller(Foo)
          .owns(Thing)
          .reconcile(async (_foo, ctx) => {
            runs += 1;
            if (runs < 20) await ctx.apply(Thing, { ...child('t'), data: { time: String(runs) } });
          }),
      ),
      { random, clock },
    );
    await clock.advance(1000);
    expect(logged(running, 'Hot loop')).toHaveLength(1);
    await running.manager.stop();
  });

  test('of two that undo each other is noticed, though each writes the same every time', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const fighter = (name: string, value: string) =>
      controller(Foo, { name })
        // No loop of events, but of time.
        .owns(Thing, { onlyWhen: () => false })
        .reconcile(async (_foo, ctx) => {
          await ctx.apply(Thing, { ...child('t'), data: { size: value } });
          return retryAfter('1s');
        });
    const running = await startOn(api, operatorOf(fighter('one', '1'), fighter('two', '2')), { random });
    await running.clock.advance(30_000);
    const told = logged(running, 'Hot loop');
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]?.fields.fields).toContain('Thing default/t: data.size');
    await running.manager.stop();
  });

  test('of a reconcile that creates objects without end says that it creates', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    let runs = 0;
    const running = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .owns(Child)
          .reconcile(async (_foo, ctx) => {
            runs += 1;
            if (runs < 12) await ctx.create(Child, child(`c-${runs}`));
          }),
      ),
      { random },
    );
    await running.clock.advance(1000);
    expect(logged(running, 'Hot loop')[0]?.fields.fields).toContain('Child default/c-1: created');
    await running.manager.stop();
  });

  test('is not what a controller does that writes on a schedule, or because of others', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    api.put(Thing, named('outside', { data: { n: '0' } }));
    let runs = 0;
    const running = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .watches(Thing, () => ({ name: 'a', namespace: 'default' }))
          .owns(Child)
          .reconcile(async (_foo, ctx) => {
            runs += 1;
            if (!ctx.triggers.every(({ own }) => own))
              await ctx.apply(Child, { ...child('c'), data: { n: String(runs) } });
            return retryAfter('1s');
          }),
      ),
      { random },
    );
    for (let i = 1; i < 40; i++) {
      api.put(Thing, named('outside', { data: { n: String(i) } }));
      await running.clock.advance(700);
    }
    expect(runs).toBeGreaterThan(50);
    expect(logged(running, 'Hot loop')).toEqual([]);
    await running.manager.stop();
  });

  test('is over with a run that writes nothing, however often somebody else undoes the same write', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const running = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .owns(Thing)
          .reconcile(async (_foo, ctx) => {
            await ctx.apply(Thing, { ...child('t'), data: { size: '1' } });
          }),
      ),
      { random },
    );
    const writes = () => api.requests.filter(({ method, plural }) => method === 'PATCH' && plural === 'things').length;
    for (let i = 0; i < 15; i++) {
      const { metadata, ...thing } = api.get(Thing, 'default/t')!;
      api.put(Thing, { ...thing, metadata: { ...metadata }, data: { size: 'other' } });
      await running.clock.advance(1000);
    }
    expect(writes()).toBe(16);
    expect(logged(running, 'Hot loop')).toEqual([]);
    await running.manager.stop();
  });
});

describe('a reconcile that lasts', () => {
  test('is named with the request that it waits for, again and again, until it ends', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const request = api.request.bind(api);
    const running = await startOn(
      {
        ...api,
        async request(one) {
          if (one.method === 'POST' && one.path.includes('/things')) await held;
          return request(one);
        },
      },
      operatorOf(
        controller(Foo)
          .writes(Thing)
          .reconcile(async (_foo, ctx) => {
            await ctx.create(Thing, child('t'));
          }),
      ),
      { random, requestTimeoutMs: Number.POSITIVE_INFINITY },
    );
    await running.clock.advance(21 * 60_000);
    const lines = logged(running, 'Reconcile is stuck');
    expect(lines.map(({ fields }) => [fields.name, fields.lasted, fields.awaiting])).toEqual([
      ['a', '5m', 'create Thing default/t (since 5m)'],
      ['a', '10m', 'create Thing default/t (since 10m)'],
      ['a', '20m', 'create Thing default/t (since 20m)'],
    ]);
    expect(await running.manager.metrics()).toContain('opwright_stuck_reconciles{controller="foo"} 1');
    answer();
    await running.clock.advance(0);
    expect(await running.manager.metrics()).toContain('opwright_stuck_reconciles{controller="foo"} 0');
    await running.manager.stop();
  });

  test('in something that ctx knows nothing of is named with its last request; one that ignores its abort, too', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const running = await startOn(
      api,
      operatorOf(
        controller(Foo, { timeout: '30s', stuckAfter: '1m' })
          .writes(Thing)
          .reconcile(async (_foo, ctx) => {
            await ctx.create(Thing, child('t'));
            // Nobody passes the signal on.
            await new Promise<void>((resolve) => ctx.clock.setTimeout(resolve, 100_000));
          }),
      ),
      { random },
    );
    await running.clock.advance(90_000);
    const [timedOut] = logged(running, 'Reconcile timed out');
    expect(timedOut?.fields).toMatchObject({ timeoutMs: 30_000, awaiting: expect.stringContaining('ended 30s ago') });
    expect(logged(running, 'Reconcile ignores that its signal')).toHaveLength(1);
    expect(logged(running, 'Reconcile is stuck')[0]?.fields.awaiting).toBe(
      'nothing of ctx: the last call, create Thing default/t, ended 60s ago',
    );
    await running.clock.advance(20_000);
    await running.manager.stop();
    expect(running.clock.pending).toBe(0);
  });
});

test('changed paths leave out what every write changes', () => {
  const before = {
    metadata: { resourceVersion: '1', generation: 1, labels: { 'a/b': 'x' } },
    spec: { ports: [{ port: 1 }], gone: 1 },
  };
  const after = {
    metadata: { resourceVersion: '2', generation: 2, labels: { 'a/b': 'y' }, managedFields: [{}] },
    spec: { ports: [{ port: 2 }] },
  };
  expect(changedPaths(before, after)).toEqual([
    { path: 'metadata.labels["a/b"]', value: 'y' },
    { path: 'spec.gone', value: undefined },
    { path: 'spec.ports[0].port', value: 2 },
  ]);
});
