import { readFileSync } from 'node:fs';
import { builtinType, builtinTypes, typeOf } from '@opwright/kubernetes/data';
import {
  DecodeError,
  decodeObject,
  decodeProtobuf,
  encodeJson,
  encodeProtobuf,
  orderFields,
  parseJson,
  type ScalarNode,
  type StructNode,
  type TypeNode,
} from '@opwright/machinery';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

type Tree = { [key: string]: unknown };
const recorded = readFileSync(new URL('golden/recorded-objects.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

// What kubectl 1.32 sent, and what it printed for the same command with --dry-run=client -o json.
const sent = readFileSync(new URL('golden/kubectl-bodies.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

test('what kubectl sends is what it says that it would send', () => {
  expect(sent.length).toBeGreaterThan(10);
  for (const line of sent) {
    const { body, json } = JSON.parse(line) as { body: string; json: { apiVersion: string; kind: string } };
    const decoded = decodeProtobuf(Buffer.from(body, 'base64'), typeOf);
    expect(orderFields(typeOf(json.apiVersion, json.kind)!, decoded.object)).toEqual(json);
  }
});

// What kube-apiserver 1.32.13 answered: objects of each kind, lists, metadata, discovery, a Status.
const answered = readFileSync(new URL('golden/protobuf-answers.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

test('what Go wrote is written again as the same bytes', () => {
  expect(answered.length).toBeGreaterThan(50);
  for (const body of [...sent.map((line) => (JSON.parse(line) as { body: string }).body), ...answered]) {
    const { apiVersion, kind, object } = decodeProtobuf(Buffer.from(body, 'base64'), typeOf);
    const type = typeOf(apiVersion, kind)!;
    expect(Buffer.from(encodeProtobuf(type, orderFields(type, object))).toString('base64'), kind).toBe(body);
  }
});

test('objects that a real API server returned are the same after a way through protobuf', () => {
  for (const text of recorded) {
    const object = parseJson(text).value as Tree & { apiVersion: string; kind: string };
    const type = typeOf(object.apiVersion, object.kind)!;
    const decoded = decodeProtobuf(encodeProtobuf(type, object), typeOf);
    expect(decoded).toMatchObject({ apiVersion: object.apiVersion, kind: object.kind });
    // Messages say nothing of apiVersion and kind: inside another object (volume claim templates) they are lost.
    expect(encodeJson(orderFields(type, decoded.object))).toBe(
      text.replace('[{"kind":"PersistentVolumeClaim","apiVersion":"v1",', '[{'),
    );
  }
});

test('so is any object of any kind', () => {
  const names = [...builtinTypes()].filter(([, type]) => type.node === 'struct' && isKind(type)).map(([name]) => name);
  expect(names.length).toBeGreaterThan(100);
  const typeNamed = (name: string) => builtinType(name) as StructNode;
  const objects = fc
    .constantFrom(...names)
    .chain((name) => fc.record({ name: fc.constant(name), value: arbitrary(typeNamed(name), 9) }));
  fc.assert(
    fc.property(objects, ({ name, value }) => {
      // The JSON way and the protobuf way lead to the same object.
      const type = typeNamed(name);
      const { object, unknown } = decodeObject(type, { kind: 'K', apiVersion: 'v1', ...(value as Tree) });
      expect(unknown).toEqual([]);
      const decoded = decodeProtobuf(encodeProtobuf(type, object), () => type);
      expect(orderFields(type, decoded.object)).toEqual(orderFields(type, object));
    }),
    { numRuns: 300 },
  );
});

test('garbage is refused, never worse', () => {
  const bodies = recorded.map((text) => {
    const object = JSON.parse(text) as Tree & { apiVersion: string; kind: string };
    return encodeProtobuf(typeOf(object.apiVersion, object.kind)!, object);
  });
  const decode = (bytes: Uint8Array) => {
    try {
      decodeProtobuf(bytes, typeOf);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  };
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      (body, changes, end) => {
        const bytes = body.slice();
        for (const { at, byte } of changes) bytes[4 + (at % (bytes.length - 4))] = byte;
        decode(bytes);
        decode(bytes.subarray(0, end % bytes.length));
      },
    ),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      decode(bytes);
      decode(Uint8Array.of(0x6b, 0x38, 0x73, 0x00, ...bytes));
    }),
    { numRuns: 500 },
  );
});

test('an object nested without end is refused', () => {
  const schema = typeOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition')!;
  let deep: Tree = {};
  for (let i = 0; i < 300; i++) deep = { not: deep };
  const bytes = encodeProtobuf(schema, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: deep } }] },
  });
  expect(() => decodeProtobuf(bytes, typeOf)).toThrow(DecodeError);
});

function isKind(type: StructNode): boolean {
  return type.fields.has('kind') && type.fields.get('metadata')?.protobuf !== undefined;
}

/** Values of a type as JSON has them. */
function arbitrary(type: TypeNode, depth: number): fc.Arbitrary<unknown> {
  switch (type.node) {
    case 'struct': {
      const fields = depth === 0 ? [] : [...type.fields.values()].filter((field) => field.protobuf !== undefined);
      return fc
        .subarray(fields, { maxLength: Math.min(6, fields.length) })
        .chain((some) =>
          fc.record(Object.fromEntries(some.map((field) => [field.name, arbitrary(field.type, depth - 1)]))),
        );
    }
    case 'list':
      return fc.array(arbitrary(type.item, depth - 1), { minLength: 1, maxLength: 3 });
    case 'map':
      return fc.dictionary(fc.string(), arbitrary(type.value, depth - 1), {
        minKeys: 1,
        maxKeys: 3,
        noNullPrototype: true,
      });
    case 'any':
      return type.struct === undefined
        ? fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer(), { noNullPrototype: true })
        : arbitrary(type.struct, Math.min(depth - 1, 2));
    case 'scalar':
      return arbitraryScalar(type);
  }
}

function arbitraryScalar(type: ScalarNode): fc.Arbitrary<unknown> {
  const instant = fc.integer({ min: 1, max: 4_000_000_000 });
  switch (type.scalar) {
    case 'int32':
      return fc.integer();
    case 'int64':
    case 'integer':
      return fc.maxSafeInteger();
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
    case 'boolean':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'intOrString':
      return fc.oneof(fc.integer(), fc.string());
    case 'quantity':
      return fc.oneof(fc.constantFrom('100m', '1.5Gi', '2e3', 0.5, '0'), fc.nat());
    case 'time':
      return instant.map((seconds) => new Date(seconds * 1000).toISOString());
    case 'microTime':
      return instant.map((seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', '.012345Z'));
    default:
      return fc.string({ unit: 'grapheme' });
  }
}
