import { describe, expect, test } from 'vitest';
import { createFakeApi, failure } from '../../test/support/fake-api.ts';
import { Foo, named, startOn } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';
import { retryAfter, terminal } from './result.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a', rest: object = {}) => named(name, { spec: { name: 'jack' }, ...rest });

describe('finalize', () => {
  const FINALIZER = 'example.com/op-foo';

  test('puts the finalizer on before the first side effect, and removes it after the handler, leaving others alone', async () => {
    const api = createFakeApi();
    api.put(Foo, { metadata: { name: 'a', namespace: 'default', finalizers: ['other/x'] }, spec: { name: 'jack' } });
    const order: string[] = [];
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .reconcile((object) => {
            order.push(`reconcile with ${object.metadata.finalizers}`);
          })
          .finalize((object) => {
            order.push(`finalize with ${object.metadata.finalizers}`);
          }),
      ),
    );
    expect(api.get(Foo, 'default/a')?.metadata.finalizers).toEqual(['other/x', FINALIZER]);
    await api.request({ method: 'DELETE', path: '/apis/example.com/v1/namespaces/default/foos/a' });
    await clock.advance(0);
    expect(api.get(Foo, 'default/a')?.metadata.finalizers).toEqual(['other/x']);
    const writes = api.writes().length;
    // Another controller's finalizer keeps the object: ours must not come back.
    api.put(Foo, { ...(api.get(Foo, 'default/a') as never as { metadata: Record<string, unknown> }), touched: true });
    await clock.advance(10_000);
    expect(api.writes()).toHaveLength(writes);
    expect(order[0]).toBe(`reconcile with other/x,${FINALIZER}`);
    expect(order.at(-1)).toBe(`finalize with other/x,${FINALIZER}`);
    expect(order.filter((line) => line.startsWith('finalize'))).toHaveLength(1);
    await manager.stop();
  });

  test('keeps the finalizer while the handler fails or asks for patience', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    let attempts = 0;
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .reconcile(() => {})
          .finalize(() => {
            attempts += 1;
            if (attempts === 1) throw new Error('the bank is closed');
            if (attempts === 2) return retryAfter('10s');
            if (attempts === 3) return terminal('never');
          }),
      ),
    );
    await api.request({ method: 'DELETE', path: '/apis/example.com/v1/namespaces/default/foos/a' });
    await clock.advance(1000);
    expect(attempts).toBe(2);
    expect(api.get(Foo, 'default/a')?.metadata.finalizers).toEqual([FINALIZER]);
    await clock.advance(60_000);
    expect(attempts).toBe(3);
    expect(api.get(Foo, 'default/a')?.metadata.finalizers).toEqual([FINALIZER]);
    await manager.stop();
  });

  test('does not run the reconcile when the finalizer cannot be added, and never adds it to an object being deleted', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    let runs = 0;
    const undo = api.rule(({ method }) => (method === 'PATCH' ? failure(500, 'InternalError', 'no') : undefined));
    const { clock, manager } = await startOn(
      api,
      operatorOf(
        controller(Foo)
          .reconcile(() => {
            runs += 1;
          })
          .finalize(() => {}),
      ),
    );
    expect(runs).toBe(0);
    // Deleted behind the cache's back: the patch conflicts, and the current object says why.
    api.silently(() => {
      const current = api.get(Foo, 'default/a')!;
      const metadata = { ...current.metadata, finalizers: ['other/x'], deletionTimestamp: '2026-01-01T00:00:00Z' };
      api.put(Foo, { ...current, metadata } as never);
    });
    undo();
    await clock.advance(1000);
    expect(runs).toBe(0);
    expect(api.get(Foo, 'default/a')?.metadata.finalizers).toEqual(['other/x']);
    await manager.stop();
  });
});
