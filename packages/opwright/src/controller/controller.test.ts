import { describe, expect, test } from 'vitest';
import { answer, createFakeApi } from '../../test/support/fake-api.ts';
import { Child, Foo, laboriousClock, named, startOn } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';
import { retryAfter, terminal } from './result.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a', rest: object = {}) => named(name, { spec: { name: 'jack' }, ...rest });

describe('the result of a reconcile', () => {
  test('that throws is logged and tried again with a growing delay, until it succeeds', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const at: number[] = [];
    let failures = 4;
    const { clock, logger, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile((_foo, ctx) => {
          at.push(ctx.clock.monotonic());
          if (failures-- > 0) throw new Error('boom');
        }),
      ),
    );
    await clock.advance(100_000);
    expect(at).toHaveLength(5);
    at.slice(1).forEach((time, i) => {
      expect(time - at[i]!).toBeGreaterThan(0);
      expect(time - at[i]!).toBeLessThanOrEqual(5 * 2 ** i);
    });
    const errors = logger.lines.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(4);
    expect(errors[0]).toMatchObject({
      message: 'Reconciler error',
      fields: {
        controller: 'foo',
        controllerGroup: 'example.com',
        controllerKind: 'Foo',
        Foo: { name: 'a', namespace: 'default' },
        namespace: 'default',
        name: 'a',
        reconcileID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        error: expect.objectContaining({ message: 'boom' }),
      },
    });
    expect(await manager.metrics()).toContain('controller_runtime_reconcile_total{controller="foo",result="error"} 4');
    await manager.stop();
  });

  test('retryAfter, returned or thrown, comes back after that time and is no failure', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const at: number[] = [];
    const { clock, logger, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile((_foo, ctx) => {
          at.push(ctx.clock.monotonic());
          if (at.length === 1) return retryAfter('30s');
          if (at.length === 2) throw retryAfter(1000);
        }),
      ),
    );
    await clock.advance(100_000);
    expect(at).toEqual([0, 30_000, 31_000]);
    expect(logger.messages('error')).toEqual([]);
    expect(await manager.metrics()).toContain('result="requeue_after"} 2');
    await manager.stop();
  });

  test('terminal, returned, thrown or as a cause, is logged and counted and not tried again before a change', async () => {
    const api = createFakeApi();
    for (const name of ['a', 'b', 'c']) api.put(Foo, foo(name));
    let runs = 0;
    const { clock, logger, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile((object) => {
          runs += 1;
          if (object.metadata.name === 'a') return terminal('no such flavour');
          if (object.metadata.name === 'b') throw terminal('no such flavour');
          throw new Error('wrapped', { cause: terminal('no such flavour') });
        }),
      ),
    );
    await clock.advance(3_600_000);
    expect(runs).toBe(3);
    expect(logger.messages('error')).toEqual(['Reconciler error', 'Reconciler error', 'Reconciler error']);
    expect(await manager.metrics()).toContain('controller_runtime_terminal_reconcile_errors_total{controller="foo"} 3');
    api.put(Foo, foo('a', { spec: { name: 'joe' } }));
    await clock.advance(0);
    expect(runs).toBe(4);
    await manager.stop();
  });

  test('that throws something odd or hits a programming error does not end the worker', async () => {
    const api = createFakeApi();
    for (const name of ['a', 'b', 'c']) api.put(Foo, foo(name));
    const done: string[] = [];
    const { clock, logger, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile((object) => {
          if (done.length === 0) {
            done.push(object.metadata.name);
            throw undefined;
          }
          if (done.length === 1) {
            done.push(object.metadata.name);
            // @ts-expect-error on purpose
            null.f();
          }
          done.push(object.metadata.name);
        }),
      ),
    );
    await clock.advance(1000);
    expect(done).toEqual(['a', 'b', 'c', 'a', 'b']);
    expect(logger.messages('error')).toHaveLength(2);
    expect(await manager.metrics()).toContain('controller_runtime_reconcile_panics_total{controller="foo"} 1');
    await manager.stop();
  });

  test('of an object that is gone is success without a log', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    let runs = 0;
    const { clock, logger, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile(() => {
          runs += 1;
          return retryAfter('10s');
        }),
      ),
    );
    api.remove(Foo, 'default/a');
    await clock.advance(60_000);
    expect(runs).toBe(1);
    expect(logger.messages('error')).toEqual([]);
    await manager.stop();
  });
});

test('one object is never reconciled twice at a time, and what happens meanwhile is seen afterwards', async () => {
  const api = createFakeApi();
  api.put(Foo, foo('a'));
  api.put(Foo, foo('b'));
  const active = new Map<string, number>();
  const seen: string[] = [];
  let most = 0;
  const { clock, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo, { concurrency: 5 }).reconcile(async (object, ctx) => {
        const { name } = object.metadata;
        active.set(name, (active.get(name) ?? 0) + 1);
        most = Math.max(most, active.get(name)!);
        await new Promise<void>((resolve) => ctx.clock.setTimeout(resolve, 100));
        active.set(name, active.get(name)! - 1);
        seen.push(`${name} ${object.spec.name}`);
      }),
    ),
  );
  for (let i = 0; i < 10; i++) {
    api.put(Foo, foo('a', { spec: { name: `v${i}` } }));
    await clock.advance(30);
  }
  await clock.advance(1000);
  expect(most).toBe(1);
  expect(seen).toContain('b jack');
  expect(seen.filter((line) => line.startsWith('a')).at(-1)).toBe('a v9');
  expect(seen.length).toBeLessThan(8);
  await manager.stop();
});

