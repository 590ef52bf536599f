import { seededRandom } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { createFakeApi, type FakeApi, failure } from '../../test/support/fake-api.ts';
import { Child, Foo, named, startOn, Thing } from '../../test/support/fixtures.ts';
import { metadataOf, projectionOf } from '../cache/views.ts';
import { defineOperator, operatorCrds } from '../operator.ts';
import { type Controller, controller } from './builder.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a') => named(name, { spec: { name: 'jack' } });
const random = seededRandom(1);

/** The server lacks the kind while `served.now` is false. */
function withoutKind(api: FakeApi, plural: string) {
  const served = { now: false };
  api.rule((request) =>
    request.plural === plural && !served.now ? failure(404, 'NotFound', 'page not found') : undefined,
  );
  return served;
}

describe('a controller with an optional kind', () => {
  test('works without it, and reconciles everything when it comes and when it goes', async () => {
    const api = createFakeApi();
    const served = withoutKind(api, 'things');
    for (const name of ['a', 'b']) api.put(Foo, foo(name));
    api.put(Thing, named('t'));
    const seen: string[] = [];
    const { clock, manager, logger } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .reads(Thing, { optional: true })
          .reconcile((object, ctx) => {
            const why = ctx.triggers.map(({ type }) => type).join();
            seen.push(`${object.metadata.name} ${why} ${ctx.serves(Thing)} ${ctx.list(Thing).length}`);
          }),
      ),
      { random },
    );
    expect(seen).toEqual(['a initial false 0', 'b initial false 0']);
    expect(manager.ready().ready).toBe(true);
    served.now = true;
    await clock.advance(10_000);
    expect(seen.slice(2)).toEqual(['a available true 1', 'b available true 1']);
    await clock.advance(2000);
    served.now = false;
    for (const watch of api.watches) if (watch.plural === 'things') watch.end();
    await clock.advance(10_000);
    expect(seen.slice(4)).toEqual(['a available false 0', 'b available false 0']);
    expect(logger.messages('error')).toEqual([]);
    await manager.stop();
  });

  test('is not told of a kind that is required: it waits, and says for what', async () => {
    const api = createFakeApi();
    withoutKind(api, 'things');
    api.put(Foo, foo());
    let runs = 0;
    const { clock, manager, logger } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .reads(Thing)
          .reconcile(() => {
            runs += 1;
          }),
      ),
      { random },
    );
    await clock.advance(60_000);
    expect(runs).toBe(0);
    expect(manager.ready().reasons.join()).toMatch(/things is not synced.*if the kind is a CRD, install it/);
    expect(logger.messages('error').length).toBeGreaterThan(4);
    expect(await manager.metrics()).toMatch(
      /opwright_watch_errors_total\{group="",resource="things",reason="NotFound"\} \d/,
    );
    await manager.stop();
  });
});

describe('a watch beside what is declared', () => {
  test('enqueues what its map names, reads what the controller reads, and ends without a trace', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    api.put(Child, named('c'));
    const runs: string[] = [];
    const foos = controller(Foo).reconcile((_foo, ctx) => {
      runs.push(ctx.triggers.map(({ source, type }) => `${source} ${type}`).join());
    });
    const { clock, manager } = await startOn(api, operatorOf(foos), { random });
    const watch = manager.watch(foos, Child, (_child, ctx) => {
      expect(ctx.list(Child).length).toBeGreaterThan(0);
      return ctx.list(Foo);
    });
    await clock.advance(0);
    await watch.synced;
    api.put(Child, named('d'));
    await clock.advance(0);
    expect(runs).toEqual(['Foo initial', 'Child initial', 'Child create']);
    const stopped = watch.stop();
    await clock.advance(0);
    await Promise.all([stopped, watch.stop()]);
    api.put(Child, named('e'));
    await clock.advance(60_000);
    expect(runs).toHaveLength(3);
    expect(api.watches.map(({ plural }) => plural)).toEqual(['foos']);
    await manager.stop();
    expect(clock.pending).toBe(0);
  });

  test('needs a controller that the manager runs', async () => {
    const { manager } = await startOn(createFakeApi(), operatorOf(controller(Foo).reconcile(() => {})), { random });
    const other = controller(Foo, { name: 'other' }).reconcile(() => {});
    expect(() => manager.watch(other, Thing, () => undefined)).toThrow('does not run a controller named "other"');
    await manager.stop();
  });
});

test('an object that cannot be cached is told of by an event on it', async () => {
  const api = createFakeApi();
  api.put(Foo, foo('good'));
  api.put(Foo, foo('bad'));
  const runs: string[] = [];
  const { clock, manager } = await startOn(
    api,
    operatorOf(
      controller(Foo).reconcile((object) => {
        runs.push(object.metadata.name);
      }),
    ),
    {
      random,
      transform(object, resource) {
        if (resource === Foo && object.metadata.name === 'bad') throw new Error('no');
        return object;
      },
    },
  );
  await clock.advance(0);
  expect(runs).toEqual(['good']);
  expect(api.requests.find(({ plural }) => plural === 'events')?.body).toMatchObject({
    type: 'Warning',
    reason: 'BadObject',
    regarding: { kind: 'Foo', name: 'bad' },
  });
  expect(await manager.metrics()).toContain('resource="foos",reason="BadObject"} 1');
  await manager.stop();
});

test('one kind may be declared with one selection only', () => {
  expect(() =>
    controller(Foo)
      .reads(Thing)
      .watches(Thing, () => [], { fieldSelector: 'a=b' }),
  ).toThrow('different field selectors');
  expect(() => controller(Foo).reads(Thing).reads(metadataOf(Thing), { fieldSelector: 'a=b' })).not.toThrow();
});

test('the CRD of an optional kind is not installed with the operator', () => {
  const crd = () => ({ metadata: { name: 'things' } });
  const owned = Object.assign({}, Thing, { crd });
  expect(
    operatorCrds(
      operatorOf(
        controller(Foo)
          .owns(owned)
          .reconcile(() => {}),
      ),
    ),
  ).toHaveLength(1);
  expect(
    operatorCrds(
      operatorOf(
        controller(Foo)
          .owns(owned, { optional: true })
          .reconcile(() => {}),
      ),
    ),
  ).toHaveLength(0);
});

test('a field that no declaration names is an error that says so, also without a compiler', async () => {
  const api = createFakeApi();
  api.put(Foo, foo());
  api.put(Thing, named('t', { data: { phase: 'Running', node: 'n1' } }));
  const seen: unknown[] = [];
  const { clock, manager, logger } = await startOn(
    api,
    operatorOf(
      controller(Foo)
        .reads(projectionOf(Thing, { data: ['phase'] }))
        .reconcile((_foo, ctx) => {
          seen.push(ctx.get(projectionOf(Thing, { data: ['phase'] }), 't')?.data);
          ctx.get(projectionOf(Thing, { data: ['node'] }) as never, 't');
        }),
    ),
    { random },
  );
  await clock.advance(0);
  expect(seen[0]).toEqual({ phase: 'Running' });
  expect(logger.lines.find(({ level }) => level === 'error')?.fields.error).toMatchObject({
    message: 'data.node of Thing is not declared: call .reads(projectionOf(Thing, …)) with it on the controller "foo"',
  });
  await manager.stop();
});
