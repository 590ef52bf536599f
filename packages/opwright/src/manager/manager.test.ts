import { expect, test } from 'vitest';
import { createFakeApi, Foo, named, startOn, Thing } from '../../test/support/fixtures.ts';
import { controller } from '../controller/builder.ts';
import { defineOperator } from '../operator.ts';

const foos = controller(Foo)
  .watches(Thing, (thing, ctx) => ctx.list(Foo).filter((foo) => foo.spec.name === thing.metadata.name))
  .reconcile((foo, ctx) => {
    ctx.status({ happy: ctx.list(Thing).some((thing) => thing.metadata.name === foo.spec.name) });
  });
const operator = defineOperator({ name: 'foo-operator', controllers: [foos] });

test('an operator keeps the status true to what it watches, and stops without a trace', async () => {
  const api = createFakeApi();
  api.put(Foo, named('foo-1', { spec: { name: 'jack' } }));
  const { clock, manager, logger } = await startOn(api, operator);
  expect(api.get(Foo, 'default/foo-1')).toMatchObject({ status: { happy: false } });

  api.put(Thing, named('jack', {}, 'elsewhere'));
  await clock.advance(0);
  expect(api.get(Foo, 'default/foo-1')).toMatchObject({ status: { happy: true } });

  api.remove(Thing, 'elsewhere/jack');
  await clock.advance(0);
  expect(api.get(Foo, 'default/foo-1')).toMatchObject({ status: { happy: false } });

  const writes = api.writes().length;
  api.put(Foo, named('foo-1', { spec: { name: 'jack' }, status: { happy: false }, extra: 1 }));
  await clock.advance(1000);
  expect(api.writes()).toHaveLength(writes);

  expect(manager.ready()).toEqual({ ready: true, reasons: [] });
  await manager.stop();
  await manager.done;
  expect(clock.pending).toBe(0);
  expect(api.watches).toEqual([]);
  expect(logger.messages('error')).toEqual([]);
});
