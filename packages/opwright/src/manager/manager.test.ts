import { describe, expect, test } from 'vitest';
import { createFakeApi, failure } from '../../test/support/fake-api.ts';
import { Foo, named, recording, startOn, Thing } from '../../test/support/fixtures.ts';
import { controller } from '../controller/builder.ts';
import { defineOperator } from '../operator.ts';
import { createManager } from './manager.ts';
import { runUntilSignal } from './signals.ts';

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

  expect(manager.ready()).toEqual({ ready: true, reasons: [], degraded: [] });
  await manager.stop();
  await manager.done;
  expect(clock.pending).toBe(0);
  expect(api.watches).toEqual([]);
  expect(logger.messages('error')).toEqual([]);
});

describe('the start', () => {
  test('lets workers begin only when all sources of their controller are synced, and holds up no other controller', async () => {
    const api = createFakeApi();
    api.put(Foo, named('a', { spec: { name: 'jack' } }));
    const reconciled: string[] = [];
    const undo = api.rule(({ plural }) => (plural === 'things' ? failure(404, 'NotFound', 'not found') : undefined));
    const { clock, manager } = await startOn(
      api,
      defineOperator({
        name: 'op',
        controllers: [
          controller(Foo, { name: 'waits' })
            .reads(Thing)
            .reconcile(() => void reconciled.push('waits')),
          controller(Foo, { name: 'runs' }).reconcile(() => void reconciled.push('runs')),
        ],
      }),
    );
    expect(reconciled).toEqual(['runs']);
    expect(manager.ready().reasons[0]).toMatch(
      /^things is not synced: failed to list things: .*if the kind is a CRD, install it$/,
    );
    undo();
    await clock.advance(10_000);
    expect(reconciled).toEqual(['runs', 'waits']);
    expect(manager.ready().ready).toBe(true);
    await manager.stop();
  });

  test('fails after two minutes without a sync, naming the source and the reason', async () => {
    const api = createFakeApi();
    api.rule(({ plural }) => (plural === 'things' ? failure(403, 'Forbidden', 'things is forbidden') : undefined));
    const { clock, manager, logger } = await startOn(api, operator);
    await clock.advance(119_000);
    expect(logger.messages('error')).not.toContain('Manager failed');
    await clock.advance(2000);
    await expect(manager.done).rejects.toThrow(
      /^timed out after 120 s waiting for caches to sync: controller foo: source Thing \(v1\) is not synced: failed to list things: things is forbidden/,
    );
    await manager.stop();
    expect(clock.pending).toBe(0);
    expect(api.watches).toEqual([]);
  });

  test('and a permission that is taken away later is a reason not to be ready, after a minute', async () => {
    const api = createFakeApi();
    const { clock, manager } = await startOn(api, operator);
    const undo = api.rule(({ plural }) =>
      plural === 'things' ? failure(403, 'Forbidden', 'things is forbidden') : undefined,
    );
    for (const watch of api.watches) watch.break();
    await clock.advance(30_000);
    expect(manager.ready().ready).toBe(true);
    await clock.advance(60_000);
    expect(manager.ready().reasons).toEqual([
      expect.stringMatching(/^things is not followed any more: failed to list things: things is forbidden; grant/),
    ]);
    undo();
    await clock.advance(15_000);
    expect(manager.ready().ready).toBe(true);
    await manager.stop();
  });

  test('happens once', async () => {
    const { manager } = await startOn(createFakeApi(), operator);
    await expect(manager.start()).rejects.toThrow('a manager can be started once');
    await manager.stop();
  });
});

describe('the stop', () => {
  const slow = (ms: number, log: string[]) =>
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo).reconcile(async (_foo, ctx) => {
          ctx.signal.addEventListener('abort', () => log.push('signal'));
          await new Promise<void>((resolve) => ctx.clock.setTimeout(resolve, ms));
          ctx.status({ happy: true });
          log.push('reconciled');
        }),
      ],
    });

  test('tells reconciles, lets them finish their writes, starts no other, and ends the caches after them', async () => {
    const api = createFakeApi();
    api.put(Foo, named('a', { spec: { name: 'x' } }));
    api.put(Foo, named('b', { spec: { name: 'x' } }));
    const log: string[] = [];
    const { clock, manager } = await startOn(api, slow(5000, log));
    const stopped = manager.stop().then(() => log.push('stopped'));
    await clock.advance(4000);
    expect(log).toEqual(['signal']);
    expect(api.watches).toHaveLength(1);
    expect(manager.ready()).toEqual({ ready: false, reasons: ['the manager is stopping'], degraded: [] });
    await clock.advance(1000);
    await stopped;
    expect(log).toEqual(['signal', 'reconciled', 'stopped']);
    expect(api.get(Foo, 'default/a')).toMatchObject({ status: { happy: true } });
    expect(api.get(Foo, 'default/b')).not.toHaveProperty('status');
    expect(api.watches).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('waits no longer than its grace period and says so', async () => {
    const api = createFakeApi();
    api.put(Foo, named('a', { spec: { name: 'x' } }));
    const { clock, manager } = await startOn(api, slow(3_600_000, []));
    const stopped = expect(manager.stop()).rejects.toThrow(
      'failed waiting for all runnables to end within grace period of 30s',
    );
    await clock.advance(30_000);
    await stopped;
    await expect(manager.done).rejects.toThrow('grace period');
    expect(api.watches).toEqual([]);
  });

  test('during the start ends the start', async () => {
    const api = createFakeApi();
    api.rule(() => failure(500, 'InternalError', 'no'));
    const { clock, manager } = await startOn(api, operator);
    await manager.stop();
    await manager.done;
    expect(clock.pending).toBe(0);
  });

  test('before the start makes the start an error', async () => {
    const api = createFakeApi();
    const manager = createManager(operator, { transport: api, logger: recording() });
    await manager.stop();
    await expect(manager.start()).rejects.toThrow('the manager has been stopped');
    expect(api.requests).toEqual([]);
  });
});

test('the first signal stops the manager, the second exits; SIGUSR2 logs what it is doing', async () => {
  const api = createFakeApi();
  api.put(Foo, named('a', { spec: { name: 'x' } }));
  const listeners = new Map<string, () => void>();
  const exits: number[] = [];
  const process = {
    on: (signal: string, listener: () => void) => listeners.set(signal, listener),
    off: (signal: string) => listeners.delete(signal),
    exit: (code: number) => exits.push(code),
  };
  let stops = 0;
  let finish = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const manager = {
    start: async () => {},
    done,
    stop: async () => {
      stops += 1;
    },
    dump: () => ({ controllers: [], caches: [] }) as never,
  };
  const logger = recording();
  const running = runUntilSignal(manager, process, logger);
  listeners.get('SIGUSR2')!();
  expect(logger.lines).toEqual([expect.objectContaining({ message: 'Dump', fields: { dump: manager.dump() } })]);
  listeners.get('SIGTERM')!();
  expect([stops, exits]).toEqual([1, []]);
  listeners.get('SIGINT')!();
  expect(exits).toEqual([1]);
  finish();
  await running;
  expect(listeners.size).toBe(0);
});
