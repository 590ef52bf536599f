import { describe, expect, test } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { type Cluster, startCluster } from '../index.ts';

/* Answers of kube-apiserver 1.32 to the same requests. */

const U1 = '/api/v1/namespaces/default/configmaps/u1';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };

async function withU1(): Promise<Cluster> {
  const cluster = await startCluster({ profile: 'envtest' });
  await send(cluster.transport, 'POST /api/v1/namespaces/default/configmaps', {
    metadata: { name: 'u1' },
    data: { a: '1' },
  });
  return cluster;
}

const configMap = (metadata: object, data: object = { a: '3' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  data,
});

test('a PUT that changes nothing keeps the version and is no event', async () => {
  await using cluster = await withU1();
  const before = cluster.revision;
  const same = await send(cluster.transport, `PUT ${U1}`, configMap({ name: 'u1' }, { a: '1' }));
  expect([same.status, cluster.revision]).toEqual([200, before]);
  const patched = await send(cluster.transport, `PATCH ${U1}`, {}, MERGE);
  expect([patched.status, cluster.revision]).toEqual([200, before]);
});

test('creationTimestamp and uid stay what they were', async () => {
  await using cluster = await withU1();
  const { body } = await send(cluster.transport, `GET ${U1}`);
  const { metadata } = body as { metadata: { uid: string; creationTimestamp: string } };
  const put = await send(
    cluster.transport,
    `PUT ${U1}`,
    configMap({ name: 'u1', creationTimestamp: '2001-01-01T00:00:00Z' }),
  );
  expect(put.body).toMatchObject({ metadata: { uid: metadata.uid, creationTimestamp: metadata.creationTimestamp } });
});

test('an error in metadata is named once and counted twice', async () => {
  await using cluster = await withU1();
  const message = 'Invalid value: "nodomain": name is neither a standard finalizer name nor is it fully qualified';
  const cause = { reason: 'FieldValueInvalid', message, field: 'metadata.finalizers[0]' };
  const put = await send(cluster.transport, `PUT ${U1}`, configMap({ name: 'u1', finalizers: ['nodomain'] }));
  expect(put.body).toMatchObject({
    message: `ConfigMap "u1" is invalid: metadata.finalizers[0]: ${message}`,
    details: { name: 'u1', kind: 'ConfigMap', causes: [cause, cause] },
  });
});

describe('a PUT that makes no sense gets the answer of kube-apiserver', () => {
  const uid = '11111111-1111-1111-1111-111111111111';
  const cases: readonly (readonly [path: string, metadata: object, code: number, message: string | RegExp])[] = [
    [
      U1,
      { name: 'u1', resourceVersion: '2' },
      409,
      'Operation cannot be fulfilled on configmaps "u1": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [U1, { name: 'u1', resourceVersion: 'abc' }, 500, 'strconv.ParseUint: parsing "abc": invalid syntax'],
    [
      U1,
      { name: 'u1', uid },
      409,
      /^Operation cannot be fulfilled on configmaps "u1": StorageError: invalid object, Code: 4, Key: \/registry\/configmaps\/default\/u1, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: 11111111-1111-1111-1111-111111111111, UID in object meta: \S+$/,
    ],
    [U1, { name: 'other' }, 400, 'the name of the object (other) does not match the name on the URL (u1)'],
    [U1, {}, 400, 'the name of the object (u1 based on URL) was undeterminable: name must be provided'],
    [
      U1,
      { name: 'u1', deletionTimestamp: '2001-01-01T00:00:00Z', deletionGracePeriodSeconds: 3, generation: 9 },
      422,
      'ConfigMap "u1" is invalid: [metadata.deletionTimestamp: Invalid value: 2001-01-01 00:00:00 +0000 UTC: field is immutable, metadata.deletionGracePeriodSeconds: Invalid value: 3: field is immutable]',
    ],
    [
      U1,
      { name: 'u1', ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] },
      422,
      'ConfigMap "u1" is invalid: [metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty, metadata.ownerReferences.kind: Invalid value: "": kind must not be empty, metadata.ownerReferences.name: Invalid value: "": name must not be empty, metadata.ownerReferences.uid: Invalid value: "": uid must not be empty]',
    ],
    [
      U1,
      { name: 'u1', labels: { 'a b': 'c' } },
      422,
      /^ConfigMap "u1" is invalid: metadata.labels: Invalid value: "a b": name part must consist of/,
    ],
    ['/api/v1/namespaces/default/configmaps/nope', { name: 'nope' }, 404, 'configmaps "nope" not found'],
    [
      '/api/v1/namespaces/default/configmaps/nope',
      { name: 'nope', uid },
      409,
      /UID in precondition: 11111111-1111-1111-1111-111111111111, UID in object meta: $/,
    ],
  ];
  test.each(cases)('PUT %s %j', async (path, metadata, code, message) => {
    await using cluster = await withU1();
    const answer = await send(cluster.transport, `PUT ${path}`, configMap(metadata));
    expect([answer.status, messageOf(answer)]).toEqual([
      code,
      message instanceof RegExp ? expect.stringMatching(message) : message,
    ]);
  });
});

