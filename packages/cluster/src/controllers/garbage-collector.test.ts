import { type Client, isNotFound } from '@opwright/client';
import { ConfigMap, Namespace } from '@opwright/kubernetes/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Cluster, startCluster } from '../cluster.ts';

let cluster: Cluster;
let client: Client;

beforeAll(async () => {
  cluster = await startCluster();
  client = cluster.client;
});
afterAll(() => cluster.stop());

let count = 0;

/** Creates a ConfigMap that the given ones own; the last argument changes its references. */
async function owned(
  owners: readonly ConfigMap[],
  more: { block?: boolean; finalizers?: string[]; namespace?: string } = {},
) {
  count += 1;
  return client.create(ConfigMap, {
    metadata: {
      name: `object-${count}`,
      namespace: more.namespace ?? 'default',
      ...(more.finalizers && { finalizers: more.finalizers }),
      ownerReferences: owners.map(({ metadata: { name, uid } }) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name,
        uid,
        ...(more.block && { blockOwnerDeletion: true }),
      })),
    },
  });
}

const current = ({ metadata: { name, namespace = '' } }: ConfigMap) =>
  client.get(ConfigMap, { name, namespace }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
const gone = (object: ConfigMap) => vi.waitFor(async () => expect(await current(object)).toBeUndefined());
const remove = (
  { metadata: { name, namespace = '' } }: ConfigMap,
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan',
) => client.delete(ConfigMap, { name, namespace }, propagationPolicy && { propagationPolicy });
/** Long enough for the collector to have done what it must not do. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

test('dependents go after their owner, and theirs after them', async () => {
  const owner = await owned([]);
  const child = await owned([owner]);
  const grandchild = await owned([child]);
  await remove(owner);
  await gone(child);
  await gone(grandchild);
});

test('an object stays while one of its owners does, and forgets the one that went', async () => {
  const [first, second] = [await owned([]), await owned([])];
  const child = await owned([first, second]);
  await remove(first);
  await vi.waitFor(async () => {
    expect((await current(child))?.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([second.metadata.uid]);
  });
  await remove(second);
  await gone(child);
});

test('an owner that never existed, or only under another uid, is no owner', async () => {
  const owner = await owned([]);
  const stranger = { ...owner, metadata: { ...owner.metadata, uid: '00000000-0000-4000-8000-000000000000' } };
  await gone(await owned([stranger]));
  expect(await current(owner)).toBeDefined();
});

test('an owner in another namespace is no owner', async () => {
  await client.create(Namespace, { metadata: { name: 'elsewhere' } });
  const owner = await owned([]);
  await gone(await owned([owner], { namespace: 'elsewhere' }));
});

test('foreground deletion keeps the owner until the dependents that block it are gone', async () => {
  const owner = await owned([]);
  const blocking = await owned([owner], { block: true, finalizers: ['example.com/hold'] });
  const free = await owned([owner]);
  await remove(owner, 'Foreground');
  await gone(free);
  await vi.waitFor(async () => expect((await current(blocking))?.metadata.deletionTimestamp).toBeDefined());
  await settle();
  expect((await current(owner))?.metadata.finalizers).toEqual(['foregroundDeletion']);
  await client.patch(ConfigMap, blocking.metadata, { type: 'merge', patch: { metadata: { finalizers: null } } });
  await gone(blocking);
  await gone(owner);
});

test('foreground deletion does not wait for dependents that do not block', async () => {
  const owner = await owned([]);
  const held = await owned([owner], { finalizers: ['example.com/hold'] });
  await remove(owner, 'Foreground');
  await gone(owner);
  await client.patch(ConfigMap, held.metadata, { type: 'merge', patch: { metadata: { finalizers: null } } });
  await gone(held);
});

test('orphaning leaves the dependents and takes their references away', async () => {
  const owner = await owned([]);
  const child = await owned([owner]);
  await remove(owner, 'Orphan');
  await gone(owner);
  await settle();
  expect((await current(child))?.metadata.ownerReferences ?? []).toEqual([]);
});

test('objects of a custom resource that comes later are collected too', async () => {
  await cluster.load([
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
  ]);
  const owner = await owned([]);
  const { name, uid } = owner.metadata;
  const path = '/apis/example.com/v1/namespaces/default/things';
  await client.raw('POST', path, {
    body: {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 'thing', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid }] },
    },
  });
  await remove(owner);
  await vi.waitFor(async () => expect(await client.raw('GET', path)).toMatchObject({ items: [] }));
});
