import { describe, expect, test } from 'vitest';
import { createFakeApi } from '../../test/support/fake-api.ts';
import { Child, Foo, named, startOn, Thing } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a', rest: object = {}) => named(name, { spec: { name: 'jack' }, ...rest });

describe('sources', () => {
  test('a change of a watched object concerns what it was about before and what it is about now', async () => {
    const api = createFakeApi();
    api.put(Foo, foo('a'));
    api.put(Foo, foo('b'));
    api.put(Thing, named('t', { data: { for: 'a' } }));
    let runs: string[] = [];
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .watches(Thing, (thing) => ({ name: thing.data?.for ?? '', namespace: 'default' }))
          .reconcile((object) => {
            runs.push(object.metadata.name);
          }),
      ),
    );
    runs = [];
    api.put(Thing, named('t', { data: { for: 'b' } }));
    await clock.advance(0);
    expect(runs.sort()).toEqual(['a', 'b']);
    await manager.stop();
  });

  test('a mapping that fails is tried again: its event is not lost', async () => {
    const api = createFakeApi();
    api.put(Foo, foo('a'));
    let failures = 2;
    let runs = 0;
    const { clock, logger, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .watches(Thing, (_thing, ctx) => {
            if (failures-- > 0) throw new Error('flaky');
            return ctx.list(Foo);
          })
          .reconcile(() => {
            runs += 1;
          }),
      ),
    );
    const before = runs;
    api.put(Thing, named('t'));
    await clock.advance(10_000);
    expect(runs).toBe(before + 1);
    expect(logger.messages('error')).toEqual([
      'Watch mapping failed, trying again',
      'Watch mapping failed, trying again',
    ]);
    await manager.stop();
  });

  test('generationChanged ignores changes of the status, but not the deletion nor finalizers', async () => {
    const api = createFakeApi();
    api.put(Foo, foo('a'));
    let runs = 0;
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo, { generationChanged: true, whileDeleting: true }).reconcile(() => {
          runs += 1;
        }),
      ),
    );
    const change = async (rest: object) => {
      runs = 0;
      const current = api.get(Foo, 'default/a') as never as { metadata: Record<string, unknown> };
      api.put(Foo, { ...current, ...rest });
      await clock.advance(0);
      return runs;
    };
    expect(await change({ status: { happy: true } })).toBe(0);
    expect(await change({ spec: { name: 'joe' } })).toBe(1);
    const finalizers = ['other/x'];
    expect(await change({ metadata: { name: 'a', namespace: 'default', finalizers } })).toBe(1);
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(await change({ metadata: { name: 'a', namespace: 'default', finalizers, deletionTimestamp } })).toBe(1);
    await manager.stop();
  });

  test('a change of an owned object concerns its controller, unless that is another object of the same name', async () => {
    const api = createFakeApi();
    const { metadata } = api.put(Foo, foo('a'));
    let runs = 0;
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .owns(Child)
          .reconcile(() => {
            runs += 1;
          }),
      ),
    );
    const owned = (uid: string) => ({
      metadata: {
        name: uid,
        namespace: 'default',
        ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Foo', name: 'a', uid, controller: true }],
      },
    });
    runs = 0;
    api.put(Child, owned('stranger'));
    await clock.advance(0);
    expect(runs).toBe(0);
    api.put(Child, owned(metadata.uid));
    await clock.advance(0);
    expect(runs).toBe(1);
    await manager.stop();
  });
});

test('a predicate or an index function that throws loses no event and no object', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  let found: unknown;
  let runs = 0;
  const { clock, logger, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo, {
        onlyWhen: () => {
          throw new Error('bad predicate');
        },
        indexes: {
          bad: () => {
            throw new Error('bad index');
          },
        },
      }).reconcile((_foo, ctx) => {
        runs += 1;
        found = [ctx.list(Foo).length, ctx.list(Foo, { index: ['bad', 'x'] }).length];
      }),
    ),
  );
  api.put(Foo, foo('b'));
  await clock.advance(0);
  expect([runs, found]).toEqual([2, [2, 0]]);
  expect(new Set(logger.messages('error'))).toEqual(
    new Set(['Index function failed, an object is not found by it', 'Predicate failed, its event passes']),
  );
  await manager.stop();
});
