import { describe, expect, test } from 'vitest';
import { type Controller, controller } from '../src/controller/builder.ts';
import { retryAfter, terminal } from '../src/controller/result.ts';
import { defineOperator } from '../src/operator.ts';
import { createFakeApi, failure } from './support/fake-api.ts';
import { Child, Foo, named, startOn, Thing } from './support/fixtures.ts';

// Each of these has cost the users of some framework for operators an outage or a search for days.

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a', rest: object = {}) => named(name, { spec: { name: 'jack' }, ...rest });
const deletedAt = '2026-01-01T00:00:00Z';
const deleteFoo = (name: string) => ({
  method: 'DELETE' as const,
  path: `/apis/example.com/v1/namespaces/default/foos/${name}`,
});

describe('a filter of generations', () => {
  test('does not keep an object waiting that has just got its finalizer', async () => {
    const api = createFakeApi();
    const reconciled: string[] = [];
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo, { generationChanged: true })
          .reconcile((object) => void reconciled.push(`${object.metadata.name} ${object.metadata.finalizers}`))
          .finalize(() => {}),
      ),
    );
    api.put(Foo, foo());
    await clock.advance(0);
    expect(reconciled[0]).toBe('a example.com/op-foo');
    await manager.stop();
  });

  test('lets a deletion pass that does not change the generation', async () => {
    const api = createFakeApi();
    const finalized: string[] = [];
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo, { generationChanged: true })
          .reconcile(() => {})
          .finalize((object) => void finalized.push(object.metadata.name)),
      ),
    );
    api.put(Foo, foo());
    await clock.advance(0);
    const { metadata, ...rest } = api.get(Foo, 'default/a') as never as ReturnType<typeof foo>;
    api.put(Foo, { ...rest, metadata: { ...metadata, deletionTimestamp: deletedAt } });
    await clock.advance(0);
    expect(api.get(Foo, 'default/a')).toBeUndefined();
    expect(finalized).toEqual(['a']);
    await manager.stop();
  });

  test('does not hide an object that was deleted and created anew unseen, though its generation is the same', async () => {
    const api = createFakeApi();
    const uids: string[] = [];
    api.put(Foo, foo());
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo, { generationChanged: true }).reconcile((object) => void uids.push(`${object.metadata.uid}`)),
      ),
    );
    expect(uids).toHaveLength(1);
    await clock.advance(5000);
    api.silently(() => {
      api.remove(Foo, 'default/a');
      api.put(Foo, foo());
    });
    expect(api.get(Foo, 'default/a')?.metadata).toMatchObject({ generation: 1 });
    api.compact();
    for (const watch of api.watches) watch.end();
    await clock.advance(5000);
    expect(new Set(uids).size).toBe(2);
    await manager.stop();
  });
});

test('controllers that share a cache are all told of a deletion', async () => {
  const api = createFakeApi();
  const { metadata } = api.put(Foo, foo());
  const runs: string[] = [];
  const owner = (name: string) =>
    controller(Foo, { name })
      .owns(Child)
      .reconcile(() => void runs.push(name));
  const { clock, manager } = await startOn(api, operatorOf(owner('one'), owner('two')));
  const ownerReferences = [
    { apiVersion: 'example.com/v1', kind: 'Foo', name: 'a', uid: metadata.uid, controller: true },
  ];
  api.put(Child, { metadata: { name: 'c', namespace: 'default', ownerReferences } });
  await clock.advance(0);
  runs.length = 0;
  api.remove(Child, 'default/c');
  await clock.advance(0);
  expect(runs.sort()).toEqual(['one', 'two']);
  expect(api.watches).toHaveLength(2);
  await manager.stop();
});

describe('finalizers', () => {
  test('of others hold nothing up, wherever they stand in the list', async () => {
    const api = createFakeApi();
    api.put(Foo, { metadata: { name: 'a', namespace: 'default', finalizers: ['other/first'] }, spec: { name: 'x' } });
    const finalized: string[] = [];
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .reconcile(() => {})
          .finalize((object) => void finalized.push(object.metadata.name)),
      ),
    );
    await api.request(deleteFoo('a'));
    await clock.advance(0);
    expect(finalized).toEqual(['a']);
    expect(api.get(Foo, 'default/a')?.metadata.finalizers).toEqual(['other/first']);
    await manager.stop();
  });

  test('have another name for each operator and controller, so that none removes that of another', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const held = (name: string) =>
      controller(Foo, { name })
        .reconcile(() => {})
        .finalize(() => retryAfter('1h'));
    const one = await startOn(api, defineOperator({ name: 'one', controllers: [held('x'), held('y')] }));
    const two = await startOn(
      api,
      defineOperator({
        name: 'two',
        controllers: [
          controller(Foo, { name: 'x' })
            .reconcile(() => {})
            .finalize(() => {}),
        ],
      }),
    );
    await one.clock.advance(1000);
    const finalizers = () => [...(api.get(Foo, 'default/a')?.metadata.finalizers ?? [])].sort();
    expect(finalizers()).toEqual(['example.com/one-x', 'example.com/one-y', 'example.com/two-x']);
    await api.request(deleteFoo('a'));
    await two.clock.advance(1000);
    expect(finalizers()).toEqual(['example.com/one-x', 'example.com/one-y']);
    await Promise.all([one.manager.stop(), two.manager.stop()]);
  });
});

