import { Deployment } from '@opwright/kubernetes/apps';
import { Node, Pod } from '@opwright/kubernetes/core';
import { defineResource, k } from '@opwright/schema';
import { describe, expectTypeOf, test } from 'vitest';
import { type ContextOf, controller } from './builder.ts';
import { retryAfter, terminal } from './result.ts';
import type { KindName, Readable, Writable } from './types.ts';

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ name: k.string(), size: k.integer().default(1) }),
  status: k.object({ happy: k.boolean(), colour: k.string().optional() }),
});

describe('what a controller has declared', () => {
  test('decides what ctx can read, and the compiler names the missing call', () => {
    controller(Foo)
      .reads(Pod)
      .reconcile((foo, ctx) => {
        expectTypeOf(foo.spec.size).toEqualTypeOf<number>();
        expectTypeOf(ctx.list(Pod)[0]!.metadata.name).toEqualTypeOf<string>();
        expectTypeOf(ctx.list(Foo)[0]!.spec.name).toEqualTypeOf<string>();
        expectTypeOf(ctx.get(Pod, 'jack')!.apiVersion).toEqualTypeOf<'v1'>();
        // @ts-expect-error "Node is not declared: call .reads(Node) on the controller"
        ctx.list(Node);
        // @ts-expect-error the same for get
        ctx.get(Node, 'a');
      });
    expectTypeOf<
      Readable<typeof Node, KindName<typeof Pod>>
    >().toEqualTypeOf<'Node is not declared: call .reads(Node) on the controller'>();
  });

  test('decides what ctx can write: what is only read is readonly', () => {
    controller(Foo)
      .reads(Pod)
      .owns(Deployment)
      .writes(Node)
      .reconcile(async (_foo, ctx) => {
        const deployment = { metadata: { name: 'a' } };
        expectTypeOf(ctx.delete<typeof Deployment>).toBeCallableWith(Deployment, 'a');
        await ctx.delete(Node, 'a');
        await ctx.prune(Deployment, Node);
        // @ts-expect-error "Pod may not be written: call .owns(Pod) or .writes(Pod) on the controller"
        await ctx.prune(Deployment, Pod);
        // @ts-expect-error "Pod may not be written: call .owns(Pod) or .writes(Pod) on the controller"
        await ctx.apply(Pod, { metadata: { name: 'jack' }, spec: { containers: [] } });
        // @ts-expect-error the primary object changes through its status and its finalizer only
        await ctx.delete(Foo, deployment);
        // @ts-expect-error what is only written is not cached
        ctx.list(Node);
      });
    expectTypeOf<
      Writable<typeof Pod, KindName<typeof Deployment>>
    >().toEqualTypeOf<'Pod may not be written: call .owns(Pod) or .writes(Pod) on the controller'>();
  });

  test('is known to the functions that map events', () => {
    controller(Foo)
      .watches(Pod, (pod, ctx) => {
        expectTypeOf(pod.metadata.name).toEqualTypeOf<string>();
        // @ts-expect-error not declared before this watch
        ctx.list(Node);
        return ctx.list(Foo).filter((foo) => foo.spec.name === pod.metadata.name);
      })
      .watches(Node, async (node) => ({ name: node.metadata.name, namespace: 'default' }));
  });
});

test('the status is that of the resource, in parts', () => {
  controller(Foo).reconcile((_foo, ctx) => {
    ctx.status({ happy: true });
    ctx.status({ colour: undefined });
    // @ts-expect-error no such field
    ctx.status({ hapy: true });
    // @ts-expect-error wrong type
    ctx.status({ happy: 'yes' });
  });
});

test('a reconcile function returns nothing, retryAfter or terminal', () => {
  controller(Foo).reconcile(() => {});
  controller(Foo).reconcile(async () => {});
  controller(Foo).reconcile((foo) => (foo.spec.size > 1 ? retryAfter('30s') : undefined));
  controller(Foo).reconcile(async (foo) => {
    if (foo.spec.size > 3) return terminal('too big');
    if (foo.spec.size > 1) return retryAfter(1000);
  });
  // @ts-expect-error a number says nothing
  controller(Foo).reconcile(async () => 30);
});

test('helpers name the context of their controller', () => {
  const foos = controller(Foo).reads(Pod);
  const helper = (ctx: ContextOf<typeof foos>) => {
    // @ts-expect-error not declared
    ctx.list(Node);
    return ctx.list(Pod).length;
  };
  foos.reconcile((_foo, ctx) => {
    expectTypeOf(helper(ctx)).toEqualTypeOf<number>();
  });
});

test('a map function sees the change with the types of its kind', () => {
  controller(Foo).watches(
    Pod,
    (_pod, _ctx, change) => {
      expectTypeOf(change.new?.spec?.nodeName).toEqualTypeOf<string | undefined>();
      if (change.type === 'create') expectTypeOf(change.old).toEqualTypeOf<undefined>();
      if (change.type === 'update') expectTypeOf(change.old.metadata.name).toEqualTypeOf<string>();
      return undefined;
    },
    {
      whenChanged: (pod) => {
        expectTypeOf(pod.metadata.name).toEqualTypeOf<string>();
        // @ts-expect-error no such field
        return pod.spec?.nodeNam;
      },
    },
  );
});

test('a policy for errors of a class gets errors of that class', () => {
  class Throttled extends Error {
    readonly waitMs = 1000;
  }
  controller(Foo)
    .onError(Throttled, { retryAfter: (error) => error.waitMs })
    .onError((error) => error instanceof RangeError, { terminal: true })
    .every('10m')
    // @ts-expect-error a class without that member
    .onError(Error, { retryAfter: (error) => error.waitMs });
});

test('the reasons of a run are readonly data', () => {
  controller(Foo).reconcile((_foo, ctx) => {
    expectTypeOf(ctx.triggers[0]!.object?.name).toEqualTypeOf<string | undefined>();
    // @ts-expect-error they are shared
    ctx.triggers.push({ type: 'retry' });
  });
});
