import type { Infer, InferInput, KubeObject, ObjectMeta, Resource } from '@opwright/machinery';
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
    expectTypeOf<Foo['metadata']>().toEqualTypeOf<ObjectMeta>();
    expectTypeOf<Foo['spec']>().toEqualTypeOf<{ readonly name: string; readonly size: number }>();
    expectTypeOf<Foo['status']>().toEqualTypeOf<{ readonly happy?: boolean } | undefined>();
    expectTypeOf<Foo>().toExtend<KubeObject>();
    expectTypeOf(Foo).toExtend<Resource>();
  });

  it('lets a person leave out what follows or has a default', () => {
    type Input = InferInput<typeof Foo>;
    expectTypeOf<Input['spec']>().toEqualTypeOf<{ readonly name: string; readonly size?: number }>();
    const input: Input = { metadata: { name: 'a' }, spec: { name: 'jack' } };
    // @ts-expect-error spec is required
    const missing: Input = { metadata: { name: 'a' } };
    // @ts-expect-error the kind is a literal
    const other: Input = { ...input, kind: 'Bar' };
    expect([missing.metadata.name, other.kind]).toEqual(['a', 'Bar']);
  });

  it('has an optional spec where the node is optional, and a status where it has a default', () => {
    const Bar = defineResource({
      group: 'a.b',
      version: 'v1',
      kind: 'Bar',
      spec: k.object({ a: k.string() }).optional(),
      status: k.object({ phase: k.string().default('New') }).default({}),
    });
    expectTypeOf<Infer<typeof Bar>['spec']>().toEqualTypeOf<{ readonly a: string } | undefined>();
    expectTypeOf<Infer<typeof Bar>['status']>().toEqualTypeOf<{ readonly phase: string }>();
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
    expect(Job.apiVersion).toBe('a.b/v1');
    expect(Job.versions.v2.apiVersion).toBe('a.b/v2');
  });
});

