import { typeOf } from '@opwright/kubernetes/data';
import { expect, test } from 'vitest';
import { applyDefaults } from './defaults.ts';
import type { FieldNode, StructNode, TypeNode } from './type-node.ts';

const field = (name: string, type: TypeNode, more: Partial<FieldNode> = {}): [string, FieldNode] => [
  name,
  { name, type, required: false, whenAbsent: 'omit', pointer: false, nullable: false, patchStrategy: [], ...more },
];
const struct = (fields: [string, FieldNode][]): StructNode => ({
  node: 'struct',
  name: '',
  fields: new Map(fields),
  atomic: false,
  preserveUnknown: false,
  embeddedResource: false,
});
const text: TypeNode = { node: 'scalar', scalar: 'string' };
const inner = struct([field('a', text, { default: 'A' })]);
const type = struct([
  field('text', text, { default: 't' }),
  field('nullable', text, { default: 'n', nullable: true }),
  field('outer', struct([field('inner', inner, { default: {} })]), { default: {} }),
  field('absent', inner),
  field('map', { node: 'map', value: inner, atomic: false }),
  field('list', { node: 'list', item: inner, listType: 'atomic', keys: [] }),
]);

test('defaults fill in what is absent, a default is filled in itself, an absent object is not made up', () => {
  const object = { map: { k: {} }, list: [{}, { a: 'x' }] };
  applyDefaults(type, object);
  expect(object).toEqual({
    text: 't',
    nullable: 'n',
    outer: { inner: { a: 'A' } },
    map: { k: { a: 'A' } },
    list: [{ a: 'A' }, { a: 'x' }],
  });
});

test('null is replaced unless it is a value of its own', () => {
  const object = { text: null, nullable: null };
  applyDefaults(type, object);
  expect(object).toMatchObject({ text: 't', nullable: null });
});

test('two objects do not share a default', () => {
  const [a, b]: { outer?: { inner: { a: string } } }[] = [{}, {}];
  applyDefaults(type, a);
  applyDefaults(type, b);
  a!.outer!.inner.a = 'changed';
  expect(b!.outer!.inner.a).toBe('A');
  expect(inner.fields.get('a')!.default).toBe('A');
});

test('values of another shape than the type are left alone', () => {
  const object = { text: 1, outer: [], map: 'x', list: { a: 1 } };
  applyDefaults(type, object);
  expect(object).toEqual({ text: 1, nullable: 'n', outer: [], map: 'x', list: { a: 1 } });
});

test('built-in kinds have the few that their OpenAPI declares', () => {
  const pod = {
    spec: { containers: [{ name: 'c', ports: [{ containerPort: 80 }] }], volumes: [{ name: 'v', rbd: {} }] },
  };
  applyDefaults(typeOf('v1', 'Pod')!, pod);
  expect(pod).toEqual({
    spec: {
      containers: [{ name: 'c', ports: [{ containerPort: 80, protocol: 'TCP' }] }],
      volumes: [{ name: 'v', rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' } }],
    },
  });
});
