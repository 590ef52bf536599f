import { seededRandom } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { createFakeApi } from '../../test/support/fake-api.ts';
import { Foo, idleClock, named, startOn } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';
import { inbox } from './inbox.ts';
import type { Poll } from './outside.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const random = seededRandom(1);

function withFoos(...names: string[]) {
  const api = createFakeApi();
  for (const name of names) api.put(Foo, named(name, { spec: { name: 'jack' } }));
  return api;
}

interface Bucket {
  readonly name: string;
  readonly owner: string;
  readonly size: number;
}

/** A controller that tells each run by the object and its reasons. */
function telling(runs: string[]) {
  return controller(Foo).reconcile((foo, ctx) => {
    runs.push(`${foo.metadata.name}: ${ctx.triggers.map(({ source, type }) => `${source} ${type}`).join(', ')}`);
  });
}

describe('a source that is polled', () => {
  test('reconciles what has come, changed or gone, by the new and the old state', async () => {
    let buckets: Bucket[] = [{ name: 'x', owner: 'a', size: 1 }];
    const runs: string[] = [];
    const changes: string[] = [];
    const polled = telling(runs).polls(
      'buckets',
      { every: '30s', list: async () => structuredClone(buckets), id: ({ name }) => name },
      (bucket, _ctx, change) => {
        changes.push(`${change.type} ${change.old?.owner ?? '-'} ${change.new?.owner ?? '-'}`);
        return { name: bucket.owner, namespace: 'default' };
      },
    );
    const { clock, manager } = await startOn(withFoos('a', 'b'), operatorOf(polled), { random });
    await clock.advance(29_000);
    expect(runs).toEqual(['a: Foo initial', 'b: Foo initial', 'a: buckets initial']);
    runs.length = 0;
    await clock.advance(60_000);
    expect(runs).toEqual([]);
    buckets = [{ name: 'x', owner: 'b', size: 1 }];
    await clock.advance(30_000);
    expect(runs.sort()).toEqual(['a: buckets update', 'b: buckets update']);
    buckets = [];
    await clock.advance(30_000);
    expect(runs.at(-1)).toBe('b: buckets delete');
    expect(changes).toEqual(['create - a', 'update a b', 'update a b', 'delete b -']);
    await manager.stop();
    expect(clock.pending).toBe(0);
  });

  test('is there to be read: the items of the last time, by their id', async () => {
    const seen: unknown[] = [];
    let buckets: Bucket[] = [{ name: 'x', owner: 'a', size: 1 }];
    const poll: Poll<Bucket> = { every: '30s', list: () => buckets, id: ({ name }) => name };
    const polled = controller(Foo)
      .polls('buckets', poll, ({ owner }, ctx) => {
        seen.push(['map', ctx.polled(poll)?.size]);
        return { name: owner, namespace: 'default' };
      })
      .reconcile((_foo, ctx) => {
        const sizes = [...(ctx.polled(poll) ?? [])].map(([name, { size }]) => `${name} ${size}`);
        seen.push(ctx.polled(poll) ? sizes : undefined);
        if (seen.length === 1)
          expect(() => ctx.polled({ ...poll })).toThrow('give it to .polls on the controller "foo"');
      });
    const { clock, manager } = await startOn(withFoos('a'), operatorOf(polled), { random });
    await clock.advance(1000);
    expect(seen).toEqual([undefined, ['map', 1], ['x 1']]);
    buckets = [...buckets, { name: 'y', owner: 'a', size: 2 }];
    await clock.advance(30_000);
    expect(seen.slice(3)).toEqual([
      ['map', 2],
      ['x 1', 'y 2'],
    ]);
    await manager.stop();
  });

  test('that keeps failing is named as what does not work, by readiness and a check, until it does', async () => {
    let away = true;
    const list = () => {
      if (away) throw new Error('away');
      return [];
    };
    const polled = telling([]).polls('buckets', { every: '10s', list, id: String }, () => undefined);
    const { clock, manager } = await startOn(withFoos('a'), operatorOf(polled), {
      random,
      probeAddress: '127.0.0.1:0',
    });
    // It listens for real, before anything else is done.
    const advanced = async () => {
      await clock.advance(0);
      return manager.ready().ready;
    };
    await expect.poll(advanced).toBe(true);
    await clock.advance(59_000);
    expect(manager.ready()).toEqual({ ready: true, reasons: [], degraded: [] });
    await clock.advance(60_000);
    expect(manager.ready()).toEqual({
      ready: true,
      reasons: [],
      degraded: [expect.stringMatching(/^controller foo: source "buckets" has failed for \d+[ms].*: away$/)],
    });
    const check = await fetch(`${manager.probeUrl}/readyz/sources`);
    expect([check.status, await check.text()]).toEqual([500, expect.stringContaining('source "buckets"')]);
    away = false;
    await clock.advance(300_000);
    expect(manager.ready().degraded).toEqual([]);
    expect((await fetch(`${manager.probeUrl}/readyz/sources`)).status).toBe(200);
    await manager.stop();
  });

  test('that fails or does not answer is tried again with growing pauses, and holds up nothing', async () => {
    const runs: string[] = [];
    const at: number[] = [];
    const clock = idleClock();
    let signals = 0;
    const polled = telling(runs).polls(
      'buckets',
      {
        every: '10s',
        list(signal) {
          at.push(clock.monotonic() / 1000);
          if (at.length < 3) throw new Error('away');
          if (at.length > 3) return [];
          signal.addEventListener('abort', () => {
            signals += 1;
          });
          return new Promise<Bucket[]>(() => {});
        },
        id: ({ name }: Bucket) => name,
      },
      () => undefined,
    );
    const { manager, logger } = await startOn(withFoos('a'), operatorOf(polled), { random, clock });
    await clock.advance(90_000);
    expect(runs).toEqual(['a: Foo initial']);
    expect(at).toEqual([0, 1, 3, 67, 77, 87]);
    expect(manager.ready().degraded).toEqual([]);
    expect(signals).toBe(1);
    expect(logger.lines.find(({ level }) => level === 'error')?.fields).toMatchObject({ source: 'buckets' });
    expect(await manager.metrics()).toContain('opwright_source_errors_total{controller="foo",source="buckets"} 3');
    expect(manager.ready().ready).toBe(true);
    await manager.stop();
  });
});

