import { typeOf } from '@opwright/kubernetes/data';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../typed/decode-error.ts';
import { encodeProtobuf, encodeProtobufList } from './encode-envelope.ts';
import { decodeProtobuf, isProtobuf } from './envelope.ts';

type Part = number | string | readonly Part[];

/** Bytes, texts as UTF-8, nested lists as length-delimited parts (shorter than 128 bytes). */
function bytes(...parts: readonly Part[]): Uint8Array {
  const out: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') {
      out.push(part);
    } else {
      const inner = typeof part === 'string' ? new TextEncoder().encode(part) : bytes(...part);
      if (inner.length > 127) throw new Error('too long for a test');
      out.push(inner.length, ...inner);
    }
  }
  return Uint8Array.from(out);
}

const body = (apiVersion: string, kind: string, ...message: Part[]): Uint8Array =>
  bytes(0x6b, 0x38, 0x73, 0x00, 0x0a, [0x0a, apiVersion, 0x12, kind], 0x12, message);
const decode = (apiVersion: string, kind: string, ...message: Part[]) =>
  decodeProtobuf(body(apiVersion, kind, ...message), typeOf).object;

test('a body says what it is', () => {
  const decoded = decodeProtobuf(body('v1', 'ConfigMap', 0x0a, [0x0a, 'name'], 0x12, [0x0a, 'k', 0x12, 'v']), typeOf);
  expect(decoded).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'name' }, data: { k: 'v' } },
  });
  expect(isProtobuf(body('v1', 'ConfigMap'))).toBe(true);
  expect(isProtobuf(bytes(0x7b, 0x7d))).toBe(false);
});

test('options resolve to those of meta/v1 whatever group they name', () => {
  // gracePeriodSeconds 0, orphanDependents false, propagationPolicy Background: pointers, kept when they are zero.
  const options = decode('apps/v1', 'DeleteOptions', 0x08, 0, 0x18, 0, 0x22, 'Background', 0x12, [0x0a, 'uid']);
  expect(options).toEqual({
    kind: 'DeleteOptions',
    apiVersion: 'apps/v1',
    gracePeriodSeconds: 0,
    orphanDependents: false,
    propagationPolicy: 'Background',
    preconditions: { uid: 'uid' },
  });
});

describe('values', () => {
  test('of embedded Go structs are found in the messages around them', () => {
    // Pod.spec(2).volumes(1): name 1, VolumeSource 2 { emptyDir 2 { sizeLimit 2 { string 1 } } }
    const pod = decode('v1', 'Pod', 0x12, [0x0a, [0x0a, 'v', 0x12, [0x12, [0x12, [0x0a, '1024Mi']]]]]);
    expect(pod.spec).toEqual({ volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }] });
  });

  test('that are zero are dropped where Go leaves them out, not behind a pointer', () => {
    // DeploymentSpec: replicas 1 (pointer), minReadySeconds 5, paused 7
    const deployment = decode('apps/v1', 'Deployment', 0x12, [0x08, 0, 0x28, 0, 0x38, 0]);
    expect(deployment.spec).toEqual({ replicas: 0 });
  });

  test('that are negative take ten bytes', () => {
    const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(decode('apps/v1', 'Deployment', 0x12, [0x08, ...minusOne]).spec).toEqual({ replicas: -1 });
  });

  test('of ints or texts', () => {
    // NetworkPolicy.spec(2).ingress(2).ports(1).port(2): IntOrString type 1, int 2, text 3
    const port = (...value: Part[]) =>
      decode('networking.k8s.io/v1', 'NetworkPolicy', 0x12, [0x12, [0x0a, [0x12, value]]]);
    expect(port(0x08, 0, 0x10, 80, 0x1a, '').spec).toEqual({ ingress: [{ ports: [{ port: 80 }] }] });
    expect(port(0x08, 1, 0x10, 0, 0x1a, 'http').spec).toEqual({ ingress: [{ ports: [{ port: 'http' }] }] });
  });

  test('of times', () => {
    // Lease.spec(2): acquireTime 3, renewTime 4, MicroTime: seconds 1, nanos 2
    const lease = decode('coordination.k8s.io/v1', 'Lease', 0x0a, [0x42, []], 0x12, [
      0x22,
      [0x08, 1, 0x10, 0xe8, 0x07],
    ]);
    expect(lease).toMatchObject({ metadata: {}, spec: { renewTime: '1970-01-01T00:00:01.000001Z' } });
    expect(decode('v1', 'Pod', 0x0a, [0x42, [0x08, 60]]).metadata).toEqual({
      creationTimestamp: '1970-01-01T00:01:00Z',
    });
  });

  test('of bytes, and of JSON', () => {
    expect(decode('v1', 'Secret', 0x12, [0x0a, 'k', 0x12, 'v']).data).toEqual({ k: 'dg==' });
    expect(decode('apps/v1', 'ControllerRevision', 0x12, [0x0a, '{"a":[1.0]}'], 0x18, 7)).toMatchObject({
      data: { a: [1] },
      revision: 7,
    });
  });

  test('of lists of numbers, packed or not', () => {
    // PodSecurityContext.supplementalGroups is 4 in Pod.spec(2).securityContext(14)
    const groups = (...value: Part[]) => decode('v1', 'Pod', 0x12, [0x72, value]).spec;
    const expected = { securityContext: { supplementalGroups: [1, 300] } };
    expect(groups(0x20, 1, 0x20, 0xac, 0x02)).toEqual(expected);
    expect(groups(0x22, [1, 0xac, 0x02])).toEqual(expected);
  });

  test('that are lists in a map', () => {
    // TokenReview.status(3).user(2).extra(4): key 1, ExtraValue 2 { items 1 }
    const review = decode('authentication.k8s.io/v1', 'TokenReview', 0x1a, [
      0x12,
      [0x22, [0x0a, 'k', 0x12, [0x0a, 'a', 0x0a, 'b']]],
    ]);
    expect(review.status).toEqual({ user: { extra: { k: ['a', 'b'] } } });
  });

  test('under a key called __proto__', () => {
    const { data } = decode('v1', 'ConfigMap', 0x12, [0x0a, '__proto__', 0x12, 'v']);
    expect(Object.entries(data as object)).toEqual([['__proto__', 'v']]);
  });

  test('of schemas or something else', () => {
    // CRD.spec(2).versions(7).schema(4).openAPIV3Schema(1): items 24, additionalProperties 30, maximum 9, enum 20
    const crd = (...schema: Part[]) =>
      decode('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 0x12, [0x3a, [0x22, [0x0a, schema]]]);
    const at = (object: ReturnType<typeof crd>) =>
      (object.spec as { versions: { schema: { openAPIV3Schema: object } }[] }).versions[0]!.schema.openAPIV3Schema;
    const type = (name: string): Part[] => [0x2a, name];
    expect(at(crd(0xc2, 0x01, [0x0a, type('string')]))).toEqual({ items: { type: 'string' } });
    expect(at(crd(0xf2, 0x01, [0x08, 1]))).toEqual({ additionalProperties: true });
    expect(at(crd(0xf2, 0x01, [0x08, 1, 0x12, type('string')]))).toEqual({ additionalProperties: { type: 'string' } });
    expect(at(crd(0x49, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f))).toEqual({ maximum: 1.5 });
    expect(at(crd(0xa2, 0x01, [0x0a, '"a"'], 0xa2, 0x01, [0x0a, 'null']))).toEqual({ enum: ['a', null] });
  });
});

