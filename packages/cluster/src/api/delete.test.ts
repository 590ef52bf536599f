import { Pod } from '@opwright/kubernetes/core';
import { describe, expect, test } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { type Cluster, startCluster } from '../index.ts';

/* Answers of kube-apiserver 1.32 to the same requests. */

const COLLECTION = '/api/v1/namespaces/default/configmaps';

async function withObject(metadata: object): Promise<Cluster> {
  const cluster = await startCluster({ profile: 'envtest' });
  await send(cluster.transport, `POST ${COLLECTION}`, { metadata, data: { a: '1' } });
  return cluster;
}

test('an object that nothing holds back is gone at once', async () => {
  await using cluster = await withObject({ name: 'd1' });
  const { body } = await send(cluster.transport, `DELETE ${COLLECTION}/d1`);
  expect(body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: 'd1', kind: 'configmaps', uid: expect.any(String) },
  });
  expect((await send(cluster.transport, `DELETE ${COLLECTION}/d1`)).status).toBe(404);
});

test('finalizers hold an object back until the last one is removed', async () => {
  await using cluster = await withObject({ name: 'd2', finalizers: ['ex.io/f'] });
  const { transport } = cluster;
  const marked = await send(transport, `DELETE ${COLLECTION}/d2`);
  expect(marked.body).toMatchObject({
    kind: 'ConfigMap',
    metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0, finalizers: ['ex.io/f'] },
  });
  expect((await send(transport, `DELETE ${COLLECTION}/d2`)).body).toEqual(marked.body);
  const more = await send(transport, `PUT ${COLLECTION}/d2`, {
    metadata: { name: 'd2', finalizers: ['ex.io/f', 'ex.io/g'] },
  });
  expect(messageOf(more)).toBe(
    'ConfigMap "d2" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"ex.io/g"}',
  );
  const last = await send(
    transport,
    `PATCH ${COLLECTION}/d2`,
    { metadata: { finalizers: null } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect([last.status, last.body]).toMatchObject([200, { metadata: { name: 'd2' } }]);
  expect((await send(transport, `GET ${COLLECTION}/d2`)).status).toBe(404);
});

test.each([
  ['Orphan', ['orphan']],
  ['Foreground', ['foregroundDeletion']],
])('propagation policy %s leaves the dependents to the garbage collector', async (policy, finalizers) => {
  await using cluster = await withObject({ name: 'd4' });
  const { body } = await send(cluster.transport, `DELETE ${COLLECTION}/d4`, { propagationPolicy: policy });
  expect(body).toMatchObject({ kind: 'ConfigMap', metadata: { finalizers, deletionGracePeriodSeconds: 0 } });
});

test('a collection is deleted by selector, and the answer is what was there', async () => {
  await using cluster = await withObject({ name: 'e0', labels: { i: '0' } });
  const { transport } = cluster;
  await send(transport, `POST ${COLLECTION}`, { metadata: { name: 'e1', labels: { i: '1' } } });
  const { body } = await send(transport, `DELETE ${COLLECTION}?labelSelector=i%3D0`);
  expect(body).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'e0' } }] });
  const left = await send(transport, `GET ${COLLECTION}`);
  expect(left.body).toMatchObject({ items: [{ metadata: { name: 'e1' } }] });
});

test('a dry run deletes nothing', async () => {
  await using cluster = await withObject({ name: 'd3' });
  expect((await send(cluster.transport, `DELETE ${COLLECTION}/d3?dryRun=All`)).status).toBe(200);
  expect((await send(cluster.transport, `GET ${COLLECTION}/d3`)).status).toBe(200);
});

