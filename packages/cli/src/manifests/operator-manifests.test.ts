import { setImmediate } from 'node:timers/promises';
import { type Cluster, startCluster } from '@opwright/cluster';
import { Deployment } from '@opwright/kubernetes/apps';
import { ConfigMap, Namespace, Node } from '@opwright/kubernetes/core';
import { type JsonObject, VirtualClock } from '@opwright/machinery';
import {
  callbackLogger,
  controller,
  createManager,
  defineOperator,
  defineResource,
  k,
  type ManagerOptions,
  webhooks,
} from 'opwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { operatorManifests } from './operator-manifests.ts';

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ name: k.string() }),
  status: k.object({ happy: k.boolean().optional() }),
});
const operator = defineOperator({
  name: 'foo-operator',
  controllers: [controller(Foo).reconcile((_foo, ctx) => ctx.status({ happy: true }))],
});

const clock = new VirtualClock({ settle: () => setImmediate().then(() => setImmediate()) });
let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster({ profile: 'envtest', clock });
});
afterEach(() => cluster.stop());

const clusterRules = (rbac: readonly JsonObject[], name: string) =>
  rbac.find(({ kind, metadata }) => kind === 'ClusterRole' && (metadata as { name: string }).name === name)?.rules;

const deployed = () => cluster.client.get(Deployment, { namespace: 'foo-operator-system', name: 'foo-operator' });

/** Starts two replicas with exactly what the manifest allows; `problems` is what they complain of. */
async function startReplicas(options: Pick<ManagerOptions, 'leaderElection' | 'sharding'>) {
  const transport = cluster.as({
    name: 'system:serviceaccount:foo-operator-system:foo-operator',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:foo-operator-system', 'system:authenticated'],
  });
  const problems: string[] = [];
  const logger = callbackLogger(({ level, message, fields }) => {
    if (level === 'warn' || level === 'error') problems.push(`${message}: ${fields.error}`);
  });
  const replica = () =>
    createManager(operator, { transport, clock, logger, metricsAddress: '0', probeAddress: '0', ...options });
  const [first, second] = [replica(), replica()];
  const started = [first.start(), second.start()];
  await clock.advance(5000);
  await Promise.all(started);
  return { first, second, problems };
}

test('without an election there is never more than one replica, and no access to leases', async () => {
  const { crds, rbac, deployment } = operatorManifests(operator);
  await cluster.load([...crds, ...rbac, ...deployment]);
  const { spec } = await deployed();
  expect([spec.replicas, spec.strategy?.type]).toEqual([1, 'Recreate']);
  expect(spec.template.spec?.containers[0]?.args).toBeUndefined();
  expect(JSON.stringify(rbac)).not.toContain('leases');
});

test('with an election two replicas roll over, and run under exactly the roles of the manifest', async () => {
  const { crds, rbac, deployment } = operatorManifests(operator, { leaderElect: true });
  await cluster.load([...crds, ...rbac, ...deployment]);
  const { spec } = await deployed();
  expect([spec.replicas, spec.strategy?.type]).toEqual([2, 'RollingUpdate']);
  expect(spec.template.spec?.containers[0]?.args).toEqual(['--leader-elect']);

  await cluster.client.create(Foo, { metadata: { namespace: 'default', name: 'foo-1' }, spec: { name: 'jack' } });
  const { first, second, problems } = await startReplicas({ leaderElection: { namespace: 'foo-operator-system' } });
  const leader = first.isLeader() ? first : second;
  const other = leader === first ? second : first;
  expect((await cluster.client.get(Foo, { namespace: 'default', name: 'foo-1' })).status?.happy).toBe(true);
  const stopped = leader.stop();
  await clock.advance(5000);
  await stopped;
  expect(other.isLeader()).toBe(true);
  const ended = other.stop();
  await clock.advance(100);
  await ended;
  expect(problems).toEqual([]);
});

