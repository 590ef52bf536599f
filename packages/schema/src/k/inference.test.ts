import type { JsonValue, Condition as MachineryCondition } from '@opwright/machinery';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { k } from '../index.ts';

type Stored<N extends k.AnyNode> = k.StoredOf<N>;
type Input<N extends k.AnyNode> = k.InputOf<N>;

describe('the types of nodes', () => {
  it('make fields required unless they are optional or defaulted', () => {
    const node = k.object({
      name: k.string().minLength(1),
      replicas: k.integer().min(0).default(1),
      paused: k.boolean().optional(),
      note: k.string().nullable(),
    });
    expectTypeOf<Stored<typeof node>>().toEqualTypeOf<{
      readonly name: string;
      readonly replicas: number;
      readonly paused?: boolean;
      readonly note: string | null;
    }>();
    expectTypeOf<Input<typeof node>>().toEqualTypeOf<{
      readonly name: string;
      readonly replicas?: number;
      readonly paused?: boolean;
      readonly note: string | null;
    }>();
  });

  it('keep what optional, default and nullable say, in any order of calls', () => {
    const node = k.object({
      a: k.string().optional().minLength(2).describe('x'),
      b: k.string().default('x').maxLength(3),
      c: k.string().optional().default('x'),
      d: k.enum('Allow', 'Forbid').default('Allow'),
      e: k.string().optional().enum('x', 'y'),
      f: k.string().nullable().optional().rule('true'),
    });
    expectTypeOf<Stored<typeof node>>().toEqualTypeOf<{
      readonly a?: string;
      readonly b: string;
      readonly c: string;
      readonly d: 'Allow' | 'Forbid';
      readonly e?: 'x' | 'y';
      readonly f?: string | null;
    }>();
  });

  it('nest, with defaults present at every depth', () => {
    const node = k.object({
      items: k.array(k.object({ port: k.int32(), protocol: k.enum('TCP', 'UDP').default('TCP') })),
      labels: k.record(k.string()).optional(),
      strategy: k.object({ type: k.string().default('Rolling') }).default({}),
    });
    expectTypeOf<Stored<typeof node>>().toEqualTypeOf<{
      readonly items: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[];
      readonly labels?: Readonly<Record<string, string>>;
      readonly strategy: { readonly type: string };
    }>();
    expectTypeOf<Input<typeof node>>().toEqualTypeOf<{
      readonly items: readonly { readonly port: number; readonly protocol?: 'TCP' | 'UDP' }[];
      readonly labels?: Readonly<Record<string, string>>;
      readonly strategy?: { readonly type?: string };
    }>();
  });

  it('are readonly at every depth', () => {
    const node = k.object({ list: k.array(k.string()), map: k.record(k.number()), deep: k.object({ a: k.string() }) });
    const value = {} as Stored<typeof node>;
    const write = () => {
      // @ts-expect-error objects handed out are shared
      value.deep.a = 'x';
      // @ts-expect-error lists are readonly
      value.list.push('x');
      // @ts-expect-error maps are readonly
      value.map.x = 1;
    };
    expect(write).toThrow();
  });

  it('narrow to the values of an enum, and widen to an embedded object', () => {
    const node = k.object({
      level: k.int32().enum(1, 2).default(1),
      pod: k.object({ spec: k.object({ a: k.string() }) }).embeddedResource(),
    });
    expectTypeOf<Stored<typeof node>['level']>().toEqualTypeOf<1 | 2>();
    expectTypeOf<Stored<typeof node>['pod']['kind']>().toEqualTypeOf<string>();
    expectTypeOf<Stored<typeof node>['pod']['spec']>().toEqualTypeOf<{ readonly a: string }>();
    expect(node.schema.properties?.level).toEqual({ type: 'integer', format: 'int32', enum: [1, 2], default: 1 });
  });

  it('of built-in and raw nodes are what the author says', () => {
    const node = k.object({
      pod: k.builtin<{ readonly containers: readonly string[] }>({ node: 'any', name: '' }),
      raw: k.raw<{ list: { a: string }[] }>({ type: 'object' }),
      untyped: k.raw({ type: 'object' }),
      object: k.embeddedResource(),
    });
    expectTypeOf<Stored<typeof node>['pod']>().toEqualTypeOf<{ readonly containers: readonly string[] }>();
    expectTypeOf<Stored<typeof node>['raw']>().toEqualTypeOf<{ readonly list: readonly { readonly a: string }[] }>();
    expectTypeOf<Stored<typeof node>['untyped']>().toEqualTypeOf<JsonValue>();
    expectTypeOf<Stored<typeof node>['object']['kind']>().toEqualTypeOf<string>();
    expectTypeOf<Stored<typeof node>['object']['spec']>().toEqualTypeOf<unknown>();
  });

  it('of conditions are those of machinery', () => {
    type Condition = Stored<ReturnType<typeof k.condition>>;
    expectTypeOf<Condition['status']>().toEqualTypeOf<'True' | 'False' | 'Unknown'>();
    expectTypeOf<Condition>().toEqualTypeOf<MachineryCondition>();
    expectTypeOf<Condition['observedGeneration']>().toEqualTypeOf<number | undefined>();
  });
});