describe('a DELETE that makes no sense gets the answer of kube-apiserver', () => {
  const cases: readonly (readonly [body: object | string, code: number, message: string | RegExp])[] = [
    [
      { preconditions: { uid: 'x' } },
      409,
      /^Operation cannot be fulfilled on ConfigMap "d3": the UID in the precondition \(x\) does not match the UID in record \(\S+\)\. The object might have been deleted and then recreated$/,
    ],
    [
      { preconditions: { resourceVersion: '1' } },
      409,
      /^Operation cannot be fulfilled on ConfigMap "d3": the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record \(\d+\)\. The object might have been modified$/,
    ],
    [
      { propagationPolicy: 'Bogus' },
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Bogus": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [
      { orphanDependents: true, propagationPolicy: 'Foreground' },
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Foreground": orphanDependents and deletionPropagation cannot be both set',
    ],
    ['bogus', 500, "couldn't get version/kind; json parse error: invalid character 'b' looking for beginning of value"],
    [
      { kind: 'Foo', apiVersion: 'v1' },
      500,
      'no kind "Foo" is registered for version "v1" in scheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"',
    ],
  ];
  test.each(cases)('%j', async (body, code, message) => {
    await using cluster = await withObject({ name: 'd3' });
    const answer = await send(cluster.transport, `DELETE ${COLLECTION}/d3`, body);
    expect([answer.status, messageOf(answer)]).toEqual([
      code,
      message instanceof RegExp ? expect.stringMatching(message) : message,
    ]);
  });
});

test('a scheduled pod gets its grace period, which a second request can only shorten', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  const pods = '/api/v1/namespaces/default/pods';
  const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] };
  await send(transport, `POST ${pods}`, { metadata: { name: 'p' }, spec });
  const first = await send(transport, `DELETE ${pods}/p`);
  expect(first.body).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 30 } });
  expect((await send(transport, `DELETE ${pods}/p?gracePeriodSeconds=60`)).body).toEqual(first.body);
  const shorter = await send(transport, `DELETE ${pods}/p?gracePeriodSeconds=5`);
  const until = (body: unknown) =>
    Date.parse((body as { metadata: { deletionTimestamp: string } }).metadata.deletionTimestamp);
  expect(until(first.body) - until(shorter.body)).toBe(25_000);
  expect((await send(transport, `DELETE ${pods}/p?gracePeriodSeconds=0`)).status).toBe(200);
  expect((await send(transport, `GET ${pods}/p`)).status).toBe(404);
});

test('a pod that goes at once is there to be read when watchers hear that it is being deleted', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { client } = cluster;
  const key = { namespace: 'default', name: 'p' };
  await client.create(Pod, { metadata: key, spec: { containers: [{ name: 'c', image: 'i' }] } });
  const ended = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const { type } of client.watch(Pod, { namespace: 'default', signal: ended.signal })) {
      const found = await client.get(Pod, key).catch(() => undefined);
      seen.push(`${type} ${found ? (found.metadata.deletionTimestamp ? 'marked' : 'there') : 'gone'}`);
      if (type === 'DELETED') return;
    }
  })();
  await expect.poll(() => seen).toEqual(['ADDED there']);
  await client.delete(Pod, key);
  await watching;
  ended.abort();
  expect(seen.slice(1)).toEqual(['MODIFIED marked', 'DELETED gone']);
});

test('the namespaces of the system stay', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { body } = await send(cluster.transport, 'DELETE /api/v1/namespaces/default');
  expect(body).toMatchObject({
    code: 403,
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  });
});

test('a namespace on its way out takes in nothing new', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  await send(transport, 'POST /api/v1/namespaces', { metadata: { name: 'pd' } });
  const { body } = await send(transport, 'DELETE /api/v1/namespaces/pd');
  expect(body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
  const late = await send(transport, 'POST /api/v1/namespaces/pd/configmaps', { metadata: { name: 'late' } });
  expect(late.body).toMatchObject({
    message:
      'configmaps "late" is forbidden: unable to create new content in namespace pd because it is being terminated',
    details: {
      name: 'late',
      kind: 'configmaps',
      causes: [
        { reason: 'NamespaceTerminating', message: 'namespace pd is being terminated', field: 'metadata.namespace' },
      ],
    },
    code: 403,
  });
  await send(transport, 'PUT /api/v1/namespaces/pd/finalize', { metadata: { name: 'pd' }, spec: { finalizers: [] } });
  expect((await send(transport, 'GET /api/v1/namespaces/pd')).status).toBe(404);
});