test('with sharding two replicas share the objects under exactly the roles of the manifest', async () => {
  const { crds, rbac, deployment } = operatorManifests(operator, { shard: true });
  await cluster.load([...crds, ...rbac, ...deployment]);
  const { spec } = await deployed();
  expect([spec.replicas, spec.strategy?.type]).toEqual([2, 'RollingUpdate']);
  expect(spec.template.spec?.containers[0]?.args).toEqual(['--shard']);

  const { first, second, problems } = await startReplicas({ sharding: { namespace: 'foo-operator-system' } });
  for (const name of ['a', 'b', 'c', 'd']) {
    await cluster.client.create(Foo, { metadata: { namespace: 'default', name }, spec: { name } });
  }
  await clock.advance(1000);
  const { items } = await cluster.client.list(Foo);
  expect(items.map(({ status }) => status?.happy)).toEqual([true, true, true, true]);
  for (const { metrics } of [first, second])
    expect(await metrics()).toContain('opwright_shard_members{name="foo-operator"} 2');
  const stopped = [first.stop(), second.stop()];
  await clock.advance(5000);
  await Promise.all(stopped);
  expect(problems).toEqual([]);
});

test('another cluster needs the CRDs, and what the operator may do there', async () => {
  const far = defineOperator({
    name: 'foo-operator',
    controllers: [
      controller(Foo, { clusters: ['east'] })
        .writes(Deployment, { cluster: 'west' })
        .reconcile(() => {}),
    ],
  });
  const { crds, rbac, deployment, webhooks } = operatorManifests(far, { cluster: 'west' });
  await cluster.load([...crds, ...rbac]);
  expect([deployment, webhooks]).toEqual([[], []]);
  expect(rbac.find(({ kind }) => kind === 'ClusterRole')).toMatchObject({
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['create', 'delete', 'patch'] }],
  });
});

test('webhooks come with a Service, their configurations and the right to renew their certificates', async () => {
  const hooked = defineOperator({
    name: 'foo-operator',
    controllers: [controller(Foo).reconcile(() => {})],
    webhooks: [webhooks(Foo).validate(() => {})],
  });
  const manifests = operatorManifests(hooked);
  await cluster.load(Object.values(manifests).flat());
  const [service, configuration, ...others] = manifests.webhooks;
  expect(others).toEqual([]);
  const reference = { namespace: 'foo-operator-system', name: 'foo-operator-webhook' };
  expect(service).toMatchObject({ kind: 'Service', metadata: reference, spec: { ports: [{ port: 443 }] } });
  expect(configuration).toMatchObject({
    kind: 'ValidatingWebhookConfiguration',
    webhooks: [{ clientConfig: { service: { ...reference, path: '/validate-example-com-v1-foo' } } }],
  });
  expect((await deployed()).spec.template.spec?.containers[0]?.ports).toContainEqual({
    name: 'webhooks',
    containerPort: 9443,
    protocol: 'TCP',
  });
  expect(JSON.stringify(manifests.rbac)).toContain('"resources":["secrets"],"resourceNames":["foo-operator-webhook"]');
  expect(operatorManifests(operator).webhooks).toEqual([]);
});

test('with cert-manager the certificate is mounted, and the operator needs no right to write it', async () => {
  const hooked = defineOperator({
    name: 'foo-operator',
    controllers: [controller(Foo).reconcile(() => {})],
    webhooks: [webhooks(Foo).validate(() => {})],
  });
  const { rbac, deployment, webhooks: manifests } = operatorManifests(hooked, { certManager: true });
  expect(JSON.stringify(rbac)).not.toMatch(/webhookconfigurations|secrets/);
  const [issuer, certificate, service, configuration] = manifests;
  expect([issuer?.kind, service?.kind]).toEqual(['Issuer', 'Service']);
  expect(certificate).toMatchObject({
    kind: 'Certificate',
    metadata: { name: 'foo-operator-webhook', namespace: 'foo-operator-system' },
    spec: {
      secretName: 'foo-operator-webhook-certificate',
      dnsNames: expect.arrayContaining(['foo-operator-webhook.foo-operator-system.svc']),
    },
  });
  expect(configuration).toMatchObject({
    metadata: {
      annotations: { 'cert-manager.io/inject-ca-from': 'foo-operator-system/foo-operator-webhook' },
    },
  });
  await cluster.load([...rbac, ...deployment]);
  const { volumes, containers } = (await deployed()).spec.template.spec!;
  expect(volumes).toMatchObject([{ secret: { secretName: 'foo-operator-webhook-certificate' } }]);
  const [{ args, volumeMounts } = {}] = containers;
  expect(args).toEqual([`--webhook-cert-path=${volumeMounts?.[0]?.mountPath}`]);
});

