import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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

/** Makes the policy `p`; its binding stays. */
const policy = (mutation: object) =>
  post(POLICIES, {
    metadata: { name: 'p' },
    spec: { matchConstraints, reinvocationPolicy: 'Never', mutations: [mutation] },
  });

test('nothing is changed by deleting, and options of connections by patches alone', async () => {
  const exec = 'GET /api/v1/namespaces/default/pods/p/exec?command=a';
  await post('/api/v1/namespaces/default/pods', {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  await policy(apply('Object{data: {"a": "1"}}'));
  await post(BINDINGS, { metadata: { name: 'p' }, spec: { policyName: 'p' } });
  expect((await post(CMS, { metadata: { name: 'x' } })).body).toMatchObject({ data: { a: '1' } });
  expect((await send(cluster.transport, `DELETE ${CMS}/x`)).status).toBe(200);
  const applied = await send(cluster.transport, exec);
  expect([applied.status, messageOf(applied)]).toEqual([
    403,
    "policy 'p' with binding 'p' denied request: error applying patch: failed to convert patch object to typed object: no corresponding type for /v1, Kind=PodExecOptions",
  ]);
  await send(cluster.transport, `DELETE ${POLICIES}/p`);
  const expression = '[JSONPatch{op: "add", path: "/container", value: "zz"}]';
  await policy({ patchType: 'JSONPatch', jsonPatch: { expression } });
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