test('the three kinds of patches change what they name', async () => {
  await using cluster = await withU1();
  const { transport } = cluster;
  const merged = await send(
    transport,
    `PATCH ${U1}`,
    { data: { a: null, b: 'x' }, metadata: { labels: { l: '1' } } },
    MERGE,
  );
  expect(merged.body).toMatchObject({ data: { b: 'x' }, metadata: { labels: { l: '1' } } });
  const operations = [
    { op: 'replace', path: '/data/nope', value: '1' },
    { op: 'add', path: '/metadata/annotations', value: { x: 'y' } },
  ];
  const patched = await send(transport, `PATCH ${U1}`, operations, JSON_PATCH);
  expect(patched.body).toMatchObject({ data: { b: 'x', nope: '1' }, metadata: { annotations: { x: 'y' } } });
  const strategic = await send(transport, `PATCH ${U1}`, { data: { b: null } }, STRATEGIC);
  expect((strategic.body as { data: object }).data).toEqual({ nope: '1' });
});

describe('a patch that makes no sense gets the answer of kube-apiserver', () => {
  const rejected = 'the server rejected our request due to an error in our request';
  const cases: readonly (readonly [
    headers: Record<string, string>,
    body: object | string,
    code: number,
    message: string | RegExp,
    query?: string,
  ])[] = [
    [MERGE, { metadata: { resourceVersion: '1' }, data: { z: '1' } }, 409, /the object has been modified/],
    [MERGE, { metadata: { name: 'zzz' } }, 400, 'the name of the object (zzz) does not match the name on the URL (u1)'],
    [
      MERGE,
      { metadata: { namespace: 'zzz' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      MERGE,
      { metadata: { uid: 'zzz' } },
      422,
      'ConfigMap "u1" is invalid: metadata.uid: Invalid value: "zzz": field is immutable',
    ],
    [
      MERGE,
      [],
      400,
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
    [MERGE, '{bad', 400, "error decoding patch: invalid character 'b' looking for beginning of object key string"],
    [
      MERGE,
      { data: { q: '1' } },
      422,
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
      '?fieldManager=f&force=true',
    ],
    [
      MERGE,
      { bogus: 1 },
      422,
      /^ "" is invalid: patch: Invalid value: "\{.*\\"bogus\\":1.*\}": strict decoding error: unknown field "bogus"$/,
      '?fieldValidation=Strict',
    ],
    [JSON_PATCH, [{ op: 'test', path: '/data/b', value: 'nope' }], 422, rejected],
    [JSON_PATCH, [{ op: 'remove', path: '/data/nope' }], 422, rejected],
    [JSON_PATCH, [{ op: 'add', path: '/data/k/j', value: '1' }], 422, rejected],
    [JSON_PATCH, [{ op: 'bogus', path: '/data/k', value: '1' }], 422, rejected],
    [
      JSON_PATCH,
      {},
      400,
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    [{ 'content-type': 'application/json' }, {}, 415, '415: Unsupported Media Type'],
  ];
  for (const [headers, body, code, message, query = ''] of cases) {
    test(`${headers['content-type']}${query} ${JSON.stringify(body)}`, async () => {
      await using cluster = await withU1();
      const answer = await send(cluster.transport, `PATCH ${U1}${query}`, body, headers);
      expect([answer.status, messageOf(answer)]).toEqual([
        code,
        message instanceof RegExp ? expect.stringMatching(message) : message,
      ]);
    });
  }
});

test('a patch without a version wins over a change that came between', async () => {
  await using cluster = await withU1();
  const { transport } = cluster;
  const answers = await Promise.all(
    ['x', 'y', 'z'].map((key) => send(transport, `PATCH ${U1}`, { data: { [key]: '1' } }, MERGE)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await send(transport, `GET ${U1}`)).body).toMatchObject({ data: { a: '1', x: '1', y: '1', z: '1' } });
});
