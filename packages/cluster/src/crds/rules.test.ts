import { expect, test } from 'vitest';
import { send } from '../../test/exchange.ts';
import { startCluster } from '../index.ts';

const REMEDY =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

function definition(name: string, spec: object, rules?: readonly object[]) {
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec },
    ...(rules && { 'x-kubernetes-validations': rules }),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}s.ex.io` },
    spec: {
      group: 'ex.io',
      scope: 'Cluster',
      names: { plural: `${name}s`, kind: 'Cel' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

const CREATE = 'POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions';

test('a definition whose rules do not compile is refused as the API server refused it', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const spec = (rule: string) => ({
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule }],
  });
  const { status, body } = await send(cluster.transport, CREATE, definition('cel', spec('self.a > 1')));
  expect(status).toBe(422);
  expect((body as { message: string }).message).toBe(
    `CustomResourceDefinition.apiextensions.k8s.io "cels.ex.io" is invalid: spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: Invalid value: apiextensions.ValidationRule{Rule:"self.a > 1", Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}: compilation failed: ERROR: <input>:1:8: found no matching overload for '_>_' applied to '(string, int)'\n | self.a > 1\n | .......^`,
  );
});

test('a definition whose rules may cost too much is refused as the API server refused it', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const items = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
  const spec = { type: 'object', properties: { l: { type: 'array', items } } };
  const { status, body } = await send(cluster.transport, CREATE, definition('cel', spec));
  const root = 'spec.validation.openAPIV3Schema';
  const at = `${root}.properties[spec].properties[l].items.x-kubernetes-validations[0].rule`;
  expect(status).toBe(422);
  expect((body as { message: string }).message).toBe(
    `CustomResourceDefinition.apiextensions.k8s.io "cels.ex.io" is invalid: [${[
      `${at}: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${REMEDY}`,
      `${at}: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${root}.properties[spec].properties[l]`,
      `${at}: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `${root}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${REMEDY}`,
    ].join(', ')}]`,
  );
});

test('objects are judged by the rules of their definition on create, update and patch', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  const spec = {
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'string', maxLength: 20 },
      b: { type: 'integer' },
      imm: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'immutable' }] },
    },
    'x-kubernetes-validations': [
      { rule: 'self.a != "bad"' },
      { rule: '!has(self.b) || self.b < 10', message: 'b too big', fieldPath: '.b' },
    ],
  };
  const rules = [{ rule: 'self.metadata.name.startsWith("c")', message: 'name must start with c' }];
  expect((await send(transport, CREATE, definition('cel', spec, rules))).status).toBe(201);

  const create = async (name: string, value: object) => {
    const object = { apiVersion: 'ex.io/v1', kind: 'Cel', metadata: { name }, spec: value };
    const { status, body } = await send(transport, 'POST /apis/ex.io/v1/cels', object);
    return [status, (body as { message?: string }).message];
  };
  expect(await create('c2', { a: 'bad', b: 11 })).toEqual([
    422,
    'Cel.ex.io "c2" is invalid: [spec: Invalid value: "object": failed rule: self.a != "bad", spec.b: Invalid value: "object": b too big]',
  ]);
  expect(await create('x2', { a: 'a' })).toEqual([
    422,
    'Cel.ex.io "x2" is invalid: <nil>: Invalid value: "object": name must start with c',
  ]);
  expect(await create('c5', {})).toEqual([
    422,
    'Cel.ex.io "c5" is invalid: [spec.a: Required value, <nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
  ]);
  expect((await create('c1', { a: 'a', imm: 'x' }))[0]).toBe(201);

  const patch = async (change: object) => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { status, body } = await send(transport, 'PATCH /apis/ex.io/v1/cels/c1', { spec: change }, headers);
    return [status, (body as { message?: string }).message];
  };
  expect(await patch({ imm: 'y' })).toEqual([
    422,
    'Cel.ex.io "c1" is invalid: spec.imm: Invalid value: "string": immutable',
  ]);
  expect((await patch({ imm: null, b: 5 }))[0]).toBe(200);
});
