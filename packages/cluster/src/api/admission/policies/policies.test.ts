import { expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../../cluster.ts';

const GROUP = 'admissionregistration.k8s.io';

function policy(spec: object) {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      ...spec,
    },
  };
}

const binding = (spec: object = {}) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'p' },
  spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
});

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });

const limits = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'limits.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { plural: 'limits', singular: 'limit', kind: 'Limit' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { forbidden: { type: 'array', items: { type: 'string' } } },
          },
        },
      },
    ],
  },
};

async function create(cluster: Cluster, name: string): Promise<string> {
  const [result] = await Promise.allSettled([cluster.load([configMap(name)])]);
  return result.status === 'fulfilled' ? 'created' : String(result.reason.message);
}

test('parameters may be custom resources, and count as they are when the request comes', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  await cluster.load([
    limits,
    policy({
      paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' },
      validations: [{ expression: '!(object.metadata.name in params.forbidden)', message: 'forbidden' }],
    }),
    binding({ paramRef: { name: 'ours', parameterNotFoundAction: 'Deny' } }),
  ]);
  expect(await create(cluster, 'a')).toContain('no params found for policy binding with `Deny`');
  await cluster.load([{ apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name: 'ours' }, forbidden: ['a'] }]);
  expect(await create(cluster, 'a')).toBe(
    `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: forbidden`,
  );
  expect(await create(cluster, 'b')).toBe('created');
});

test('a policy counts from the moment that its binding is there until it is gone', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  await cluster.load([policy({ validations: [{ expression: 'false', message: 'never' }] })]);
  expect(await create(cluster, 'a')).toBe('created');
  await cluster.load([binding()]);
  expect(await create(cluster, 'b')).toContain('never');
  await cluster.transport.request({
    method: 'DELETE',
    path: `/apis/${GROUP}/v1/validatingadmissionpolicybindings/p`,
    headers: {},
  });
  expect(await create(cluster, 'b')).toBe('created');
});

test('a plugin that is disabled is not asked, and one that nobody knows is an error', async () => {
  await using cluster = await startCluster({
    profile: 'envtest',
    disableAdmissionPlugins: ['ServiceAccount', 'ValidatingAdmissionPolicy'],
  });
  await cluster.load([policy({ validations: [{ expression: 'false' }] }), binding()]);
  expect(await create(cluster, 'a')).toBe('created');
  await expect(startCluster({ disableAdmissionPlugins: ['Nope'] })).rejects.toThrow(
    'disable-admission-plugins plugin "Nope" is unknown',
  );
  await expect(startCluster({ enableAdmissionPlugins: ['ImagePolicyWebhook'] })).rejects.toThrow('not available');
});