describe('retries', () => {
  test('go on for as long as what they need is away, and at least every 1000 s', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const at: number[] = [];
    let away = true;
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile((_foo, ctx) => {
          at.push(ctx.clock.monotonic());
          if (away) throw new Error('the bank is closed');
        }),
      ),
    );
    await clock.advance(36_000_000);
    expect(Math.max(...at.slice(1).map((time, i) => time - at[i]!))).toBeLessThanOrEqual(1_000_000);
    away = false;
    const before = at.length;
    await clock.advance(1_000_000);
    expect(at).toHaveLength(before + 1);
    await manager.stop();
  });

  test('start over after a terminal error: the first failure of a new spec does not wait for the old ones', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const at: number[] = [];
    let runs = 0;
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile((_foo, ctx) => {
          at.push(ctx.clock.monotonic());
          runs += 1;
          if (runs === 15) throw terminal('no such flavour');
          if (runs < 17) throw new Error('boom');
        }),
      ),
    );
    await clock.advance(3_600_000);
    expect(runs).toBe(15);
    api.put(Foo, foo('a', { spec: { name: 'joe' } }));
    await clock.advance(100);
    expect(runs).toBe(17);
    expect(at[16]! - at[15]!).toBeLessThanOrEqual(5);
    await manager.stop();
  });

  test('keep the priority of their run: what exists at the start does not overtake what happens now by failing', async () => {
    const api = createFakeApi();
    api.put(Foo, foo('old'));
    const order: string[] = [];
    let failures = 1;
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile(async (object, ctx) => {
          order.push(object.metadata.name);
          if (object.metadata.name === 'old' && failures-- > 0) throw new Error('boom');
          if (object.metadata.name === 'slow') {
            await new Promise<void>((resolve) => ctx.clock.setTimeout(resolve, 1000));
          }
        }),
      ),
    );
    // The only worker is busy when the retry is due.
    api.put(Foo, foo('slow'));
    await clock.advance(100);
    api.put(Foo, foo('new'));
    await clock.advance(2000);
    expect(order).toEqual(['old', 'slow', 'new', 'old']);
    await manager.stop();
  });
});

test('the events of one slow object take no worker from the others', async () => {
  const api = createFakeApi();
  const done: string[] = [];
  const { clock, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo, { concurrency: 2 }).reconcile(async (object, ctx) => {
        if (object.metadata.name === 'slow') {
          await new Promise<void>((resolve) => ctx.clock.setTimeout(resolve, 60_000));
        }
        done.push(object.metadata.name);
      }),
    ),
  );
  for (let i = 0; i < 10; i++) {
    api.put(Foo, foo('slow', { touched: i }));
    await clock.advance(10);
  }
  for (const name of ['a', 'b', 'c']) api.put(Foo, foo(name));
  await clock.advance(10);
  expect(done).toEqual(['a', 'b', 'c']);
  await clock.advance(200_000);
  expect(done).toEqual(['a', 'b', 'c', 'slow', 'slow']);
  await manager.stop();
});

test('an object that changes without a pause is reconciled all the same', async () => {
  const api = createFakeApi();
  let runs = 0;
  const { clock, manager } = await startOn(api, operatorOf(controller(Foo).reconcile(() => void runs++)));
  for (let i = 0; i < 100; i++) {
    api.put(Foo, foo('a', { touched: i }));
    await clock.advance(10);
  }
  expect(runs).toBeGreaterThanOrEqual(100);
  await manager.stop();
});

describe('reads', () => {
  test('of cached kinds make no request, and those of the rest are errors that say what is missing, each its own', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    api.put(Thing, named('t'));
    const errors: string[] = [];
    let asked: number | undefined;
    const { manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .reads(Thing, { indexes: { colour: () => ['red'] } })
          .reconcile((_foo, ctx) => {
            const before = api.requests.length;
            ctx.get(Thing, 't');
            ctx.list(Thing, { index: ['colour', 'red'] });
            asked = api.requests.length - before;
            const reads: (() => unknown)[] = [
              () => ctx.get(Child as never, 'c'),
              () => ctx.list(Thing, { namespace: 'two' }),
              () => ctx.list(Thing, { index: ['size', '1'] }),
            ];
            for (const read of reads) {
              try {
                read();
              } catch (error) {
                errors.push((error as Error).message);
              }
            }
          }),
      ),
      { namespaces: ['default'] },
    );
    expect(asked).toBe(0);
    expect(errors).toEqual([
      expect.stringMatching(/Child .*\.reads\(Child\)/s),
      expect.stringMatching(/namespace "two" is not cached .*: add it to the manager's namespaces/),
      expect.stringMatching(/no index "foo\/size" \(declared: foo\/colour\): declare it/),
    ]);
    await manager.stop();
  });
});

test('a status that cannot be written does not hide what the reconcile threw', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  api.rule(({ subresource }) => (subresource === 'status' ? failure(500, 'InternalError', 'no') : undefined));
  const { logger, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo).reconcile((_foo, ctx) => {
        ctx.status({ happy: false });
        throw new Error('the cause');
      }),
    ),
  );
  const [error] = logger.lines.filter(({ level }) => level === 'error');
  expect(error?.fields.error).toMatchObject({ message: 'the cause' });
  await manager.stop();
});
