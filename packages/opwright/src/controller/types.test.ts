import { Deployment } from '@opwright/kubernetes/apps';
import { Node, Pod } from '@opwright/kubernetes/core';
import type { Infer } from '@opwright/machinery';
import { defineResource, k } from '@opwright/schema';
import { describe, expectTypeOf, test } from 'vitest';
import { metadataOf, projectionOf } from '../cache/views.ts';
import type { Manager } from '../manager/manager.ts';
import { type ContextOf, controller } from './builder.ts';
import { inbox } from './inbox.ts';
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

  test('holds for the cluster that it was declared for', () => {
    controller(Foo, { clusters: ['source'] })
      .reads(Pod, { cluster: 'target' })
      .writes(Deployment, { cluster: 'target' })
      .writes(Node, { cluster: '*' })
      .watches(
        Node,
        (node, ctx) => {
          expectTypeOf(ctx.in('target').list(Node)).toEqualTypeOf<readonly (typeof node)[]>();
          return [];
        },
        { cluster: 'target' },
      )
      .reconcile(async (_foo, ctx) => {
        expectTypeOf(ctx.in('target').get(Pod, 'jack')!.apiVersion).toEqualTypeOf<'v1'>();
        await ctx.in('target').delete(Deployment, 'a');
        await ctx.in('target').delete(Node, 'a');
        await ctx.in(ctx.cluster as string).delete(Node, 'a');
        // @ts-expect-error "Pod is not declared: call .reads(Pod) on the controller"
        ctx.list(Pod);
        // @ts-expect-error "Deployment may not be written there: call .writes(Deployment, { cluster: 'other' })"
        await ctx.in('other').delete(Deployment, 'a');
        // @ts-expect-error a name that the compiler does not know has what was declared for all
        await ctx.in(ctx.cluster as string).delete(Deployment, 'a');
        // @ts-expect-error "Foo is not declared for the cluster: call .reads(Foo, { cluster: 'target' })"
        ctx.in('target').list(Foo);
      });
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

test('a view of metadata is another declaration than the kind', () => {
  controller(Foo)
    .reads(metadataOf(Pod))
    .owns(metadataOf(Deployment))
    .reconcile(async (_foo, ctx) => {
      expectTypeOf(ctx.list(metadataOf(Pod))[0]!.metadata.labels).toEqualTypeOf<
        Readonly<Record<string, string>> | undefined
      >();
      expectTypeOf(ctx.list(metadataOf(Pod))[0]!.kind).toEqualTypeOf<'Pod'>();
      // @ts-expect-error there is no spec in it
      ctx.list(metadataOf(Pod))[0]!.spec;
      // @ts-expect-error "Pod is not declared: call .reads(Pod) on the controller"
      ctx.list(Pod);
      // @ts-expect-error the whole kind is written, though its metadata is all that is read
      ctx.list(Deployment);
      await ctx.delete(Deployment, 'a');
    });
  controller(Foo)
    .reads(Pod)
    .reconcile((_foo, ctx) => {
      // @ts-expect-error "the metadata of Pod is not declared: call .reads(metadataOf(Pod)) on the controller"
      ctx.list(metadataOf(Pod));
      // @ts-expect-error what is not declared is not looked for
      ctx.serves(Node);
    });
});

test('a view of some fields has these, and every one is declared by itself', () => {
  const Placement = projectionOf(Pod, { spec: ['nodeName'], status: true });
  controller(Foo)
    .watches(Placement, (pod) => {
      expectTypeOf(pod.spec?.nodeName).toEqualTypeOf<string | undefined>();
      expectTypeOf(pod.status).toEqualTypeOf<Infer<typeof Pod>['status']>();
      // @ts-expect-error it is not among the fields
      pod.spec?.containers;
      return undefined;
    })
    .reconcile((_foo, ctx) => {
      expectTypeOf(ctx.get(Placement, 'a')!.metadata.name).toEqualTypeOf<string>();
      ctx.list(projectionOf(Pod, { spec: ['nodeName'] }));
      ctx.list(metadataOf(Pod));
      // @ts-expect-error "not all of these fields of Pod are declared: call .reads(projectionOf(Pod, { … })) on the controller"
      ctx.list(projectionOf(Pod, { spec: ['nodeName', 'hostname'] }));
      // @ts-expect-error "Pod is not declared: call .reads(Pod) on the controller"
      ctx.list(Pod);
    });
  // @ts-expect-error there is no such field
  projectionOf(Pod, { spec: ['nodename'] });
  // @ts-expect-error the metadata is always there
  projectionOf(Pod, { metadata: ['name'] });
});

test('a watch that is added to a running controller has the types of both', () => {
  const foos = controller(Foo)
    .reads(Node)
    .reconcile(() => {});
  const add = (manager: Manager) =>
    manager.watch(foos, Pod, (pod, ctx) => {
      expectTypeOf(pod.kind).toEqualTypeOf<'Pod'>();
      ctx.list(Node);
      ctx.list(Pod);
      // @ts-expect-error neither of them reads it
      ctx.list(Deployment);
      return ctx.list(Foo);
    });
  expectTypeOf(add).returns.toHaveProperty('stop');
});

test('what comes from outside of the cluster has its own type, and may read what was declared before', () => {
  const pushes = inbox<{ readonly repository: string }>();
  controller(Foo)
    .reads(Pod)
    .polls(
      'buckets',
      { every: '1m', list: async () => [{ name: 'x', size: 1 }], id: ({ name }) => name },
      (bucket, ctx, change) => {
        expectTypeOf(bucket).toEqualTypeOf<{ name: string; size: number }>();
        expectTypeOf(change.old).toEqualTypeOf<{ name: string; size: number } | undefined>();
        // @ts-expect-error not declared
        ctx.list(Node);
        return ctx.list(Foo).filter((foo) => foo.spec.size === bucket.size);
      },
    )
    .receives(
      'pushes',
      () => pushes,
      // @ts-expect-error a name alone names no namespace
      (push) => {
        expectTypeOf(push.repository).toEqualTypeOf<string>();
        return push.repository;
      },
    );
});