test('an operator that follows some namespaces has a Role in each of them, and runs under exactly these', async () => {
  const owning = defineOperator({
    name: 'foo-operator',
    controllers: [
      controller(Foo)
        .reads(Node)
        .owns(ConfigMap)
        .reconcile(async (foo, ctx) => {
          await ctx.apply(ConfigMap, { metadata: { name: foo.metadata.name } });
          ctx.event({ reason: 'Applied', message: `on ${ctx.list(Node).length} nodes` });
          ctx.status({ happy: true });
        }),
    ],
  });
  const { crds, rbac, deployment } = operatorManifests(owning, { namespaces: ['one', 'two'] });
  const roles = rbac.filter(({ kind }) => kind === 'Role') as { metadata: { namespace: string } }[];
  expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['one', 'two']);
  expect(clusterRules(rbac, 'foo-operator')).toEqual([
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
  ]);
  for (const name of ['one', 'two', 'three']) await cluster.client.create(Namespace, { metadata: { name } });
  await cluster.load([...crds, ...rbac, ...deployment]);
  expect((await deployed()).spec.template.spec?.containers[0]?.args).toEqual(['--namespaces=one,two']);
  for (const namespace of ['one', 'two', 'three'])
    await cluster.client.create(Foo, { metadata: { namespace, name: 'foo-1' }, spec: { name: 'jack' } });

  const problems: string[] = [];
  const logger = callbackLogger(({ level, message, fields }) => {
    if (level === 'warn' || level === 'error') problems.push(`${message}: ${fields.error}`);
  });
  const manager = createManager(owning, {
    transport: cluster.as({
      name: 'system:serviceaccount:foo-operator-system:foo-operator',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:foo-operator-system', 'system:authenticated'],
    }),
    clock,
    logger,
    metricsAddress: '0',
    probeAddress: '0',
    namespaces: ['one', 'two'],
  });
  const started = manager.start();
  await clock.advance(1000);
  await started;
  const happy = async (namespace: string) =>
    (await cluster.client.get(Foo, { namespace, name: 'foo-1' })).status?.happy;
  expect([await happy('one'), await happy('two'), await happy('three')]).toEqual([true, true, undefined]);
  const stopped = manager.stop();
  await clock.advance(100);
  await stopped;
  expect(problems).toEqual([]);
});

test('an operator that follows namespaces by their labels may read the namespaces, and is told which', async () => {
  const { rbac, deployment } = operatorManifests(operator, { namespaceSelector: 'team=a' });
  expect(JSON.stringify(rbac)).toContain('"resources":["namespaces"],"verbs":["get","list","watch"]');
  await cluster.load([...rbac, ...deployment]);
  expect((await deployed()).spec.template.spec?.containers[0]?.args).toEqual(['--namespace-selector=team=a']);
});

test('who may view, edit or administer a namespace may do so with the resources of the operator', async () => {
  const { crds, rbac } = operatorManifests(operator);
  await cluster.load([...crds, ...rbac]);
  const roles = rbac.filter(({ metadata }) => /foos-/.test((metadata as { name: string }).name));
  expect(roles.map((role) => [(role.metadata as { labels: object }).labels, role.rules])).toEqual(
    [
      ['admin', ['*']],
      ['edit', ['get', 'list', 'watch', 'create', 'delete', 'deletecollection', 'patch', 'update']],
      ['view', ['get', 'list', 'watch']],
    ].map(([role, verbs]) => [
      {
        'app.kubernetes.io/name': 'foo-operator',
        'app.kubernetes.io/managed-by': 'opwright',
        [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true',
      },
      [
        { apiGroups: ['example.com'], resources: ['foos'], verbs },
        { apiGroups: ['example.com'], resources: ['foos/status'], verbs: ['get'] },
      ],
    ]),
  );
});

test('secure metrics come with the right to ask who wants them, and a role for those', () => {
  const { rbac, deployment } = operatorManifests(operator, { secureMetrics: true });
  expect(clusterRules(rbac, 'foo-operator-metrics-reader')).toEqual([
    { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  ]);
  expect(clusterRules(rbac, 'foo-operator')).toEqual(
    expect.arrayContaining([
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]),
  );
  expect(JSON.stringify(deployment)).toContain('["--metrics-secure","--metrics-bind-address=:8443"]');
});
