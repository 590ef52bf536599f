import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Deployment,
  Watch,
} from '@kubernetes/client-node';
import { type Cluster, startCluster } from '@opwright/cluster';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { widgetCrd } from './kubectl/widget.ts';

describe('@kubernetes/client-node, unmodified, on the embedded cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'opwright-client-node-'));
  const config = new KubeConfig();
  let cluster: Cluster;

  beforeAll(async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    cluster = await startCluster({ serve: true, kubeconfig });
    await cluster.load(widgetCrd);
    config.loadFromFile(kubeconfig);
  });

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const namespace = 'default';
  const deployment = (name: string): V1Deployment => ({
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  });
  const refused = (call: Promise<unknown>) =>
    call.then(
      () => expect.unreachable('it was accepted'),
      (error) => {
        if (error instanceof ApiException) return error.code;
        throw error;
      },
    );

  test('typed objects are created, replaced, patched, scaled and deleted', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const name = 'web';
    const made = await apps.createNamespacedDeployment({ namespace, body: deployment(name) });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    expect(made.spec?.strategy?.type).toBe('RollingUpdate');
    expect(await refused(apps.createNamespacedDeployment({ namespace, body: deployment(name) }))).toBe(409);
    const container = { name: 'side', image: 'busybox' };
    const patched = await apps.patchNamespacedDeployment(
      { namespace, name, body: { spec: { template: { spec: { containers: [container] } } } } },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
    expect(patched.spec?.template.spec?.containers.map((each) => each.name).sort()).toEqual(['c', 'side']);
    await apps.patchNamespacedDeploymentScale(
      { namespace, name, body: [{ op: 'replace', path: '/spec/replicas', value: 2 }] },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
    expect((await apps.readNamespacedDeployment({ namespace, name })).spec?.replicas).toBe(2);
    expect(await refused(apps.replaceNamespacedDeployment({ namespace, name, body: made }))).toBe(409);
    await apps.deleteNamespacedDeployment({ namespace, name });
    expect(await refused(apps.readNamespacedDeployment({ namespace, name }))).toBe(404);
  });

  test('custom objects are validated and have a status', async () => {
    const custom = config.makeApiClient(CustomObjectsApi);
    const at = { group: 'example.com', version: 'v1', plural: 'widgets', namespace };
    const body = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };
    await custom.createNamespacedCustomObject({ ...at, body });
    expect(await refused(custom.createNamespacedCustomObject({ ...at, body: { ...body, spec: { size: 'x' } } }))).toBe(
      422,
    );
    const read = await custom.getNamespacedCustomObject({ ...at, name: 'w' });
    expect(read.spec.size).toBe(3);
  });

  test('any object is applied, and a conflict names the manager', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { k: '1' } };
    const apply = (manager: string, value: string) =>
      objects.patch(
        { ...body, data: { k: value } },
        undefined,
        undefined,
        manager,
        false,
        PatchStrategy.ServerSideApply,
      );
    await apply('one', '1');
    await expect(apply('two', '2')).rejects.toThrow(/Apply failed with 1 conflict: conflict with .*one.*\.data\.k/);
  });

  test('an informer lists, watches and sees the end of an object', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'early', labels: { seen: 'yes' } } } });
    const seen: string[] = [];
    const informer = makeInformer<V1ConfigMap>(
      config,
      `/api/v1/namespaces/${namespace}/configmaps`,
      () => core.listNamespacedConfigMap({ namespace, labelSelector: 'seen=yes' }),
      'seen=yes',
    );
    for (const event of ['add', 'update', 'delete'] as const) {
      informer.on(event, (object) => seen.push(`${event} ${object.metadata?.name}`));
    }
    await informer.start();
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'late', labels: { seen: 'yes' } } } });
    await core.deleteNamespacedConfigMap({ namespace, name: 'early' });
    await vi.waitFor(() => expect(seen).toEqual(['add early', 'add late', 'delete early']), 10_000);
    await informer.stop();
  });

  test('a watch from a version shows what came after it', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const { metadata } = await core.listNamespacedSecret({ namespace });
    const seen: string[] = [];
    const watch = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/secrets`,
      { resourceVersion: metadata?.resourceVersion },
      (type, object) => seen.push(`${type} ${object.metadata.name}`),
      () => {},
    );
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: 's' }, stringData: { k: 'v' } } });
    await vi.waitFor(() => expect(seen).toEqual(['ADDED s']), 10_000);
    watch.abort();
  });
});
