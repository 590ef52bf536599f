import { describe, expect, it } from 'vitest';
import { pruneAndFindUnknown } from './prune.ts';
import type { StructuralSchema } from './schema.ts';

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        a: { type: 'string' },
        list: { type: 'array', items: { type: 'object', properties: { b: { type: 'string' } } } },
        map: { type: 'object', additionalProperties: { type: 'object', properties: { c: { type: 'string' } } } },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { closed: { type: 'object', properties: { d: { type: 'string' } } } },
        },
        embedded: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          properties: { spec: { type: 'object', properties: {} } },
        },
      },
    },
  },
};

function prune(spec: object) {
  const { value, unknown } = pruneAndFindUnknown(
    schema,
    { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec },
    { root: true },
  );
  return { spec: value.spec, unknown };
}

describe('pruning', () => {
  it('drops what the schema does not have and names it', () => {
    expect(prune({ a: 'x', z: 1, list: [{ b: 'x' }, { b: 'x', y: 1 }], map: { k: { c: 'x', w: 1 } } })).toEqual({
      spec: { a: 'x', list: [{ b: 'x' }, { b: 'x' }], map: { k: { c: 'x' } } },
      unknown: ['spec.list[1].y', 'spec.map.k.w', 'spec.z'],
    });
  });

  it('keeps unknown fields where the schema preserves them, but not below declared fields', () => {
    expect(prune({ open: { x: { y: 1 }, closed: { d: 'x', e: 1 } } })).toEqual({
      spec: { open: { x: { y: 1 }, closed: { d: 'x' } } },
      unknown: ['spec.open.closed.e'],
    });
  });

  it('keeps apiVersion, kind and metadata of embedded objects', () => {
    const embedded = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { z: 1 }, data: 1 };
    expect(prune({ embedded })).toEqual({
      spec: { embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} } },
      unknown: ['spec.embedded.data', 'spec.embedded.spec.z'],
    });
  });

  it('returns the very object when nothing is unknown', () => {
    const object = { apiVersion: 'a/v1', kind: 'A', metadata: {}, spec: { list: [{ b: 'x' }] } };
    expect(pruneAndFindUnknown(schema, object, { root: true }).value).toBe(object);
  });

  it('is not led astray by fields named like members of Object', () => {
    const spec = JSON.parse('{"__proto__": {"a": 1}, "constructor": 1, "open": {"__proto__": {"b": 1}}}') as object;
    const pruned = prune(spec);
    expect(pruned.unknown).toEqual(['spec.__proto__', 'spec.constructor']);
    expect(JSON.stringify(pruned.spec)).toBe('{"open":{"__proto__":{"b":1}}}');
  });
});
