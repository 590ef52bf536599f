import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { messageOf, send } from '../../../../test/exchange.ts';
import { type Cluster, startCluster } from '../../../cluster.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1alpha1';
const POLICIES = `${GROUP}/mutatingadmissionpolicies`;
const BINDINGS = `${GROUP}/mutatingadmissionpolicybindings`;
const CMS = '/api/v1/namespaces/default/configmaps';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ profile: 'envtest', featureGates: { MutatingAdmissionPolicy: true } });
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  for (const path of [POLICIES, BINDINGS, CMS]) await send(cluster.transport, `DELETE ${path}`);
});

const post = (path: string, body: object) => send(cluster.transport, `POST ${path}`, body);

const matchConstraints = {
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps', 'pods/exec'] }],
};
const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });

async function bound(name: string, spec: object, ofBinding: object = {}): Promise<void> {
  const complete = { matchConstraints, reinvocationPolicy: 'Never', ...spec };
  expect((await post(POLICIES, { metadata: { name }, spec: complete })).body).toMatchObject({ metadata: { name } });
  const binding = await post(BINDINGS, { metadata: { name }, spec: { policyName: name, ...ofBinding } });
  expect(binding.status).toBe(201);
}

const data = async (name = 'x', path = CMS) =>
  ((await post(path, { metadata: { name, labels: { a: 'b' } }, data: { k: 'v' } })).body as { data?: object }).data;

describe('what kube-apiserver 1.32 with the feature gate says', () => {
  interface Recorded {
    readonly case: string;
    readonly writes: 'configmap' | 'deployment';
    readonly spec: object;
    readonly policy: readonly [number, object];
    readonly answer?: readonly [number, object];
  }
  const recorded = JSON.parse(
    readFileSync(new URL('./golden/mutating.json', import.meta.url), 'utf8'),
  ) as readonly Recorded[];
  const written = {
    configmap: { path: CMS, body: { metadata: { name: 'x', labels: { a: 'b' } }, data: { k: 'v' } } },
    deployment: {
      path: '/apis/apps/v1/namespaces/default/deployments',
      body: {
        metadata: { name: 'd' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: {
            metadata: { labels: { a: 'b' } },
            spec: {
              containers: [
                { name: 'c', image: 'i' },
                { name: 'e', image: 'i', args: ['x'] },
              ],
            },
          },
        },
      },
    },
  };

  const withoutTimes = (body: unknown): object => {
    const { metadata, ...rest } = body as { metadata?: Record<string, unknown> };
    const { uid: _uid, creationTimestamp: _time, managedFields: _managers, ...kept } = metadata ?? {};
    return { ...rest, metadata: kept };
  };

  test.each(recorded.map((each) => [each.case, each] as const))(
    '%s',
    async (_name, { writes, spec, policy, answer }) => {
      const created = await post(POLICIES, { metadata: { name: 'p' }, spec });
      const shown = created.status === 201 ? (created.body as { spec: object }).spec : created.body;
      expect([created.status, shown]).toEqual(policy);
      if (answer === undefined) return;
      await post(BINDINGS, { metadata: { name: 'p' }, spec: { policyName: 'p' } });
      const { path, body } = written[writes];
      const { status, body: answered } = await post(`${path}?dryRun=All`, body);
      expect([status, withoutTimes(answered)]).toEqual([answer[0], withoutTimes(answer[1])]);
    },
  );
});

test('a policy changes objects by the parameters of its binding', async () => {
  await post(CMS, { metadata: { name: 'params' }, data: { wanted: 'yes' } });
  await bound(
    'p',
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      mutations: [apply('Object{data: {"by": params.data.wanted}}')],
    },
    { paramRef: { name: 'params', parameterNotFoundAction: 'Deny' } },
  );
  expect(await data()).toEqual({ k: 'v', by: 'yes' });
  await send(cluster.transport, `DELETE ${CMS}/params`);
  const refused = await post(CMS, { metadata: { name: 'y' } });
  expect([refused.status, messageOf(refused)]).toEqual([
    403,
    "policy 'p' with binding 'p' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
  ]);
});

test('a policy sees what policies before it have made, and again what those after it have, if it wants to', async () => {
  const counts = 'Object{data: {"n": string(size(object.data))}}';
  await bound('a', { mutations: [apply(counts)] });
  await bound('b', { mutations: [apply('Object{data: {"b": "1"}}')] });
  expect(await data()).toEqual({ k: 'v', n: '1', b: '1' });
  await send(cluster.transport, `DELETE ${POLICIES}/a`);
  await post(POLICIES, {
    metadata: { name: 'a' },
    spec: { matchConstraints, reinvocationPolicy: 'IfNeeded', mutations: [apply(counts)] },
  });
  expect(await data('y')).toEqual({ k: 'v', n: '3', b: '1' });
});

test('nothing is changed by deleting, and options of connections by patches alone', async () => {
  const exec = 'GET /api/v1/namespaces/default/pods/p/exec?command=a';
  await post('/api/v1/namespaces/default/pods', {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  await bound('p', { mutations: [apply('Object{data: {"a": "1"}}')] });
  expect(await data()).toEqual({ k: 'v', a: '1' });
  expect((await send(cluster.transport, `DELETE ${CMS}/x`)).status).toBe(200);
  const applied = await send(cluster.transport, exec);
  expect([applied.status, messageOf(applied)]).toEqual([
    403,
    "policy 'p' with binding 'p' denied request: error applying patch: failed to convert patch object to typed object: no corresponding type for /v1, Kind=PodExecOptions",
  ]);
  await send(cluster.transport, `DELETE ${POLICIES}/p`);
  const expression = '[JSONPatch{op: "add", path: "/container", value: "zz"}]';
  await post(POLICIES, {
    metadata: { name: 'p' },
    spec: {
      matchConstraints,
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
    },
  });
  expect(messageOf(await send(cluster.transport, exec))).toBe('container zz is not valid for pod p');
});

test('without the feature gate there are no such policies, and gates that do not exist are refused', async () => {
  await using plain = await startCluster({ profile: 'envtest' });
  expect((await send(plain.transport, `GET ${POLICIES}`)).status).toBe(404);
  const groups = async (of: Cluster) => JSON.stringify((await send(of.transport, 'GET /apis')).body);
  expect(await groups(plain)).not.toContain('admissionregistration.k8s.io/v1alpha1');
  expect(await groups(cluster)).toContain('admissionregistration.k8s.io/v1alpha1');
  await expect(startCluster({ featureGates: { Nope: true } as object })).rejects.toThrow('unknown feature gate Nope');
});