describe('a wrong combination does not compile', () => {
  it('of a constraint with a type', () => {
    // @ts-expect-error text has a length, numbers have bounds
    expect(() => k.number().minLength(1)).toThrow();
    // @ts-expect-error numbers have bounds, text has a length
    expect(() => k.string().min(1)).toThrow();
    // @ts-expect-error arrays have items
    expect(() => k.array(k.string()).maxLength(1)).toThrow();
    // @ts-expect-error a boolean has no pattern
    expect(() => k.boolean().pattern('x')).toThrow();
  });

  it('of a default with a type', () => {
    // @ts-expect-error a default has the node's type
    k.integer().default('1');
    // @ts-expect-error a default is one of the values
    k.enum('a', 'b').default('c');
    // @ts-expect-error a default has the required fields
    k.object({ a: k.string() }).default({});
    k.object({ a: k.string().optional() }).default({});
    k.string().nullable().default(null);
  });

  it('of list keys with an item', () => {
    const item = k.object({
      name: k.string(),
      zone: k.string().optional(),
      port: k.int32().default(80),
      tags: k.array(k.string()),
    });
    k.listMap(item, ['name', 'port']);
    // @ts-expect-error the item has no such field
    k.listMap(item, ['nope']);
    // @ts-expect-error a key is required or has a default
    k.listMap(item, ['zone']);
    // @ts-expect-error a key is a scalar
    k.listMap(item, ['tags']);
    // @ts-expect-error there is at least one key
    k.listMap(item, []);
  });

  it('of one-of with required fields', () => {
    const node = k.object({
      a: k.string().optional(),
      b: k.string().optional(),
      c: k.string(),
      d: k.string().default('x'),
    });
    node.exactlyOneOf('a', 'b');
    // @ts-expect-error a required field is always set
    node.exactlyOneOf('a', 'c');
    // @ts-expect-error a defaulted field is always set
    node.atMostOneOf('a', 'd');
    // @ts-expect-error one field alone is no choice
    node.exactlyOneOf('a');
  });
});

describe('nodes are values', () => {
  it('frozen, and never changed by a method', () => {
    const name = k.string();
    const short = name.maxLength(5);
    expect(name.schema).toEqual({ type: 'string' });
    expect(short.schema).toEqual({ type: 'string', maxLength: 5 });
    expect(Object.isFrozen(short) && Object.isFrozen(short.schema)).toBe(true);
  });

  it('that compose by spreading their fields', () => {
    const named = k.object({ name: k.string() });
    const placed = k.object({ ...named.fields, zone: k.string().optional() });
    expectTypeOf<Stored<typeof placed>>().toEqualTypeOf<{ readonly name: string; readonly zone?: string }>();
    expect(Object.keys(placed.schema.properties ?? {})).toEqual(['name', 'zone']);
  });

  it('that functions can make for any item', () => {
    const page = <Item extends k.AnyNode>(item: Item) =>
      k.object({ items: k.array(item), next: k.string().optional() });
    const numbers = page(k.integer());
    expectTypeOf<Stored<typeof numbers>['items']>().toEqualTypeOf<readonly number[]>();
  });

  it('whose defaults do not change with what they were made of', () => {
    const value = { list: ['a'] };
    const node = k.object({ list: k.array(k.string()) }).default(value);
    value.list.push('b');
    expect(node.schema.default).toEqual({ list: ['a'] });
  });

  it('that survive fields named like members of Object', () => {
    const node = k.object({ constructor: k.string(), ['__proto__']: k.string() });
    expect(Object.keys(node.schema.properties ?? {})).toEqual(['constructor', '__proto__']);
  });
});