describe('refused with a DecodeError', () => {
  const refused = (bytes: Uint8Array) => {
    try {
      decodeProtobuf(bytes, typeOf);
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
      return (error as DecodeError).message;
    }
    throw new Error('accepted');
  };

  test.each([
    [
      'something else',
      bytes(0x7b, 0x7d),
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    ],
    ['no type', bytes(0x6b, 0x38, 0x73, 0x00), "Object 'Kind' is missing in protobuf"],
    ['an unknown kind', body('v9', 'Foo'), 'no kind "Foo" is registered for version "v9"'],
    ['a part longer than the rest', bytes(0x6b, 0x38, 0x73, 0x00, 0x0a, 5, 1), 'unexpected EOF'],
    [
      'a varint without end',
      bytes(0x6b, 0x38, 0x73, 0x00, ...new Array<number>(11).fill(0xff)),
      'proto: integer overflow',
    ],
    ['field number 0', body('v1', 'Pod', 0x00, 0x00), 'proto: illegal tag 0'],
    ['a group', body('v1', 'Pod', 0xfb, 0x01), 'proto: illegal wireType 3'],
    [
      'a text for a number',
      body('apps/v1', 'Deployment', 0x12, [0x0a, 'x']),
      'proto: wrong wireType = 2 for field replicas',
    ],
    ['a number for a message', body('apps/v1', 'Deployment', 0x10, 1), 'proto: wrong wireType = 0 for field spec'],
    ['JSON that is none', body('apps/v1', 'ControllerRevision', 0x12, [0x0a, '{']), 'unexpected end of JSON input'],
  ])('%s', (_, input, message) => {
    expect(refused(input)).toBe(message);
  });

  test('a quantity that is none', () => {
    const pod = body('v1', 'Pod', 0x12, [0x0a, [0x12, [0x12, [0x12, [0x0a, 'x']]]]]);
    expect(refused(pod)).toMatch(/^quantities must match/);
  });
});

test('fields that the type does not have are skipped, of every wire type', () => {
  const pod = decode(
    'v1',
    'Pod',
    0xf8,
    0x01,
    1,
    0xf9,
    0x01,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0xfa,
    0x01,
    'x',
    0xfd,
    0x01,
    0,
    0,
    0,
    0,
  );
  expect(pod).toEqual({ kind: 'Pod', apiVersion: 'v1' });
});

test('a message in two parts is merged', () => {
  const pod = decode('v1', 'Pod', 0x0a, [0x0a, 'n'], 0x0a, [0x1a, 'ns']);
  expect(pod.metadata).toEqual({ name: 'n', namespace: 'ns' });
});

describe('a list that is written in steps', () => {
  const type = typeOf('v1', 'ConfigMapList')!;
  const list = (count: number) => ({
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '7', remainingItemCount: 3 },
    items: Array.from({ length: count }, (_, at) => ({ metadata: { name: `m${at}` }, data: { k: 'v'.repeat(1000) } })),
  });

  test.each([0, 1, 2000])('of %i items has the same bytes as one written at once', (count) => {
    const steps = encodeProtobufList(type, list(count));
    let turns = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) turns++;
    expect(Buffer.compare(step.value, encodeProtobuf(type, list(count)))).toBe(0);
    expect(turns).toBe(count < 2000 ? 0 : 7);
  });
});
