import { typeOf } from '@opwright/kubernetes/data';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderFields } from './encode-order.ts';
import type { StructNode } from './type-node.ts';

const custom: StructNode = {
  node: 'struct',
  name: '',
  fields: new Map(),
  atomic: false,
  preserveUnknown: true,
  embeddedResource: false,
};

describe('built-in kinds', () => {
  test('have their fields in the order of the Go struct, map keys in byte order', () => {
    const configMap = {
      data: { b: '2', a: '1', B: '0' },
      metadata: { uid: 'u', name: 'n', creationTimestamp: '2026-01-01T00:00:00Z' },
      apiVersion: 'v1',
      kind: 'ConfigMap',
    };
    expect(JSON.stringify(orderFields(typeOf('v1', 'ConfigMap')!, configMap))).toBe(
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"n","uid":"u","creationTimestamp":"2026-01-01T00:00:00Z"},' +
        '"data":{"B":"0","a":"1","b":"2"}}',
    );
  });

  test('show unset values as Go does: zero structs, null times and lists, "0" quantities', () => {
    const selector = { resource: 'limits.cpu' };
    const pod = {
      spec: { containers: [{ name: 'c', env: [{ name: 'e', valueFrom: { resourceFieldRef: selector } }] }] },
    };
    expect(JSON.stringify(orderFields(typeOf('v1', 'Pod')!, pod))).toBe(
      '{"metadata":{"creationTimestamp":null},"spec":{"containers":[{"name":"c","env":[{"name":"e","valueFrom":' +
        '{"resourceFieldRef":{"resource":"limits.cpu","divisor":"0"}}}],"resources":{}}]},"status":{}}',
    );
    expect(orderFields(typeOf('rbac.authorization.k8s.io/v1', 'Role')!, {})).toEqual({
      metadata: { creationTimestamp: null },
      rules: null,
    });
  });

  test('lose zero values that Go leaves out, keep those of pointers', () => {
    const deployment = orderFields(typeOf('apps/v1', 'Deployment')!, {
      metadata: { creationTimestamp: null, labels: {} },
      spec: { replicas: 0, selector: {}, template: { spec: { containers: [] } }, minReadySeconds: 0, paused: false },
    });
    expect(deployment).toEqual({
      metadata: { creationTimestamp: null },
      spec: {
        replicas: 0,
        selector: {},
        template: { metadata: { creationTimestamp: null }, spec: { containers: null } },
        strategy: {},
      },
      status: {},
    });
  });

  test('order the schema inside a CustomResourceDefinition, but not the values in it', () => {
    const crd = {
      spec: {
        versions: [
          {
            schema: {
              openAPIV3Schema: {
                properties: { x: { items: { type: 'object', description: 'd' }, default: { b: 1, a: 2 } } },
              },
            },
          },
        ],
      },
    };
    expect(JSON.stringify(orderFields(typeOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition')!, crd))).toContain(
      '{"openAPIV3Schema":{"properties":{"x":{"default":{"b":1,"a":2},"items":{"description":"d","type":"object"}}}}}',
    );
  });

  test('keep fields that the type does not have, at the end', () => {
    const object = { zz: 1, data: {}, kind: 'ConfigMap' };
    expect(Object.keys(orderFields(typeOf('v1', 'ConfigMap')!, object))).toEqual(['kind', 'metadata', 'zz']);
  });
});

test('custom resources are sorted by key all the way down, nothing added or left out', () => {
  const object = {
    spec: { b: [{ d: 0, c: '' }], a: null },
    metadata: { uid: 'u', name: 'n' },
    kind: 'Foo',
    apiVersion: 'x/v1',
  };
  expect(JSON.stringify(orderFields(custom, object))).toBe(
    '{"apiVersion":"x/v1","kind":"Foo","metadata":{"name":"n","uid":"u"},"spec":{"a":null,"b":[{"c":"","d":0}]}}',
  );
});

test('an object in order is returned as it is; parts in order are shared', () => {
  const spec = { a: [{ b: 1, c: 2 }] };
  const ordered = { metadata: { name: 'n' }, spec };
  expect(orderFields(custom, ordered)).toBe(ordered);
  expect(orderFields(custom, { spec, metadata: { name: 'n' } }).spec).toBe(spec);
});

test('ordering changes neither the input nor what it says, and doing it twice changes nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const before = JSON.stringify(object);
      const ordered = orderFields(custom, object);
      expect(ordered).toEqual(object);
      expect(JSON.stringify(object)).toBe(before);
      expect(orderFields(custom, ordered)).toBe(ordered);
    }),
  );
});
