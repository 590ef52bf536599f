import { typeOf } from '@opwright/kubernetes/data';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../json/parse.ts';
import { DecodeError, decodeObject } from './decode.ts';
import type { FieldNode, StructNode, TypeNode } from './type-node.ts';

const decode = (apiVersion: string, kind: string, json: string) => decodeValue(apiVersion, kind, parseJson(json).value);
const decodeValue = (apiVersion: string, kind: string, value: unknown) =>
  decodeObject(typeOf(apiVersion, kind)!, value);
const deployment = (json: string) => decode('apps/v1', 'Deployment', json);
const pod = (json: string) => decode('v1', 'Pod', json);
const error = (read: () => unknown): string => {
  try {
    read();
  } catch (caught) {
    expect(caught).toBeInstanceOf(DecodeError);
    return (caught as DecodeError).message;
  }
  throw new Error('nothing was thrown');
};

describe("values of the wrong type are refused in Go's words", () => {
  test.each([
    ['{"spec":{"replicas":"3"}}', 'string into Go struct field DeploymentSpec.spec.replicas of type int32'],
    [
      '{"spec":{"replicas":3000000000}}',
      'number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    ['{"spec":{"replicas":1.5}}', 'number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    ['{"spec":{"replicas":1.0}}', 'number 1.0 into Go struct field DeploymentSpec.spec.replicas of type int32'],
    [
      '{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":1}]}]}}}}',
      'number into Go struct field EnvVar.spec.template.spec.containers.env.name of type string',
    ],
    [
      '{"spec":{"template":{"spec":{"containers":{}}}}}',
      'object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
    ],
    [
      '{"spec":{"template":{"spec":{"containers":["c"]}}}}',
      'string into Go struct field PodSpec.spec.template.spec.containers of type v1.Container',
    ],
    [
      '{"spec":{"template":{"spec":{"containers":[{"imagePullPolicy":true}]}}}}',
      'bool into Go struct field Container.spec.template.spec.containers.imagePullPolicy of type v1.PullPolicy',
    ],
    ['{"spec":[]}', 'array into Go struct field Deployment.spec of type v1.DeploymentSpec'],
    ['{"metadata":{"labels":{"a":1}}}', 'number into Go struct field ObjectMeta.metadata.labels of type string'],
    ['{"metadata":{"labels":"a"}}', 'string into Go struct field ObjectMeta.metadata.labels of type map[string]string'],
  ])('%s', (json, message) => {
    expect(error(() => deployment(json))).toBe(`json: cannot unmarshal ${message}`);
  });

  test('a map entry names the field of the map', () => {
    expect(error(() => decode('v1', 'ConfigMap', '{"data":{"a":5}}'))).toBe(
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    );
  });

  test('types that read themselves say what they read', () => {
    expect(error(() => decode('v1', 'Secret', '{"data":{"a":"?"}}'))).toBe('illegal base64 data at input byte 0');
    expect(error(() => pod('{"spec":{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}}'))).toBe(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
    const port = '{"spec":{"containers":[{"livenessProbe":{"tcpSocket":{"port":true}}}]}}';
    expect(error(() => pod(port))).toBe(
      'json: cannot unmarshal bool into Go struct field TCPSocketAction.spec.containers.livenessProbe.tcpSocket.port of type int32',
    );
    expect(error(() => pod('{"metadata":{"creationTimestamp":5}}'))).toBe(
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
    );
    expect(error(() => pod('{"metadata":{"creationTimestamp":"x"}}'))).toBe(
      'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    );
  });

  test('an object that is none', () => {
    expect(error(() => deployment('[]'))).toBe('json: cannot unmarshal array into Go value of type Deployment');
  });

  test('nesting without end', () => {
    const nested = (depth: number, open: string, inner: unknown): unknown =>
      depth === 0
        ? inner
        : open === '['
          ? [nested(depth - 1, open, inner)]
          : { [open]: nested(depth - 1, open, inner) };
    const definition = { spec: { versions: [{ schema: { openAPIV3Schema: nested(1000, 'not', {}) } }] } };
    const type = 'CustomResourceDefinition';
    expect(error(() => decodeValue('apiextensions.k8s.io/v1', type, definition))).toBe('exceeded max depth');
    const data = { data: nested(1000, '[', 0) };
    expect(error(() => decodeValue('apps/v1', 'ControllerRevision', data))).toBe('exceeded max depth');
  });
});

describe('unknown fields', () => {
  test('are named with their JSON path and dropped; keys are case-sensitive', () => {
    const { object, unknown } = deployment(
      '{"bogus":1,"spec":{"Replicas":2,"template":{"spec":{"containers":[{"name":"a"},{"name":"b","zz":{}}]}}}}',
    );
    expect(unknown).toEqual(['bogus', 'spec.Replicas', 'spec.template.spec.containers[1].zz']);
    expect(object).toEqual({ spec: { template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } } });
  });

  test('inside opaque values are nobody’s business', () => {
    const { object, unknown } = decode(
      'apps/v1',
      'ControllerRevision',
      '{"data":{"anything":[1.0,null]},"metadata":{"managedFields":[{"fieldsV1":{"f:x":{}}}]}}',
    );
    expect(unknown).toEqual([]);
    expect(object.data).toEqual({ anything: [1, null] });
  });

  test('inside a schema-or-something vanish silently, as Go decodes it apart', () => {
    const { object, unknown } = decode(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      '{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"bogus":1,"items":{"type":"string","bogus":1},"additionalProperties":true}}}]}}',
    );
    expect(unknown).toEqual(['spec.versions[0].schema.openAPIV3Schema.bogus']);
    expect(object).toMatchObject({
      spec: { versions: [{ schema: { openAPIV3Schema: { items: { type: 'string' }, additionalProperties: true } } }] },
    });
  });

  test('beyond the hundredth are not listed', () => {
    const json = JSON.stringify(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`x${i}`, i])));
    expect(pod(json).unknown).toHaveLength(100);
  });

  test('a key called __proto__ is a field like any other, or a key of a map', () => {
    const { object, unknown } = decode(
      'v1',
      'ConfigMap',
      '{"__proto__":{"a":1},"data":{"__proto__":"x","constructor":"y"}}',
    );
    expect(unknown).toEqual(['__proto__']);
    expect(Object.keys(object.data as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});

describe('what Go would not write again is dropped', () => {
  test('nulls, and zero values of fields with omitempty that are no pointers', () => {
    const { object } = deployment(
      '{"metadata":{"name":"","labels":{},"annotations":null,"finalizers":[]},"spec":{"replicas":0,"paused":false,"minReadySeconds":0,"template":{"spec":{"hostNetwork":false,"securityContext":{},"containers":[]}}}}',
    );
    expect(object).toEqual({
      metadata: {},
      spec: { replicas: 0, template: { spec: { securityContext: {}, containers: [] } } },
    });
  });

  test('a null element is a zero value', () => {
    expect(decode('v1', 'ConfigMap', '{"data":{"a":null}}').object).toEqual({ data: { a: '' } });
    expect(pod('{"spec":{"containers":[null]}}').object).toEqual({
      spec: { containers: [{ name: '', resources: {} }] },
    });
  });
});

test('quantities and times take their canonical form', () => {
  const { object } = pod(
    '{"metadata":{"creationTimestamp":"2026-01-02T03:04:05.678+01:00"},"spec":{"containers":[{"resources":{"limits":{"cpu":0.5,"memory":"1024Mi","x":"2000000000"}}}]}}',
  );
  expect(object).toEqual({
    metadata: { creationTimestamp: '2026-01-02T02:04:05Z' },
    spec: { containers: [{ resources: { limits: { cpu: '500m', memory: '1Gi', x: '2G' } } }] },
  });
  const lease = decode('coordination.k8s.io/v1', 'Lease', '{"spec":{"renewTime":"2026-01-02T03:04:05.000006Z"}}');
  expect(lease.object).toEqual({ spec: { renewTime: '2026-01-02T03:04:05.000006Z' } });
  expect(error(() => decode('coordination.k8s.io/v1', 'Lease', '{"spec":{"renewTime":"2026-01-02T03:04:05Z"}}'))).toBe(
    'parsing time "2026-01-02T03:04:05Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  );
});

describe('custom resources', () => {
  const field = (name: string, type: TypeNode, more: Partial<FieldNode> = {}): [string, FieldNode] => [
    name,
    { name, type, required: false, whenAbsent: 'omit', pointer: false, nullable: false, patchStrategy: [], ...more },
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
  const integer: TypeNode = { node: 'scalar', scalar: 'integer' };
  const type = struct([
    field('a', integer, { default: 1 }),
    field('b', integer),
    field('c', text, { nullable: true, default: 'x' }),
    field('free', struct([field('known', text)], { preserveUnknown: true })),
    field('pod', struct([field('spec', struct([]))], { embeddedResource: true })),
    field('metadata', typeOf('v1', 'Pod')!.fields.get('metadata')!.type),
  ]);
  const read = (json: string) => decodeObject(type, parseJson(json).value);

  test('keep values of the wrong type, zeros and nulls for the schema to judge', () => {
    expect(read('{"b":"x","c":null}').object).toEqual({ b: 'x', c: null });
    expect(read('{"a":0,"b":null,"free":[]}').object).toEqual({ a: 0, b: null, free: [] });
  });

  test('lose a null where a default takes its place', () => {
    expect(read('{"a":null}').object).toEqual({});
  });

  test('keep what is preserved and what an embedded resource implies', () => {
    const { object, unknown } = read(
      '{"free":{"x":{"y":1.0}},"pod":{"kind":"Pod","metadata":{"name":"n"},"spec":{"x":1},"y":1}}',
    );
    expect(object).toEqual({ free: { x: { y: 1 } }, pod: { kind: 'Pod', metadata: { name: 'n' }, spec: {} } });
    expect(unknown).toEqual(['pod.spec.x', 'pod.y']);
  });

  test('have the metadata of everything else', () => {
    expect(error(() => read('{"metadata":{"name":5}}'))).toBe(
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
    );
  });
});
