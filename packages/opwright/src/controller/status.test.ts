import { describe, expect, test } from 'vitest';
import { createFakeApi } from '../../test/support/fake-api.ts';
import { Foo, named, startOn } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a', rest: object = {}) => named(name, { spec: { name: 'jack' }, ...rest });

describe('status', () => {
  const reporting = (colour: () => string | undefined) =>
    controller(Foo).reconcile((_foo, ctx) => {
      ctx.status({ happy: true });
      ctx.status({ colour: colour() });
      ctx.condition({ type: 'Ready', status: 'True', reason: 'Done' });
    });

  test('is written once for all that was said, through the subresource, and not again while nothing changes', async () => {
    const api = createFakeApi();
    api.put(Foo, foo('a', { status: { other: 'stays' } }));
    let colour: string | undefined = 'red';
    const { clock, manager } = await startOn(api, operatorOf(reporting(() => colour)));
    expect(api.writes()).toEqual(['PATCH /apis/example.com/v1/namespaces/default/foos/a/status?fieldManager=op%2Ffoo']);
    expect(api.get(Foo, 'default/a')).toMatchObject({
      status: {
        other: 'stays',
        happy: true,
        colour: 'red',
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'Done',
            message: '',
            observedGeneration: 1,
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
    });
    api.put(Foo, { ...(api.get(Foo, 'default/a') as never as { metadata: Record<string, unknown> }), touched: 1 });
    await clock.advance(5000);
    expect(api.writes()).toHaveLength(1);
    colour = undefined;
    api.put(Foo, { ...(api.get(Foo, 'default/a') as never as { metadata: Record<string, unknown> }), touched: 2 });
    await clock.advance(5000);
    expect(api.get(Foo, 'default/a')).not.toHaveProperty('status.colour');
    expect(api.get(Foo, 'default/a')).toHaveProperty('status.conditions.0.lastTransitionTime', '2026-01-01T00:00:00Z');
    await manager.stop();
  });

  test('meets a conflict quietly: it is computed over the current object', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    let once = true;
    api.rule(({ method, subresource }) => {
      if (method === 'PATCH' && subresource === 'status' && once) {
        once = false;
        api.silently(() => api.put(Foo, foo('a', { status: { other: 'new' } })));
      }
      return undefined;
    });
    const { logger, manager } = await startOn(api, operatorOf(reporting(() => 'red')));
    expect(api.get(Foo, 'default/a')).toMatchObject({ status: { other: 'new', colour: 'red' } });
    expect(logger.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    await manager.stop();
  });

  test('that was said before a failure is written all the same', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const { manager } = await startOn(
      api,
      operatorOf(
        controller(Foo).reconcile((_foo, ctx) => {
          ctx.condition({ type: 'Ready', status: 'False', reason: 'Broken', message: 'no disk' });
          throw new Error('no disk');
        }),
      ),
    );
    expect(api.get(Foo, 'default/a')).toMatchObject({ status: { conditions: [{ reason: 'Broken' }] } });
    await manager.stop();
  });
});