describe('a source that pushes', () => {
  test('reconciles what each event names, and is opened again when it ends', async () => {
    const runs: string[] = [];
    let opened = 0;
    const pushed = telling(runs).receives(
      'pushes',
      async function* () {
        opened += 1;
        if (opened === 2) throw new Error('connection lost');
        yield { repository: 'a' };
      },
      (push) => ({ name: push.repository, namespace: 'default' }),
    );
    const { clock, manager } = await startOn(withFoos('a'), operatorOf(pushed), { random });
    await clock.advance(0);
    expect(runs).toEqual(['a: Foo initial', 'a: pushes event']);
    await clock.advance(10_000);
    expect(opened).toBeGreaterThan(3);
    expect(runs.slice(2).every((run) => run === 'a: pushes event')).toBe(true);
    await manager.stop();
    expect(clock.pending).toBe(0);
  });

  test('is taken no faster than its events are mapped, and not while too much is due', async () => {
    const pushes = inbox<number>({ capacity: 10 });
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = controller(Foo)
      .receives(
        'pushes',
        () => pushes,
        (n) => ({ name: `foo-${n}`, namespace: 'default' }),
      )
      .reconcile(() => gate);
    const { clock, manager } = await startOn(withFoos('a'), operatorOf(held), { random });
    let accepted = 0;
    for (let n = 0; n < 2000; n++) {
      pushes.send(n).then(() => {
        accepted += 1;
      });
    }
    await clock.advance(1000);
    // As many as may be due, and the inbox.
    expect(accepted).toBeGreaterThan(1000);
    expect(accepted).toBeLessThan(1020);
    release();
    await clock.advance(1000);
    expect([accepted, pushes.length]).toEqual([2000, 0]);
    await manager.stop();
  });

  test('keeps what was sent for a reader that comes later', async () => {
    const pushes = inbox<string>({ capacity: 2 });
    await pushes.send('a');
    for await (const item of pushes) {
      expect(item).toBe('a');
      break;
    }
    await pushes.send('b');
    await pushes.send('c');
    expect(pushes.length).toBe(2);
    const iterator = pushes[Symbol.asyncIterator]();
    expect([(await iterator.next()).value, (await iterator.next()).value]).toEqual(['b', 'c']);
  });
});

test('sources of a controller have names of their own, and polls a pause', () => {
  const poll = { every: '1s', list: () => [], id: () => '' };
  const polled = controller(Foo).polls('one', poll, () => undefined);
  expect(() =>
    polled.receives(
      'one',
      () => inbox(),
      () => undefined,
    ),
  ).toThrow('two sources are named "one"');
  expect(() => polled.polls('two', { ...poll, every: 0 }, () => undefined)).toThrow('above 0');
});
