import { type Client, isNotFound } from '@opwright/client';
import { ConfigMap, Namespace, Node, Pod, type PodInput, ServiceAccount } from '@opwright/kubernetes/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Cluster, startCluster } from '../cluster.ts';

let cluster: Cluster;
let client: Client;

beforeEach(async () => {
  cluster = await startCluster();
  client = cluster.client;
  await vi.waitFor(() => client.get(ServiceAccount, { namespace: 'default', name: 'default' }));
});
afterEach(() => cluster.stop());

const key = { namespace: 'default', name: 'pod' };
const createPod = (spec: Partial<PodInput['spec']> = {}) =>
  client.create(Pod, { metadata: key, spec: { containers: [{ name: 'main', image: 'busybox' }], ...spec } });
const condition = async (type: string) =>
  (await client.get(Pod, key)).status.conditions?.find((each) => each.type === type);

describe('the kubelet stand-in', () => {
  test('takes a pod from pending to running and ready, with an address of its own', async () => {
    await createPod();
    await vi.waitFor(async () => expect((await client.get(Pod, key)).status.phase).toBe('Running'));
    const { spec, status } = await client.get(Pod, key);
    expect(spec.nodeName).toBe('node-1');
    expect(status.podIP).toMatch(/^10\.244\./);
    expect(status.containerStatuses).toMatchObject([
      { name: 'main', ready: true, started: true, state: { running: {} } },
    ]);
    for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']) {
      expect(await condition(type)).toMatchObject({ status: 'True' });
    }
  });

  test('ends init containers and keeps sidecars running', async () => {
    await createPod({
      initContainers: [
        { name: 'setup', image: 'busybox' },
        { name: 'sidecar', image: 'busybox', restartPolicy: 'Always' },
      ],
    });
    await vi.waitFor(async () => expect((await client.get(Pod, key)).status.phase).toBe('Running'));
    expect((await client.get(Pod, key)).status.initContainerStatuses).toMatchObject([
      { name: 'setup', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      { name: 'sidecar', state: { running: {} } },
    ]);
  });

  test('gives pods on the network of the host the address of the node', async () => {
    await createPod({ hostNetwork: true });
    await vi.waitFor(async () => expect((await client.get(Pod, key)).status.phase).toBe('Running'));
    const { status } = await client.get(Pod, key);
    expect(status.podIP).toBe(status.hostIP);
  });

  test('terminates the containers of a pod that is deleted, and then removes it', async () => {
    await createPod();
    await vi.waitFor(async () => expect((await client.get(Pod, key)).status.phase).toBe('Running'));
    const seen: string[] = [];
    const ended = new AbortController();
    const watching = (async () => {
      for await (const event of client.watch(Pod, { namespace: 'default', signal: ended.signal })) {
        if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
        const state = event.object.status.containerStatuses?.[0]?.state;
        seen.push(`${event.type} ${state?.terminated ? 'terminated' : 'running'}`);
        if (event.type === 'DELETED') return;
      }
    })();
    await client.delete(Pod, key);
    await watching;
    ended.abort();
    expect(seen.at(-1)).toBe('DELETED terminated');
    await expect(client.get(Pod, key)).rejects.toSatisfy(isNotFound);
  });
});

