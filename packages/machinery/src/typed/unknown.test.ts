import { typeOf } from '@opwright/kubernetes/data';
import { describe, expect, test } from 'vitest';
import { pruneUnknown } from './prune.ts';
import type { FieldNode, StructNode, TypeNode } from './type-node.ts';
import { unknownFields } from './unknown.ts';

const field = (name: string, type: TypeNode): [string, FieldNode] => [
  name,
  { name, type, required: false, whenAbsent: 'omit', pointer: false, nullable: false, patchStrategy: [] },
];
const struct = (fields: [string, FieldNode][], more: Partial<StructNode> = {}): StructNode => ({
  node: 'struct',
  name: '',
  fields: new Map(fields),
  atomic: false,
  preserveUnknown: false,
  embeddedResource: false,
  ...more,
});
const text: TypeNode = { node: 'scalar', scalar: 'string' };
const type = struct([
  field('map', { node: 'map', value: struct([field('a', text)]), atomic: false }),
  field('list', { node: 'list', item: struct([field('a', text)]), listType: 'atomic', keys: [] }),
  field('free', struct([field('inner', struct([]))], { preserveUnknown: true })),
  field('pod', struct([], { embeddedResource: true })),
  field('any', { node: 'any', name: '' }),
]);

describe('fields that the type does not have', () => {
  const value = {
    x: 1,
    map: { k: { a: 'a', y: 1 } },
    list: [{ a: 'a' }, { z: 1 }],
    free: { kept: 1, inner: { lost: 1 } },
    pod: { kind: 'Pod', apiVersion: 'v1', metadata: { anything: 1 }, lost: 1 },
    any: { anything: [1] },
  };

  test('are found in structs, maps and lists, and where unknown fields are preserved, in known ones below', () => {
    expect(unknownFields(type, value)).toEqual(['x', 'map.k.y', 'list[1].z', 'free.inner.lost', 'pod.lost']);
  });

  test('are pruned, everything else stays', () => {
    const before = JSON.stringify(value);
    expect(pruneUnknown(type, value)).toEqual({
      map: { k: { a: 'a' } },
      list: [{ a: 'a' }, {}],
      free: { kept: 1, inner: {} },
      pod: { kind: 'Pod', apiVersion: 'v1', metadata: { anything: 1 } },
      any: { anything: [1] },
    });
    expect(JSON.stringify(value)).toBe(before);
  });

  test('are none in a value of another shape than the type', () => {
    const odd = { map: [], list: {}, free: 'x', any: null };
    expect(unknownFields(type, odd)).toEqual([]);
    expect(pruneUnknown(type, odd)).toBe(odd);
  });

  test('of a built-in kind', () => {
    const pod = { spec: { containers: [{ name: 'c', imagePullpolicy: 'Always' }] } };
    expect(unknownFields(typeOf('v1', 'Pod')!, pod)).toEqual(['spec.containers[0].imagePullpolicy']);
  });
});

test('what has nothing to prune is returned as it is, parts of it shared', () => {
  const list = [{ a: 'a' }];
  const clean = { list };
  expect(pruneUnknown(type, clean)).toBe(clean);
  expect(pruneUnknown(type, { list, x: 1 }).list).toBe(list);
});
