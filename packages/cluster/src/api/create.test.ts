import { describe, expect, test } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { startCluster } from '../index.ts';

/* Answers of kube-apiserver 1.32 to the same requests. */

const CONFIGMAPS = 'POST /api/v1/namespaces/default/configmaps';
const configMap = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { a: '1' },
  ...more,
});

test('a created object has its fields in order and names who manages them', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { status, body } = await send(cluster.transport, `${CONFIGMAPS}?fieldManager=foo`, configMap('x7'));
  expect(status).toBe(201);
  const { metadata } = body as { metadata: { creationTimestamp: string; uid: string; resourceVersion: string } };
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'x7',
        namespace: 'default',
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
        creationTimestamp: metadata.creationTimestamp,
        managedFields: [
          {
            manager: 'foo',
            operation: 'Update',
            apiVersion: 'v1',
            time: metadata.creationTimestamp,
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
          },
        ],
      },
      data: { a: '1' },
    }),
  );
});

test('the name is generated from generateName', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { body } = await send(cluster.transport, CONFIGMAPS, { metadata: { generateName: 'gen-' } });
  expect(body).toMatchObject({ metadata: { name: expect.stringMatching(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/) } });
});

test('what only the server may say is dropped, but a generation stays on kinds that have none of their own', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { body } = await send(cluster.transport, CONFIGMAPS, {
    metadata: {
      name: 'x9',
      uid: 'abc',
      creationTimestamp: '2001-01-01T00:00:00Z',
      generation: 7,
      selfLink: '/x',
      deletionTimestamp: '2001-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 5,
    },
    data: { a: '1' },
  });
  const { metadata } = body as { metadata: Record<string, unknown> };
  expect(Object.keys(metadata)).toEqual([
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'managedFields',
  ]);
  expect(metadata.managedFields).toMatchObject([{ fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } } }]);
  expect(metadata.uid).not.toBe('abc');
  expect(metadata.generation).toBe(7);
});

test('a dry run answers with an object that has no version and is not stored', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const before = cluster.revision;
  const { status, body } = await send(cluster.transport, `${CONFIGMAPS}?dryRun=All`, configMap('x6'));
  expect(status).toBe(201);
  expect(Object.keys((body as { metadata: object }).metadata)).not.toContain('resourceVersion');
  expect(cluster.revision).toBe(before);
});

test('unknown and duplicate fields are warned of, refused or ignored as the client asks', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const unknown = configMap('x3', { bogus: 1 });
  const warned = await send(cluster.transport, CONFIGMAPS, unknown);
  expect(warned.headers.warning).toEqual(['299 - "unknown field \\"bogus\\""']);
  const refused = await send(cluster.transport, `${CONFIGMAPS}?fieldValidation=Strict`, configMap('x4', { bogus: 1 }));
  expect(refused.body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bogus"',
    reason: 'BadRequest',
    code: 400,
  });
  const ignored = await send(cluster.transport, `${CONFIGMAPS}?fieldValidation=Ignore`, configMap('x5', { bogus: 1 }));
  expect([ignored.status, ignored.headers.warning]).toEqual([201, undefined]);
  const twice = await send(cluster.transport, CONFIGMAPS, '{"metadata":{"name":"x11"},"data":{"a":"1","a":"2"}}');
  expect(twice.headers.warning).toEqual(['299 - "duplicate field \\"data.a\\""']);
  expect(twice.body).toMatchObject({ data: { a: '2' } });
});

test('YAML is as good as JSON, and no content type means JSON', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y1}\ndata: {a: "1"}\n';
  const created = await send(cluster.transport, CONFIGMAPS, yaml, { 'content-type': 'application/yaml' });
  expect([created.status, created.body]).toMatchObject([201, { metadata: { name: 'y1' }, data: { a: '1' } }]);
  const shown = await send(cluster.transport, 'GET /api/v1/namespaces/default/configmaps/y1', undefined, {
    accept: 'application/yaml',
  });
  expect(shown.headers['content-type']).toBe('application/yaml');
  expect(shown.body).toMatch(/^apiVersion: v1\ndata:\n {2}a: "1"\nkind: ConfigMap\nmetadata:\n/);
});

