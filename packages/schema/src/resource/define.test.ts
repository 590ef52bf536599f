import type { Infer, InferInput } from '@opwright/machinery';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineResource, k } from '../index.ts';

const Foo = defineResource({
  group: 'tutorial.my.domain',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ name: k.string().minLength(1), size: k.int32().default(1) }),
  status: k.object({ happy: k.boolean().optional() }),
  columns: { Friend: '.spec.name', Happy: '.status.happy', Age: '.metadata.creationTimestamp' },
});
type Foo = Infer<typeof Foo>;

describe('the type of a resource', () => {
  it('has literal names, a required spec and an optional status', () => {
    expectTypeOf<Foo['apiVersion']>().toEqualTypeOf<'tutorial.my.domain/v1'>();
    expectTypeOf<Foo['kind']>().toEqualTypeOf<'Foo'>();
    expectTypeOf<Foo['spec']>().toEqualTypeOf<{ readonly name: string; readonly size: number }>();
    expectTypeOf<Foo['status']>().toEqualTypeOf<{ readonly happy?: boolean } | undefined>();
    expectTypeOf<InferInput<typeof Foo>['spec']>().toEqualTypeOf<{ readonly name: string; readonly size?: number }>();
  });

  it('stands for the version that is stored', () => {
    const Job = defineResource({
      group: 'a.b',
      kind: 'Job',
      versions: {
        v1: { spec: k.object({ schedule: k.string() }), storage: true },
        v2: { spec: k.object({ schedule: k.object({ minute: k.string() }) }) },
      },
    });
    expectTypeOf<Infer<typeof Job>['apiVersion']>().toEqualTypeOf<'a.b/v1'>();
    expectTypeOf<Infer<typeof Job>['spec']['schedule']>().toEqualTypeOf<string>();
    expectTypeOf<Infer<typeof Job.versions.v2>['spec']['schedule']['minute']>().toEqualTypeOf<string>();
    expectTypeOf<Infer<typeof Job.versions.v2>['apiVersion']>().toEqualTypeOf<'a.b/v2'>();
    expect(Job.versions.v2.apiVersion).toBe('a.b/v2');
  });
});

describe('defineResource', () => {
  it('fills in the names', () => {
    expect(Foo).toMatchObject({
      plural: 'foos',
      singular: 'foo',
      listKind: 'FooList',
      scope: 'Namespaced',
      subresources: ['status'],
    });
  });
});
