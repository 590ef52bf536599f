import { describe, expect, test } from 'vitest';
import { createFakeApi } from '../../test/support/fake-api.ts';
import { Child, Foo, named, startOn } from '../../test/support/fixtures.ts';
import { defineOperator } from '../operator.ts';
import { type Controller, controller } from './builder.ts';

const operatorOf = (...controllers: Controller[]) => defineOperator({ name: 'op', controllers });
const foo = (name = 'a', rest: object = {}) => named(name, { spec: { name: 'jack' }, ...rest });

describe('apply', () => {
  const owner = (data: () => Record<string, string>) =>
    controller(Foo)
      .owns(Child)
      .reconcile(async (object, ctx) => {
        await ctx.apply(Child, { metadata: { name: `${object.metadata.name}-child` }, data: data() });
      });

  test('sets namespace, owner and field manager, and makes no request while nothing would change', async () => {
    const api = createFakeApi();
    const { metadata } = api.put(Foo, foo());
    let data: Record<string, string> = { x: '1', y: '2' };
    const { clock, manager } = await startOn(api, operatorOf(owner(() => data)));
    await clock.advance(1000);
    expect(api.writes()).toEqual([
      'PATCH /api/v1/namespaces/default/children/a-child?fieldManager=op%2Ffoo&force=true',
    ]);
    expect(api.get(Child, 'default/a-child')?.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'example.com/v1',
        kind: 'Foo',
        name: 'a',
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);

    api.put(Foo, foo('a', { touched: 1 }));
    await clock.advance(1000);
    expect(api.writes()).toHaveLength(1);

    // Dropping a field is a change, though all that is left is there.
    data = { x: '1' };
    api.put(Foo, foo('a', { touched: 2 }));
    await clock.advance(1000);
    expect(api.writes()).toHaveLength(2);
    await manager.stop();
  });

  test('repairs what somebody else has changed or deleted', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    const { clock, manager } = await startOn(api, operatorOf(owner(() => ({ x: '1' }))));
    const child = api.get(Child, 'default/a-child') as never as { metadata: Record<string, unknown> };
    api.put(Child, { ...child, data: { x: 'hacked' } });
    await clock.advance(1000);
    expect(api.get(Child, 'default/a-child')).toMatchObject({ data: { x: '1' } });
    api.remove(Child, 'default/a-child');
    await clock.advance(1000);
    expect(api.get(Child, 'default/a-child')).toMatchObject({ data: { x: '1' } });
    await manager.stop();
  });

  test('makes one request only for values that the server writes in another way', async () => {
    const api = createFakeApi();
    api.put(Foo, foo());
    // The server's form of a quantity: what it stores is not what was sent.
    const normalizing = {
      ...api,
      request: async (request: Parameters<typeof api.request>[0]) => {
        if (request.method !== 'PATCH' || !request.body || !('json' in request.body)) return api.request(request);
        const json = JSON.parse(JSON.stringify(request.body.json).replace('1000m', '1')) as unknown;
        return api.request({ ...request, body: { json } });
      },
    };
    const { clock, manager } = await startOn(normalizing, operatorOf(owner(() => ({ cpu: '1000m' }))));
    for (let i = 0; i < 5; i++) {
      api.put(Foo, foo('a', { touched: i }));
      await clock.advance(1000);
    }
    expect(api.writes()).toHaveLength(1);
    const child = api.get(Child, 'default/a-child') as never as { metadata: Record<string, unknown> };
    api.put(Child, { ...child, data: { cpu: '2' } });
    await clock.advance(1000);
    expect(api.writes()).toHaveLength(2);
    await manager.stop();
  });
});