test('what a reconcile gets may be taken apart, and is used when the reconcile has gone on', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  const { clock, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo)
        .owns(Child)
        .reconcile(async (_foo, { get, list, apply, status, key, signal, clock }) => {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
          await apply(Child, { metadata: { name: 'c' } });
          status({
            happy: !signal.aborted && list(Child).length === 1 && get(Child, 'c') !== undefined,
            colour: key.name,
          });
        }),
    ),
  );
  await clock.advance(100);
  expect(api.get(Foo, 'default/a')).toMatchObject({ status: { happy: true, colour: 'a' } });
  await manager.stop();
});

test('a reconcile that takes too long is told by its signal and counted', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  const { clock, manager, logger } = await startOn(
    api,
    operatorOf(
      controller(Foo, { timeout: '2s' }).reconcile(
        (_foo, ctx) =>
          new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))),
      ),
    ),
  );
  await clock.advance(2001);
  expect(String(logger.lines.find(({ level }) => level === 'error')?.fields.error)).toContain('timeout of 2000 ms');
  expect(await manager.metrics()).toContain('controller_runtime_reconcile_timeouts_total{controller="foo"} 1');
  await manager.stop();
});

test('a signal that is asked for when the time is up already has aborted, and requests are not sent', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  const seen: unknown[] = [];
  const { clock, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo, { timeout: '2s' })
        .owns(Child)
        .reconcile(async (_foo, ctx) => {
          await new Promise<void>((resolve) => ctx.clock.setTimeout(resolve, 3000));
          const write = ctx.apply(Child, { metadata: { name: 'c' } });
          seen.push(ctx.signal.reason, await write.catch((error) => error));
        }),
    ),
  );
  await clock.advance(3001);
  expect(seen.map(String)).toEqual(Array(2).fill(expect.stringContaining('timeout of 2000 ms')));
  expect(api.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
  await manager.stop();
});

test('reads show own writes at once, also when the events are late', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  // A watch that says nothing: the cache never learns of the child by itself.
  api.rule(({ watch, plural }) =>
    watch && plural === 'children'
      ? answer(200, undefined, { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) })
      : undefined,
  );
  const seen: unknown[] = [];
  const { clock, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo)
        .owns(Child)
        .reconcile(async (_foo, ctx) => {
          const count = ctx.list(Child).length;
          seen.push(count);
          // Without reading its own writes it would create one more with every run.
          if (count === 0) await ctx.create(Child, { metadata: { name: 'only' } });
          seen.push(ctx.list(Child).length, ctx.get(Child, 'only')?.metadata.name);
          await ctx.delete(Child, 'absent');
        }),
    ),
    { watchList: false },
  );
  api.put(Foo, foo('a', { touched: 1 }));
  // A run waits for the events, but not for ever.
  await clock.advance(5000);
  expect(seen).toEqual([0, 1, 'only', 1, 1, 'only']);
  expect(api.get(Child, 'default/only')).toBeDefined();
  await manager.stop();
});

test('a cached object that a reconcile mutates is an error of that reconcile', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  const { logger, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo).reconcile((object) => {
        Object.assign(object.spec, { name: 'mutated' });
      }),
    ),
  );
  expect(String(logger.lines.find(({ level }) => level === 'error')?.fields.error)).toMatch(/read only property/);
  await manager.stop();
});

test('reconciles that never wait for anything outside leave timers and sockets their turn', async () => {
  const api = createFakeApi();
  for (let i = 0; i < 50; i++) api.put(Foo, foo(`foo-${i}`));
  let turns = 0;
  const clock = laboriousClock((delay) => {
    if (delay === 0) turns += 1;
  });
  let runs = 0;
  const { manager } = await startOn(
    api,
    operatorOf(
      controller(Foo).reconcile(() => {
        runs += 1;
      }),
    ),
    { clock },
  );
  await expect.poll(() => runs).toBe(50);
  expect(turns).toBeGreaterThan(10);
  await manager.stop();
});

test('a manager of some namespaces follows only those, says so to who reads elsewhere, and may write there', async () => {
  const api = createFakeApi();
  for (const namespace of ['one', 'two']) api.put(Foo, named('a', { spec: { name: 'x' } }, namespace));
  const errors: string[] = [];
  const seen: string[] = [];
  const { manager } = await startOn(
    api,
    operatorOf(
      controller(Foo)
        .owns(Child)
        .writes(Child)
        .reconcile(async (object, ctx) => {
          seen.push(`${object.metadata.namespace}`);
          for (const read of [
            () => ctx.get(Child, { name: 'c', namespace: 'two' }),
            () => ctx.list(Child, { namespace: 'two' }),
          ]) {
            try {
              read();
            } catch (error) {
              errors.push((error as Error).message);
            }
          }
          await ctx.apply(Child, { metadata: { name: 'c', namespace: 'two' }, data: {} });
          await ctx.delete(Child, { name: 'c', namespace: 'two' });
        }),
    ),
    { namespaces: ['one'] },
  );
  expect(seen).toEqual(['one']);
  const message = 'Child in the namespace "two" is not cached (followed: one): add it to the manager\'s namespaces';
  expect(errors).toEqual([message, message]);
  expect(api.writes()).toEqual([
    'PATCH /api/v1/namespaces/two/children/c?fieldManager=op%2Ffoo&force=true',
    'DELETE /api/v1/namespaces/two/children/c',
  ]);
  await manager.stop();
});
