import { ValidatingAdmissionPolicy } from '@opwright/kubernetes/admissionregistration';
import { expect, test, vi } from 'vitest';
import { startCluster } from '../cluster.ts';

const rule = (group: string, resource: string) => ({
  apiGroups: [group],
  apiVersions: ['v1'],
  operations: ['*'],
  resources: [resource],
});

const policy = (resourceRules: object[], ...expressions: string[]) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: {
    matchConstraints: { resourceRules },
    variables: [{ name: 'spec', expression: 'object.spec' }],
    validations: expressions.map((expression) => ({ expression })),
  },
});

async function statusOf(...loaded: object[]) {
  await using cluster = await startCluster();
  await cluster.load(loaded);
  return await vi.waitFor(async () => {
    const { status } = await cluster.client.get(ValidatingAdmissionPolicy, { name: 'p' });
    expect(status?.observedGeneration).toBe(1);
    return status;
  });
}

test('the status of a policy says which fields its kinds do not have', async () => {
  const status = await statusOf(
    policy(
      [rule('apps', 'deployments'), rule('', 'pods')],
      'object.spec.replicas > 1',
      'object.metadata.labels["a"] == "b" && object.metadata.creationTimestamp > timestamp("2026-01-01T00:00:00Z")',
    ),
  );
  expect(status).toEqual({
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: 'spec.validations[0].expression',
          warning:
            "/v1, Kind=Pod: ERROR: <input>:1:12: undefined field 'replicas'\n | object.spec.replicas > 1\n | ...........^\n",
        },
      ],
    },
  });
});

test('custom resources have types, too, and rules for everything name none', async () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', singular: 'foo', kind: 'Foo' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  };
  const wrong = 'object.spec.size == "large"';
  const status = await statusOf(definition, policy([rule('example.com', 'foos')], wrong, 'object.spec.size > 1'));
  expect(status?.typeChecking?.expressionWarnings).toEqual([
    expect.objectContaining({ warning: expect.stringContaining('example.com/v1, Kind=Foo: ERROR: <input>:1:18') }),
  ]);
  expect((await statusOf(policy([rule('*', '*')], 'object.nope == 1')))?.typeChecking).toEqual({});
});
