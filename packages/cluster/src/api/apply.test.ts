import { describe, expect, test } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { startCluster } from '../index.ts';

/* Answers of kube-apiserver 1.32 to the same requests, one after the other. */

const S1 = '/api/v1/namespaces/default/configmaps/s1';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const config = (data?: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 's1', ...metadata },
  ...(data === undefined ? {} : { data }),
});

interface Applied {
  readonly metadata: {
    resourceVersion: string;
    managedFields?: readonly { manager: string; fieldsV1: object; time?: string }[];
  };
  readonly data?: object;
}

test('managers share fields, collide, take over and let go', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const apply = async (query: string, body: object) => {
    const { status, body: answer } = await send(cluster.transport, `PATCH ${S1}?${query}`, body, APPLY);
    return { status, object: answer as Applied };
  };
  const owners = ({ metadata }: Applied) =>
    Object.fromEntries((metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [manager, fieldsV1]));

  const created = await apply('fieldManager=m1', config({ a: '1', b: '1' }));
  expect([created.status, owners(created.object)]).toEqual([201, { m1: { 'f:data': { 'f:a': {}, 'f:b': {} } } }]);
  const again = await apply('fieldManager=m1', config({ a: '1', b: '1' }));
  expect(again.object.metadata.resourceVersion).toBe(created.object.metadata.resourceVersion);

  const shared = await apply('fieldManager=m2', config({ a: '1' }));
  expect(shared.object.metadata.managedFields?.[0]).toEqual({
    manager: 'm2',
    operation: 'Apply',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { 'f:a': {} } },
  });
  const refused = await apply('fieldManager=m2', config({ a: '2', b: '2' }));
  expect(refused.object).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Apply failed with 2 conflicts: conflicts with "m1":\n- .data.a\n- .data.b',
    reason: 'Conflict',
    details: {
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.a' },
        { reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.b' },
      ],
    },
    code: 409,
  });
  const forced = await apply('fieldManager=m2&force=true', config({ a: '2' }));
  expect(owners(forced.object)).toEqual({ m1: { 'f:data': { 'f:b': {} } }, m2: { 'f:data': { 'f:a': {} } } });
  const removed = await apply('fieldManager=m1', config({}));
  expect([removed.object.data, owners(removed.object).m1]).toEqual([{ a: '2' }, { 'f:data': {} }]);
});

test('an update takes ownership, and an empty list of managers ends the tracking', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  await send(transport, `PATCH ${S1}?fieldManager=m2`, config({ a: '2' }), APPLY);
  const merge = { 'content-type': 'application/merge-patch+json' };
  await send(transport, `PATCH ${S1}?fieldManager=upd`, { data: { u: '1' } }, merge);
  const refused = await send(transport, `PATCH ${S1}?fieldManager=m1`, config({ u: '2' }), APPLY);
  expect(messageOf(refused)).toBe('Apply failed with 1 conflict: conflict with "upd" using v1: .data.u');
  const reset = await send(transport, `PUT ${S1}?fieldManager=m3`, config({ z: '1' }, { managedFields: [] }));
  expect(Object.keys((reset.body as Applied).metadata)).not.toContain('managedFields');
  const revision = cluster.revision;
  await send(transport, `PUT ${S1}?fieldManager=m3`, config({ z: '1' }, { managedFields: [{}] }));
  expect(cluster.revision).toBe(revision);
});

describe('an apply that makes no sense gets the answer of kube-apiserver', () => {
  const cases: readonly (readonly [query: string, body: object | string, code: number, message: string])[] = [
    [
      '',
      config({ a: '1' }),
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    ['?fieldManager=m1', config({ c: '1' }, { managedFields: [] }), 400, 'metadata.managedFields must be nil'],
    [
      '?fieldManager=m1',
      config({ c: '1' }, { resourceVersion: '1' }),
      409,
      'Operation cannot be fulfilled on configmaps "s1": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      '?fieldManager=m1',
      config({ c: '1' }, { name: 'zz' }),
      400,
      'the name of the object (zz) does not match the name on the URL (s1)',
    ],
    [
      '?fieldManager=m1',
      { kind: 'ConfigMap', metadata: { name: 's1' } },
      400,
      'invalid object type: /, Kind=ConfigMap',
    ],
    ['?fieldManager=m1', { apiVersion: 'v1', metadata: { name: 's1' } }, 400, 'invalid object type: /v1, Kind='],
    [
      '?fieldManager=m1',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's1' } },
      400,
      'invalid object type: /v1, Kind=Secret',
    ],
    [
      '?fieldManager=m1',
      { ...config({ c: '1' }), bogus: 1 },
      500,
      'failed to create typed patch object (/s1; /v1, Kind=ConfigMap): .bogus: field not declared in schema',
    ],
    [
      '?fieldManager=m1',
      '{bad: [',
      400,
      'error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content',
    ],
    ['?fieldManager=m1', 'a: 1\na: 2\n', 400, 'invalid object type: /, Kind='],
  ];
  test.each(cases)('%s %j', async (query, body, code, message) => {
    await using cluster = await startCluster({ profile: 'envtest' });
    await send(cluster.transport, `PATCH ${S1}?fieldManager=m0`, config({ own: '1' }), APPLY);
    const answer = await send(cluster.transport, `PATCH ${S1}${query}`, body, APPLY);
    expect([answer.status, messageOf(answer)]).toEqual([code, message]);
  });
});

test('JSON is no format of an apply', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const answer = await send(cluster.transport, `PATCH ${S1}?fieldManager=m1`, config({ u: '2' }), {
    'content-type': 'application/apply-patch+json',
  });
  expect(answer.body).toMatchObject({ message: '415: Unsupported Media Type', details: {}, code: 415 });
});

test('what a manager gives up goes back to its default', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const path = '/apis/apps/v1/namespaces/default/deployments/web?fieldManager=m1';
  const deployment = (replicas?: number) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });
  const first = await send(cluster.transport, `PATCH ${path}`, deployment(0), APPLY);
  expect(first.body).toMatchObject({ spec: { replicas: 0 }, metadata: { generation: 1 } });
  const second = await send(cluster.transport, `PATCH ${path}`, deployment(), APPLY);
  expect(second.body).toMatchObject({ spec: { replicas: 1 }, metadata: { generation: 2 } });
});