describe('defineResource', () => {
  it('fills in the names', () => {
    expect(Foo).toMatchObject({
      apiVersion: 'tutorial.my.domain/v1',
      plural: 'foos',
      singular: 'foo',
      listKind: 'FooList',
      scope: 'Namespaced',
      subresources: ['status'],
    });
  });

  it('gives a frozen value', () => {
    expect([Foo, Foo.schema, Foo.versions, Foo.versions.v1, Foo.columns].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    ['Policy', 'policies'],
    ['Ingress', 'ingresses'],
    ['Gateway', 'gateways'],
    ['Patch', 'patches'],
    ['Proxy', 'proxies'],
    ['Box', 'boxes'],
    ['Memcached', 'memcacheds'],
  ])('%s → %s', (kind, plural) => {
    expect(defineResource({ group: 'a.b', version: 'v1', kind }).plural).toBe(plural);
  });
});

const base = { group: 'a.b', version: 'v1', kind: 'Foo' } as const;

describe('what cannot be a valid CRD is an Error that names the place and the remedy', () => {
  it.each([
    [
      'a column that finds nothing',
      () => defineResource({ ...base, spec: k.object({}), columns: { Size: '.spec.size' } }),
      'columns.Size: the schema has no field .spec.size; correct the path or add the field',
    ],
    [
      'a column that is no path',
      () => defineResource({ ...base, spec: k.object({}), columns: { Size: 'spec.size' } }),
      'columns.Size: spec.size is not a JSON path such as .spec.replicas',
    ],
    [
      'a scale path outside of spec',
      () =>
        defineResource({
          ...base,
          spec: k.object({ replicas: k.int32() }),
          scale: { specReplicasPath: '.metadata.generation', statusReplicasPath: '.status.replicas' },
        }),
      'scale.specReplicasPath: .metadata.generation must be a path under .spec',
    ],
    [
      'a selectable object',
      () => defineResource({ ...base, spec: k.object({}), selectableFields: ['.spec'] }),
      'selectableFields[0]: .spec is object; only string, boolean and integer fields can be selected by',
    ],
    [
      'no stored version',
      () => defineResource({ group: 'a.b', kind: 'Foo', versions: { v1: { storage: false }, v2: {} } }),
      'versions: none is stored; say storage: true in exactly one',
    ],
    [
      'two stored versions',
      () => defineResource({ group: 'a.b', kind: 'Foo', versions: { v1: { storage: true }, v2: { storage: true } } }),
      'versions: v1 and v2 are both stored; say storage: true in exactly one',
    ],
    [
      'a default that its schema rejects',
      () => defineResource({ ...base, spec: k.object({ size: k.int32().max(3).default(5) }) }),
      'spec.size.default: Invalid value: 5:  in body should be less than or equal to 3; give a default that the schema accepts',
    ],
    [
      'a default with unknown fields',
      () => defineResource({ ...base, spec: k.raw({ type: 'object', properties: {}, default: { a: 1 } }) }),
      'spec.default: Invalid value: map[string]interface {}{"a":1}: must not have unknown fields; remove the fields that the schema does not have',
    ],
    [
      'a set of granular objects',
      () => defineResource({ ...base, spec: k.object({ set: k.set(k.object({})) }) }),
      'call .atomic() on the item of the set',
    ],
    [
      'a key that may be absent',
      () =>
        defineResource({
          ...base,
          spec: k.object({
            list: k.listMap(k.raw<{ k: string }>({ type: 'object', properties: { k: { type: 'string' } } }), ['k']),
          }),
        }),
      'spec.list[].k.default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property; make the key required or give it a default',
    ],
    [
      'a schema without type',
      () => defineResource({ ...base, spec: k.raw({ properties: { a: { type: 'string' } } }) }),
      'spec.type: Required value: must not be empty for specified object fields',
    ],
    [
      'a root rule on labels',
      () =>
        defineResource({
          ...base,
          rules: [{ rule: "has(self.metadata.labels) || self.metadata.name == 'self.metadata.uid'" }],
        }),
      "x-kubernetes-validations[0].rule: compilation failed: ERROR: <input>:1:4: undefined field 'labels'\n     | has(self.metadata.labels) || self.metadata.name == 'self.metadata.uid'\n     | ...^\n    of metadata, rules see name and generateName only",
    ],
    [
      'a rule that does not fit its schema',
      () =>
        defineResource({
          ...base,
          spec: k.object({ size: k.int32(), name: k.string() }).rule('self.size == self.name'),
        }),
      "spec.x-kubernetes-validations[0].rule: compilation failed: ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(int, string)'\n     | self.size == self.name\n     | ..........^",
    ],
    [
      'a rule that may take too long',
      () =>
        defineResource({
          ...base,
          spec: k
            .object({ names: k.array(k.string()), other: k.string().maxLength(5) })
            .rule('self.names.all(a, self.names.all(b, a != b))'),
        }),
      'give a bound (maxItems, maxProperties, maxLength) to spec.names',
    ],
    [
      'a transition rule in a list without keys',
      () => defineResource({ ...base, spec: k.object({ list: k.array(k.string().rule('self == oldSelf')) }) }),
      'oldSelf cannot be used on the uncorrelatable portion of the schema',
    ],
    [
      'a pattern that RE2 does not have',
      () => defineResource({ ...base, spec: k.object({ name: k.string().pattern('^(?!x)') }) }),
      'spec.name.pattern: Invalid value: "^(?!x)": must be a valid regular expression',
    ],
    [
      'a group without a dot',
      () => defineResource({ ...base, group: 'apps' }),
      'group: "apps" should be a domain with at least one dot, such as apps.example.com',
    ],
    [
      'a group of Kubernetes',
      () => defineResource({ ...base, group: 'apps.k8s.io' }),
      'group: apps.k8s.io is protected; take a domain of your own, or say the annotation api-approved.kubernetes.io',
    ],
  ])('%s', (_name, define, text) => {
    expect(define).toThrow(text);
  });

  it('which lists all problems together, by version', () => {
    const define = () =>
      defineResource({
        group: 'a.b',
        kind: 'Foo',
        versions: {
          v1: { spec: k.object({ size: k.int32().min(1).default(0) }), columns: { A: '.spec.a' } },
          v2: { columns: { B: '.spec.b' } },
        },
      });
    expect(define).toThrow(
      [
        'Foo.a.b cannot become a valid CustomResourceDefinition:',
        '  - versions: none is stored; say storage: true in exactly one',
        '  - versions.v1.spec.size.default: Invalid value: 0:  in body should be greater than or equal to 1; give a default that the schema accepts',
        '  - versions.v1.columns.A: the schema has no field .spec.a; correct the path or add the field',
        '  - versions.v2.columns.B: the schema has no field .spec.b; correct the path or add the field',
      ].join('\n'),
    );
  });
});
