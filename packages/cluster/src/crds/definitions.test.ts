import { isNotFound } from '@opwright/client';
import { CustomResourceDefinition } from '@opwright/kubernetes/apiextensions';
import { crdManifest, defineResource, k } from '@opwright/schema';
import { expect, test } from 'vitest';
import { startCluster } from '../index.ts';

const Widget = defineResource({
  group: 'ex.io',
  version: 'v1',
  kind: 'Widget',
  spec: k.object({ name: k.string().minLength(1), n: k.integer().default(3), replicas: k.integer().optional() }),
  status: k.object({ phase: k.string().optional(), replicas: k.integer().optional() }),
  columns: { N: '.spec.n' },
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
});
const ok = { namespace: 'default', name: 'ok' };

async function widgets() {
  const cluster = await startCluster({ profile: 'envtest' });
  await cluster.load([crdManifest(Widget)]);
  return cluster;
}

test('a definition is established by the time it is loaded, and its objects are defaulted and pruned', async () => {
  await using cluster = await widgets();
  const { client } = cluster;
  const crd = await client.get(CustomResourceDefinition, { name: 'widgets.ex.io' });
  expect(crd.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'NamesAccepted=True NoConflicts',
    'Established=True InitialNamesAccepted',
  ]);
  const widget = await client.create(Widget, { metadata: ok, spec: { name: 'abc', bogus: 1 } as { name: string } });
  expect(widget.spec).toEqual({ n: 3, name: 'abc' });
  expect(widget.metadata.generation).toBe(1);
});

test('a definition in a group of the community says whether its API is approved', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const approved = 'api-approved.kubernetes.io';
  const { apiVersion, kind, spec } = crdManifest(Widget);
  const annotated = (value: string) => ({
    apiVersion,
    kind,
    metadata: { name: 'widgets.gears.k8s.io', annotations: { [approved]: value } },
    spec: { ...spec, group: 'gears.k8s.io' },
  });
  const approval = async () => {
    const { status } = await cluster.client.get(CustomResourceDefinition, { name: 'widgets.gears.k8s.io' });
    const found = status?.conditions?.find(({ type }) => type === 'KubernetesAPIApprovalPolicyConformant');
    return `${found?.status} ${found?.reason}: ${found?.message}`;
  };
  await cluster.load([annotated('unapproved, experimental')]);
  expect(await approval()).toBe('False UnapprovedAnnotation: not approved: "unapproved, experimental"');
  await cluster.load([annotated('https://example.com/pull/1')]);
  expect(await approval()).toBe('True ApprovedAnnotation: approved in https://example.com/pull/1');
});

test('an object that violates its schema is refused with the path of the field', async () => {
  await using cluster = await widgets();
  await expect(
    cluster.client.create(Widget, { metadata: { namespace: 'default', name: 'bad2' }, spec: {} as { name: string } }),
  ).rejects.toMatchObject({
    status: {
      message: 'Widget.ex.io "bad2" is invalid: spec.name: Required value',
      reason: 'Invalid',
      details: {
        name: 'bad2',
        group: 'ex.io',
        kind: 'Widget',
        causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.name' }],
      },
      code: 422,
    },
  });
});

test('status and spec change through their own endpoints, and only the spec counts as a generation', async () => {
  await using cluster = await widgets();
  const { client } = cluster;
  const created = await client.create(Widget, { metadata: ok, spec: { name: 'abc' } });
  const viaStatus = await client.status(Widget).update(ok, {
    ...created,
    metadata: { ...created.metadata, labels: { q: 'r' } },
    spec: { name: 'other', n: 4 },
    status: { phase: 'P', replicas: 2 },
  });
  expect(viaStatus).toMatchObject({ spec: { name: 'abc', n: 3 }, status: { phase: 'P' }, metadata: { generation: 1 } });
  expect(viaStatus.metadata.labels).toBeUndefined();
  const viaMain = await client.patch(Widget, ok, {
    type: 'merge',
    patch: { spec: { n: 5 }, status: { phase: 'IGN' } },
  });
  expect(viaMain).toMatchObject({ spec: { n: 5 }, status: { phase: 'P' }, metadata: { generation: 2 } });
});

test('the scale subresource shows and sets the replicas', async () => {
  await using cluster = await widgets();
  const { client } = cluster;
  await client.create(Widget, { metadata: ok, spec: { name: 'abc' } });
  await expect(client.scale(Widget).get(ok)).rejects.toMatchObject({
    message: 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist',
  });
  const scale = await client.scale(Widget).update(ok, { spec: { replicas: 7 } });
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 7 }, status: { replicas: 0 } });
  await expect(
    client.scale(Widget).patch(ok, { type: 'merge', patch: { spec: { replicas: -1 } } }),
  ).rejects.toMatchObject({
    message: 'Widget.ex.io "ok" is invalid: .spec.replicas: Invalid value: -1: should be a non-negative integer',
  });
});

test('an update of a custom object needs its resourceVersion', async () => {
  await using cluster = await widgets();
  await cluster.client.create(Widget, { metadata: ok, spec: { name: 'abc' } });
  await expect(cluster.client.update(Widget, { metadata: ok, spec: { name: 'x' } })).rejects.toMatchObject({
    code: 422,
    message:
      'widgets.ex.io "ok" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
  });
});

test('deleting a definition removes its objects, waits for their finalizers, and then serves them no more', async () => {
  await using cluster = await widgets();
  const { client } = cluster;
  await client.create(Widget, { metadata: { ...ok, finalizers: ['ex.io/f'] }, spec: { name: 'abc' } });
  await client.delete(CustomResourceDefinition, { name: 'widgets.ex.io' });
  const doomed = await client.get(Widget, ok);
  expect(doomed.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 0 });
  await expect(
    client.create(Widget, { metadata: { ...ok, name: 'late' }, spec: { name: 'abc' } }),
  ).rejects.toMatchObject({
    code: 405,
    message: 'create not allowed while custom resource definition is terminating',
  });
  await client.patch(Widget, ok, { type: 'merge', patch: { metadata: { finalizers: null } } });
  const gone = await client.get(CustomResourceDefinition, { name: 'widgets.ex.io' }).catch((error: unknown) => error);
  expect(isNotFound(gone)).toBe(true);
  const response = await cluster.transport.request({ method: 'GET', path: '/apis/ex.io/v1/widgets' });
  expect([response.status, await response.text()]).toEqual([404, '404 page not found\n']);
});

test('a name that another definition has keeps the second one from being served', async () => {
  await using cluster = await widgets();
  const manifest = crdManifest(Widget);
  const rival = {
    ...manifest,
    metadata: { name: 'gadgets.ex.io' },
    spec: { ...manifest.spec, names: { ...manifest.spec.names, plural: 'gadgets', singular: 'gadget' } },
  };
  await cluster.load([rival]);
  const stored = await cluster.client.get(CustomResourceDefinition, { name: 'gadgets.ex.io' });
  expect(stored.status?.conditions).toMatchObject([
    { type: 'NamesAccepted', status: 'False', reason: 'ListKindConflict', message: '"WidgetList" is already in use' },
    { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  ]);
});