describe('the scheduler', () => {
  test('says why no node fits, and assigns the pod when one does', async () => {
    await createPod({ nodeSelector: { disk: 'fast' } });
    await vi.waitFor(async () => {
      expect(await condition('PodScheduled')).toMatchObject({ status: 'False', reason: 'Unschedulable' });
    });
    await client.patch(Node, { name: 'node-1' }, { type: 'merge', patch: { metadata: { labels: { disk: 'fast' } } } });
    await vi.waitFor(async () => expect((await client.get(Pod, key)).status.phase).toBe('Running'));
  });

  test('respects taints, tolerations and cordons', async () => {
    const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];
    await client.patch(Node, { name: 'node-1' }, { type: 'merge', patch: { spec: { taints } } });
    await createPod();
    await vi.waitFor(async () => expect(await condition('PodScheduled')).toMatchObject({ reason: 'Unschedulable' }));
    await client.create(Pod, {
      metadata: { namespace: 'default', name: 'tolerant' },
      spec: { containers: [{ name: 'main', image: 'busybox' }], tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    });
    const tolerant = () => client.get(Pod, { namespace: 'default', name: 'tolerant' });
    await vi.waitFor(async () => expect((await tolerant()).spec.nodeName).toBe('node-1'));
    await client.patch(
      Node,
      { name: 'node-1' },
      { type: 'merge', patch: { spec: { taints: null, unschedulable: true } } },
    );
    await vi.waitFor(async () => expect((await client.get(Node, { name: 'node-1' })).spec?.unschedulable).toBe(true));
    expect((await client.get(Pod, key)).spec.nodeName).toBeUndefined();
    await client.patch(
      Node,
      { name: 'node-1' },
      { type: 'merge', patch: { spec: { unschedulable: null, taints: null } } },
    );
    await vi.waitFor(async () => expect((await client.get(Pod, key)).spec.nodeName).toBe('node-1'));
  });

  test('leaves gated pods and those of other schedulers alone', async () => {
    await createPod({ schedulingGates: [{ name: 'example.com/wait' }] });
    await client.create(Pod, {
      metadata: { namespace: 'default', name: 'other' },
      spec: { containers: [{ name: 'main', image: 'busybox' }], schedulerName: 'mine' },
    });
    await client.create(Pod, {
      metadata: { namespace: 'default', name: 'last' },
      spec: { containers: [{ name: 'a', image: 'b' }] },
    });
    await vi.waitFor(async () => {
      expect((await client.get(Pod, { namespace: 'default', name: 'last' })).spec.nodeName).toBe('node-1');
    });
    expect((await client.get(Pod, key)).spec.nodeName).toBeUndefined();
    expect((await client.get(Pod, { namespace: 'default', name: 'other' })).spec.nodeName).toBeUndefined();
  });
});

describe('namespaces', () => {
  test('get a default service account and the root certificate, again when they are deleted', async () => {
    await client.create(Namespace, { metadata: { name: 'new' } });
    const account = () => client.get(ServiceAccount, { namespace: 'new', name: 'default' });
    const certificate = () => client.get(ConfigMap, { namespace: 'new', name: 'kube-root-ca.crt' });
    await vi.waitFor(async () => expect((await certificate()).data?.['ca.crt']).toContain('BEGIN CERTIFICATE'));
    await vi.waitFor(account);
    const { uid } = (await account()).metadata;
    await client.delete(ServiceAccount, { namespace: 'new', name: 'default' });
    await client.delete(ConfigMap, { namespace: 'new', name: 'kube-root-ca.crt' });
    await vi.waitFor(certificate);
    await vi.waitFor(async () => expect((await account()).metadata.uid).not.toBe(uid));
  });

  test('are emptied before they go, and tell what holds them', async () => {
    await client.create(Namespace, { metadata: { name: 'doomed' } });
    const held = { namespace: 'doomed', name: 'held' };
    await client.create(ConfigMap, { metadata: { ...held, finalizers: ['example.com/hold'] } });
    await client.create(ConfigMap, { metadata: { namespace: 'doomed', name: 'free' } });
    await client.delete(Namespace, { name: 'doomed' });
    await vi.waitFor(async () => {
      const { status } = await client.get(Namespace, { name: 'doomed' });
      expect(status.phase).toBe('Terminating');
      expect(status.conditions).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            type: 'NamespaceFinalizersRemaining',
            status: 'True',
            message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
          }),
          expect.objectContaining({
            type: 'NamespaceContentRemaining',
            message: 'Some resources are remaining: configmaps. has 1 resource instances',
          }),
        ]),
      );
    });
    await client.patch(ConfigMap, held, { type: 'merge', patch: { metadata: { finalizers: null } } });
    await vi.waitFor(() => expect(client.get(Namespace, { name: 'doomed' })).rejects.toSatisfy(isNotFound), {
      timeout: 3_000,
    });
  });
});

test('the envtest profile has none of them', async () => {
  await using bare = await startCluster({ profile: 'envtest' });
  expect((await bare.client.list(Node)).items).toEqual([]);
  await bare.client.create(Pod, { metadata: key, spec: { containers: [{ name: 'main', image: 'busybox' }] } });
  await bare.client.delete(Namespace, { name: 'kube-node-lease' });
  expect((await bare.client.get(Namespace, { name: 'kube-node-lease' })).status.phase).toBe('Terminating');
  expect((await bare.client.get(Pod, key)).spec.nodeName).toBeUndefined();
});
