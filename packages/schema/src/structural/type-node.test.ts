import { describe, expect, it } from 'vitest';
import { k } from '../index.ts';
import { objectMetaType } from './object-meta.ts';
import { typeNodeOf } from './type-node.ts';

describe('the structure of a schema', () => {
  it('has a scalar for every kind of value', () => {
    const scalarOf = (node: k.AnyNode) => {
      const type = typeNodeOf(node.schema);
      return type.node === 'scalar' ? type.scalar : type.node;
    };
    expect(
      [
        k.string(),
        k.int32(),
        k.int64(),
        k.integer(),
        k.number(),
        k.boolean(),
        k.intOrString(),
        k.quantity(),
        k.time(),
        k.json(),
      ].map(scalarOf),
    ).toEqual([
      'string',
      'int32',
      'int64',
      'integer',
      'number',
      'boolean',
      'intOrString',
      'intOrString',
      'string',
      'any',
    ]);
  });

  it('tells structs, maps and lists with their merge semantics', () => {
    expect(typeNodeOf(k.record(k.string()).atomic().schema)).toEqual({
      node: 'map',
      value: { node: 'scalar', scalar: 'string' },
      atomic: true,
    });
    expect(typeNodeOf(k.array(k.string()).schema)).toMatchObject({ node: 'list', listType: 'atomic' });
    expect(typeNodeOf(k.listMap(k.object({ a: k.string() }), ['a']).schema)).toMatchObject({
      listType: 'map',
      keys: ['a'],
    });
    expect(typeNodeOf(k.preserveUnknown().schema)).toMatchObject({ node: 'struct', preserveUnknown: true });
  });

  it('has the fields with what the schema says about them', () => {
    const node = typeNodeOf(
      k.object({ a: k.string(), b: k.integer().default(1), c: k.string().nullable().optional() }).schema,
    );
    const fields = node.node === 'struct' ? [...node.fields.values()] : [];
    expect(fields).toMatchObject([
      { name: 'a', required: true, nullable: false },
      { name: 'b', required: false, default: 1 },
      { name: 'c', required: false, nullable: true },
    ]);
  });

  it('implies apiVersion, kind and metadata at the root and in embedded objects', () => {
    const root = typeNodeOf(
      { type: 'object', properties: { metadata: { type: 'object' }, spec: { type: 'object' } } },
      { root: true },
    );
    expect(root.node === 'struct' && [...root.fields.keys()]).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(root.node === 'struct' && root.fields.get('metadata')?.type).toBe(objectMetaType);
    const embedded = typeNodeOf(k.embeddedResource().schema);
    expect(embedded.node === 'struct' && embedded.fields.get('metadata')?.type).toBe(objectMetaType);
  });
});
