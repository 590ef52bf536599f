import { expect, test } from 'vitest';
import { send } from '../../test/exchange.ts';
import { startCluster } from '../index.ts';

const version = (name: string, storage: boolean, more: object = {}) => ({
  name,
  served: true,
  storage,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
    },
  },
  ...more,
});

const definition = (...versions: readonly object[]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'convs.ex.io' },
  spec: { group: 'ex.io', scope: 'Cluster', names: { plural: 'convs', kind: 'Conv' }, versions },
});

test('an object is shown in every served version, and a deprecated one warns', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  await cluster.load([definition(version('v1', false, { deprecated: true }), version('v2', true))]);
  const created = await send(transport, 'POST /apis/ex.io/v1/convs', {
    apiVersion: 'ex.io/v1',
    kind: 'Conv',
    metadata: { name: 'c' },
    spec: { a: 'x' },
  });
  expect(created.body).toMatchObject({ apiVersion: 'ex.io/v1', spec: { a: 'x' } });
  expect(created.headers.warning).toEqual(['299 - "ex.io/v1 Conv is deprecated; use ex.io/v2 Conv"']);
  const second = await send(transport, 'GET /apis/ex.io/v2/convs/c');
  expect(second.body).toMatchObject({ apiVersion: 'ex.io/v2', spec: { a: 'x' } });
  expect(Object.keys(second.body as object)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
  const patched = await send(
    transport,
    'PATCH /apis/ex.io/v1/convs/c',
    { spec: { a: 'y' } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect(patched.body).toMatchObject({ apiVersion: 'ex.io/v1', spec: { a: 'y' }, metadata: { generation: 2 } });
  const list = await send(transport, 'GET /apis/ex.io/v1/convs');
  expect(list.body).toMatchObject({ kind: 'ConvList', apiVersion: 'ex.io/v1', items: [{ apiVersion: 'ex.io/v1' }] });
});

test('a write that changes nothing stores an object anew that is stored in a former version, once', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  await cluster.load([definition(version('v1', true), version('v2', false))]);
  const object = { apiVersion: 'ex.io/v1', kind: 'Conv', metadata: { name: 'c' }, spec: { a: 'x' } };
  await send(transport, 'POST /apis/ex.io/v1/convs', object);
  const touch = async () => {
    const type = { 'content-type': 'application/merge-patch+json' };
    const { body } = await send(transport, 'PATCH /apis/ex.io/v1/convs/c', {}, type);
    return (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  };
  const before = await touch();
  expect(await touch()).toBe(before);
  await cluster.load([definition(version('v1', false), version('v2', true))]);
  const moved = await touch();
  expect(moved).not.toBe(before);
  expect(await touch()).toBe(moved);
});