describe('requests that make no sense get the answer of kube-apiserver', () => {
  const cases: readonly (readonly [request: string, body: object | string, code: number, message: string | RegExp])[] =
    [
      [
        CONFIGMAPS,
        { metadata: {} },
        422,
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      ],
      [
        CONFIGMAPS,
        configMap('Bad_Name'),
        422,
        /^ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must/,
      ],
      [
        CONFIGMAPS,
        { metadata: { name: 'x2', namespace: 'other' } },
        400,
        'the namespace of the provided object does not match the namespace sent on the request',
      ],
      ['POST /api/v1/namespaces/nope/configmaps', configMap('x2'), 404, 'namespaces "nope" not found'],
      [
        CONFIGMAPS,
        { ...configMap('x2'), apiVersion: 'v2' },
        400,
        'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"',
      ],
      [
        `${CONFIGMAPS}?fieldValidation=Bogus`,
        configMap('x5'),
        422,
        'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Bogus": supported values: "", "Ignore", "Strict", "Warn"',
      ],
      [
        `${CONFIGMAPS}?dryRun=Some`,
        configMap('x6'),
        422,
        'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
      ],
      [
        `${CONFIGMAPS}?fieldManager=${'a'.repeat(129)}`,
        configMap('x8'),
        422,
        'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
      ],
      [
        CONFIGMAPS,
        { metadata: { name: 'x9', resourceVersion: '5' } },
        500,
        'resourceVersion should not be set on objects to be created',
      ],
      [
        CONFIGMAPS,
        '{bad',
        400,
        "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character 'b' looking for beginning of object key string ({bad)",
      ],
      [
        CONFIGMAPS,
        '',
        400,
        "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
      ],
      [
        CONFIGMAPS,
        { metadata: { name: 'x10' }, data: { a: 1 } },
        400,
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
      ],
      [
        'POST /api/v1/namespaces/default/configmaps/x1',
        configMap('x1'),
        405,
        'the server does not allow this method on the requested resource',
      ],
      [
        'PUT /api/v1/namespaces/default/configmaps',
        configMap('x1'),
        405,
        'the server does not allow this method on the requested resource',
      ],
      [
        'PATCH /api/v1/namespaces/default/configmaps',
        {},
        405,
        'the server does not allow this method on the requested resource',
      ],
      [
        'OPTIONS /api/v1/namespaces/default/configmaps',
        '',
        405,
        'the server does not allow this method on the requested resource',
      ],
      ['DELETE /api/v1/namespaces', '', 405, 'the server does not allow this method on the requested resource'],
      ['GET /api/v1/namespaces/default/configmaps/nope', '', 404, 'configmaps "nope" not found'],
      ['GET /apis/apps/v1/namespaces/default/deployments/nope', '', 404, 'deployments.apps "nope" not found'],
      ['GET /api/v1/bogus', '', 404, 'the server could not find the requested resource'],
      ['GET /apis/ex.io/v1/widgets', '', 404, '404 page not found\n'],
      ['GET /bogus', '', 404, '404 page not found\n'],
    ];
  test.each(cases)('%s %j', async (request, body, code, message) => {
    await using cluster = await startCluster({ profile: 'envtest' });
    const answer = await send(cluster.transport, request, body);
    const expected = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect([answer.status, messageOf(answer)]).toEqual([code, expected]);
  });
});

test('a taken name is refused, and so is one whose object is on its way out', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  await send(transport, CONFIGMAPS, { metadata: { name: 'd2', finalizers: ['ex.io/f'] } });
  expect((await send(transport, CONFIGMAPS, configMap('d2'))).body).toMatchObject({
    message: 'configmaps "d2" already exists',
    reason: 'AlreadyExists',
    details: { name: 'd2', kind: 'configmaps' },
    code: 409,
  });
  await send(transport, 'DELETE /api/v1/namespaces/default/configmaps/d2');
  expect(messageOf(await send(transport, CONFIGMAPS, configMap('d2')))).toBe(
    'object is being deleted: configmaps "d2" already exists',
  );
});

test('media types are negotiated both ways', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { transport } = cluster;
  const wrongBody = await send(transport, CONFIGMAPS, 'x', { 'content-type': 'text/plain' });
  expect([wrongBody.status, messageOf(wrongBody)]).toEqual([
    415,
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ]);
  const html = await send(transport, 'GET /api/v1/namespaces/default', undefined, { accept: 'text/html' });
  expect(html.body).toMatchObject({
    message:
      '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'NotAcceptable',
    details: {},
    code: 406,
  });
  const browser = await send(transport, 'GET /api/v1/namespaces/default', undefined, { accept: 'text/html,*/*;q=0.1' });
  expect(browser.status).toBe(200);
});
