import { VirtualClock } from '@opwright/machinery';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { messageOf, send } from '../../../../test/exchange.ts';
import { patched, startWebhookServer, type WebhookServer } from '../../../../test/webhook-server.ts';
import { type Cluster, startCluster } from '../../../cluster.ts';

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';

let server: WebhookServer;
let cluster: Cluster;
beforeAll(async () => {
  server = await startWebhookServer(['127.0.0.1', 'hook.default.svc']);
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  cluster = await startCluster({
    profile: 'envtest',
    services: { 'default/hook': server.url },
  });
  server.received.length = 0;
});
afterEach(() => cluster.stop());

async function configure(kind: 'Mutating' | 'Validating', name: string, ...webhooks: readonly object[]): Promise<void> {
  const complete = webhooks.map((webhook, index) => ({
    name: `w${index}.ex.io`,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
    ...webhook,
  }));
  const plural = `${kind.toLowerCase()}webhookconfigurations`;
  const answer = await send(cluster.transport, `POST ${ADMISSION}/${plural}`, {
    metadata: { name },
    webhooks: complete,
  });
  expect(answer.status).toBe(201);
}

const at = (path: string) => ({ clientConfig: { url: `${server.url}${path}`, caBundle: server.caBundle } });
const create = (name: string, data: object = { a: '1' }, query = '') =>
  send(cluster.transport, `POST ${CONFIGMAPS}${query}`, { metadata: { name }, data });

describe('what a webhook is asked', () => {
  test('a mutating one about a create: no uid yet, options and user as they are', async () => {
    await configure('Mutating', 'm', at('/ok'));
    await create('c', { a: '1' }, '?fieldManager=me');
    const [review] = server.received;
    expect(review?.path).toBe('/ok?timeout=10s');
    expect(review?.headers).toMatchObject({
      'user-agent': 'kube-apiserver-admission',
      'content-type': 'application/json',
      accept: 'application/json, */*',
    });
    expect(review?.text.endsWith('}\n')).toBe(true);
    const { request, ...rest } = review?.body ?? {};
    expect(rest).toEqual({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' });
    expect(Object.keys(request)).toEqual([
      ...['uid', 'kind', 'resource', 'requestKind', 'requestResource', 'name', 'namespace', 'operation', 'userInfo'],
      ...['object', 'oldObject', 'dryRun', 'options'],
    ]);
    expect(request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      operation: 'CREATE',
      userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    });
    const { managedFields, ...metadata } = request.object.metadata;
    expect(metadata).toEqual({ name: 'c', namespace: 'default', creationTimestamp: null });
    expect(managedFields).toHaveLength(1);
  });

  test('a validating one about what is going to be stored', async () => {
    await configure('Validating', 'v', at('/ok'));
    const created = await create('c');
    const patch = await send(cluster.transport, `PATCH ${CONFIGMAPS}/c`, '{"data":{"b":"2"}}', {
      'content-type': 'application/merge-patch+json',
    });
    await send(cluster.transport, `DELETE ${CONFIGMAPS}/c`);
    expect([created.status, patch.status]).toEqual([201, 200]);
    const [onCreate, onUpdate, onDelete] = server.received.map(({ body }) => body.request);
    expect(onCreate.object.metadata).toMatchObject({ uid: expect.any(String), creationTimestamp: expect.any(String) });
    expect(onUpdate).toMatchObject({
      operation: 'UPDATE',
      object: { data: { a: '1', b: '2' } },
      oldObject: { data: { a: '1' } },
      options: { kind: 'UpdateOptions' },
    });
    expect(onDelete).toMatchObject({
      operation: 'DELETE',
      object: null,
      oldObject: { data: { a: '1', b: '2' } },
      options: { kind: 'DeleteOptions' },
    });
  });

  test('about a create with generateName: no name before one is made', async () => {
    await configure('Mutating', 'm', at('/ok'));
    await configure('Validating', 'v', at('/ok'));
    await send(cluster.transport, `POST ${CONFIGMAPS}`, { metadata: { generateName: 'g-' } });
    const [mutating, validating] = server.received.map(({ body }) => body.request);
    expect(Object.hasOwn(mutating, 'name')).toBe(false);
    expect(validating.name).toMatch(/^g-/);
  });
});

describe('mutating webhooks', () => {
  test('run in the order of their configurations, each with what the others made', async () => {
    server.answer('/second', ({ body }) =>
      patched({ op: 'add', path: '/data/second', value: body.request.object.data.first }),
    );
    server.answer('/first', () => patched({ op: 'add', path: '/data/first', value: 'x' }));
    await configure('Mutating', 'b', at('/second'));
    await configure('Mutating', 'a', at('/first'));
    expect((await create('c')).body).toMatchObject({ data: { a: '1', first: 'x', second: 'x' } });
  });

  test('with reinvocationPolicy IfNeeded are called again when a later one changed the object, once', async () => {
    let count = 0;
    server.answer('/early', () => patched({ op: 'add', path: '/data/early', value: String(++count) }));
    server.answer('/late', () => patched({ op: 'add', path: '/data/late', value: 'x' }));
    await configure('Mutating', 'm', { ...at('/early'), reinvocationPolicy: 'IfNeeded' }, at('/late'));
    expect((await create('c')).body).toMatchObject({ data: { early: '2', late: 'x' } });
    expect(server.received.map(({ path }) => path.split('?')[0])).toEqual(['/early', '/late', '/early']);
  });

  test('with reinvocationPolicy Never, or with nothing changed after them, are called once', async () => {
    server.answer('/early', () => patched({ op: 'add', path: '/data/early', value: 'x' }));
    server.answer('/same', () => patched({ op: 'replace', path: '/data/a', value: '1' }));
    await configure('Mutating', 'm', { ...at('/early'), reinvocationPolicy: 'IfNeeded' }, at('/same'));
    await create('c');
    expect(server.received).toHaveLength(2);
  });

  test('cannot make what the type does not have; defaults follow what they make', async () => {
    server.answer('/pod', () =>
      patched(
        { op: 'add', path: '/spec/nonsense', value: 1 },
        { op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'side:1' } },
      ),
    );
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
    await configure('Mutating', 'm', { ...at('/pod'), rules });
    const { body } = await send(cluster.transport, 'POST /api/v1/namespaces/default/pods', {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'main', image: 'main:1' }] },
    });
    expect(body).toMatchObject({
      spec: { containers: [{ name: 'main' }, { name: 'side', imagePullPolicy: 'IfNotPresent' }] },
    });
    expect((body as { spec: object }).spec).not.toHaveProperty('nonsense');
  });

  test('whose patch does not apply fail the write, whatever their failurePolicy', async () => {
    server.answer('/badpatch', () => patched({ op: 'remove', path: '/nope' }));
    await configure('Mutating', 'm', { ...at('/badpatch'), failurePolicy: 'Ignore' });
    expect((await create('c')).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        "Internal error occurred: error in remove for path: '/nope': Unable to remove nonexistent key: nope: missing value",
      reason: 'InternalError',
      details: {
        causes: [
          { message: "error in remove for path: '/nope': Unable to remove nonexistent key: nope: missing value" },
        ],
      },
      code: 500,
    });
  });

  test('change what server-side apply creates', async () => {
    server.answer('/mutate', () => patched({ op: 'add', path: '/metadata/labels', value: { mutated: 'yes' } }));
    await configure('Mutating', 'm', at('/mutate'));
    const { status, body } = await send(
      cluster.transport,
      `PATCH ${CONFIGMAPS}/m3?fieldManager=ff`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm3' }, data: { a: '1' } },
      { 'content-type': 'application/apply-patch+yaml' },
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      metadata: {
        labels: { mutated: 'yes' },
        managedFields: [{ manager: 'ff', operation: 'Apply', fieldsV1: { 'f:data': { 'f:a': {} } } }],
      },
    });
  });
});

describe('a refusal', () => {
  const refusals: readonly [string, object, object][] = [
    [
      'with message and code',
      { allowed: false, status: { message: 'no way', code: 403 }, warnings: ['careful'] },
      { message: 'admission webhook "w0.ex.io" denied the request: no way', code: 403 },
    ],
    [
      'without anything',
      { allowed: false },
      { message: 'admission webhook "w0.ex.io" denied the request without explanation', code: 400 },
    ],
    [
      'with reason and details',
      {
        allowed: false,
        status: {
          message: 'bad thing',
          reason: 'Invalid',
          code: 422,
          details: { causes: [{ message: 'x', field: 'spec' }] },
        },
      },
      {
        message: 'admission webhook "w0.ex.io" denied the request: bad thing',
        reason: 'Invalid',
        details: { causes: [{ message: 'x', field: 'spec' }] },
        code: 422,
      },
    ],
  ];
  for (const [what, response, expected] of refusals) {
    test(`${what} is the answer`, async () => {
      server.answer('/deny', () => ({ response }));
      await configure('Validating', 'v', at('/deny'));
      const answer = await create('c');
      expect(answer.body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...expected });
      expect(answer.headers.warning).toEqual('warnings' in response ? ['299 - "careful"'] : undefined);
      expect((await send(cluster.transport, `GET ${CONFIGMAPS}/c`)).status).toBe(404);
    });
  }

  test('of several validating webhooks the first in order counts, though all are asked', async () => {
    server.answer('/a', () => ({ response: { allowed: false, status: { message: 'a' } } }));
    server.answer('/b', () => ({ response: { allowed: false, status: { message: 'b' } } }));
    await configure('Validating', 'v', at('/ok'), at('/a'), at('/b'));
    expect(messageOf(await create('c'))).toBe('admission webhook "w1.ex.io" denied the request: a');
    expect(server.received).toHaveLength(3);
  });
});

describe('a webhook that fails', () => {
  const failures: readonly [string, 'Mutating' | 'Validating', object, string][] = [
    [
      'answers for another request',
      'Validating',
      { response: { uid: 'x', allowed: true } },
      'received invalid webhook response: expected response.uid="UID", got "x"',
    ],
    [
      'sends a patch without its type',
      'Mutating',
      { response: { allowed: true, patch: 'W10=' } },
      'received invalid webhook response: webhook returned response.patch but not response.patchType',
    ],
    [
      'validates and sends a patch',
      'Validating',
      patched() ?? {},
      'received invalid webhook response: validating webhook may not return response.patch',
    ],
    [
      'answers with an error',
      'Validating',
      { status: 500, body: 'oops' },
      'failed to call webhook: an error on the server ("oops") has prevented the request from succeeding',
    ],
    [
      'answers without a response',
      'Validating',
      { status: 200, body: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}' },
      'received invalid webhook response: webhook response was absent',
    ],
    [
      'answers with nonsense',
      'Validating',
      { status: 200, body: '"junk"' },
      `failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    ],
  ];
  for (const [what, kind, answer, why] of failures) {
    test(`because it ${what}: the write fails, or goes on where failurePolicy is Ignore`, async () => {
      server.answer('/fails', () => answer as { response: object });
      await configure(kind, 'fail', at('/fails'));
      const failed = await create('c');
      const uid = server.received[0]?.body.request.uid;
      const message = `failed calling webhook "w0.ex.io": ${why.replace('UID', uid)}`;
      expect(failed.body).toMatchObject({
        message: `Internal error occurred: ${message}`,
        reason: 'InternalError',
        details: { causes: [{ message }] },
        code: 500,
      });
      await send(cluster.transport, `DELETE ${ADMISSION}/${kind.toLowerCase()}webhookconfigurations/fail`);
      await configure(kind, 'ignore', { ...at('/fails'), failurePolicy: 'Ignore' });
      expect((await create('c')).status).toBe(201);
    });
  }

  test('because nothing listens, or nobody knows the service, or its certificate', async () => {
    const unreachable = { clientConfig: { url: 'https://127.0.0.1:1/x' } };
    const unknown = { clientConfig: { service: { namespace: 'wh', name: 'nosvc', path: '/x' } } };
    const untrusted = { clientConfig: { url: `${server.url}/x` } };
    const messages: unknown[] = [];
    for (const webhook of [unreachable, unknown, untrusted]) {
      await configure('Validating', 'v', webhook);
      messages.push(messageOf(await create('c')));
      await send(cluster.transport, `DELETE ${ADMISSION}/validatingwebhookconfigurations/v`);
    }
    const failed = 'Internal error occurred: failed calling webhook "w0.ex.io": failed to call webhook: Post';
    expect(messages).toEqual([
      `${failed} "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused`,
      `${failed} "https://nosvc.wh.svc:443/x?timeout=10s": service "nosvc" not found`,
      `${failed} "${server.url}/x?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    ]);
  });

  test('but not because its bundle is its own certificate instead of the authority', async () => {
    await configure('Validating', 'v', { clientConfig: { url: `${server.url}/x`, caBundle: server.certificate } });
    expect((await create('c')).status).toBe(201);
    expect(server.received).toHaveLength(1);
  });

  test('because it takes too long, by the clock of the cluster', async () => {
    const clock = new VirtualClock();
    await using slow = await startCluster({ profile: 'envtest', clock });
    const real = cluster;
    cluster = slow;
    server.answer('/slow', () => {
      void clock.advance(1000);
      return undefined;
    });
    await configure('Validating', 'v', { ...at('/slow'), timeoutSeconds: 1 });
    expect(messageOf(await create('c'))).toBe(
      `Internal error occurred: failed calling webhook "w0.ex.io": failed to call webhook: Post "${server.url}/slow?timeout=1s": context deadline exceeded`,
    );
    cluster = real;
  });
});

describe('which writes a webhook sees', () => {
  test('those that its object selector selects, by the new state or the old', async () => {
    await configure('Validating', 'v', { ...at('/ok'), objectSelector: { matchLabels: { x: 'y' } } });
    await create('c');
    expect(server.received).toHaveLength(0);
    for (const labels of [{ x: 'y' }, { x: null }, { z: 'z' }]) {
      await send(
        cluster.transport,
        `PATCH ${CONFIGMAPS}/c`,
        { metadata: { labels } },
        { 'content-type': 'application/merge-patch+json' },
      );
    }
    expect(server.received).toHaveLength(2);
  });

  test('those in namespaces that its namespace selector selects', async () => {
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'other' } };
    await configure('Validating', 'v', { ...at('/ok'), namespaceSelector });
    await send(cluster.transport, 'POST /api/v1/namespaces', { metadata: { name: 'other' } });
    await create('c');
    await send(cluster.transport, 'POST /api/v1/namespaces/other/configmaps', { metadata: { name: 'c' } });
    expect(server.received.map(({ body }) => body.request.namespace)).toEqual(['other']);
  });

  test('in the version that its rules name, though the request was made in another', async () => {
    const rules = [
      {
        apiGroups: ['autoscaling'],
        apiVersions: ['v1'],
        operations: ['CREATE'],
        resources: ['horizontalpodautoscalers'],
      },
    ];
    server.answer('/v1', () => patched({ op: 'replace', path: '/spec/maxReplicas', value: 7 }));
    await configure('Mutating', 'm', { ...at('/v1'), rules });
    await configure('Validating', 'v', { ...at('/exact'), rules, matchPolicy: 'Exact' });
    const { body } = await send(
      cluster.transport,
      'POST /apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
      {
        metadata: { name: 'h' },
        spec: {
          maxReplicas: 3,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          ],
        },
      },
    );
    expect(body).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { maxReplicas: 7, metrics: [{ type: 'Resource' }] },
    });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.body.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' },
      requestKind: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
      object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 50 } },
    });
  });

  test('those for which all match conditions hold; one that cannot be evaluated counts as failurePolicy says', async () => {
    server.answer('/deny', () => ({ response: { allowed: false } }));
    const when = (expression: string, failurePolicy: string) => ({
      ...at('/deny'),
      failurePolicy,
      matchConditions: [{ name: 'a', expression }],
    });
    const outcomes: unknown[] = [];
    for (const webhook of [
      when('object.data.a == "2"', 'Fail'),
      when('object.data.zz == "2"', 'Ignore'),
      when('object.data.zz == "2"', 'Fail'),
      when('request.operation == "CREATE" && oldObject == null', 'Fail'),
    ]) {
      await configure('Validating', 'v', webhook);
      const answer = await create('t');
      outcomes.push(answer.status === 201 ? 201 : answer.body);
      await send(cluster.transport, `DELETE ${ADMISSION}/validatingwebhookconfigurations/v`);
      await send(cluster.transport, `DELETE ${CONFIGMAPS}/t`);
    }
    expect(outcomes).toEqual([
      201,
      201,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `configmaps "t" is forbidden: expression 'object.data.zz == "2"' resulted in error: no such key: zz`,
        reason: 'Forbidden',
        details: { name: 't', kind: 'configmaps' },
        code: 403,
      },
      expect.objectContaining({ message: 'admission webhook "w0.ex.io" denied the request without explanation' }),
    ]);
  });

  test('match conditions that do not compile are refused with the configuration', async () => {
    const webhook = {
      name: 'w.ex.io',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      ...at('/ok'),
      matchConditions: [{ name: 'a', expression: 'bogus' }],
    };
    const answer = await send(cluster.transport, `POST ${ADMISSION}/validatingwebhookconfigurations`, {
      metadata: { name: 't-ok' },
      webhooks: [webhook],
    });
    expect(messageOf(answer)).toBe(
      `ValidatingWebhookConfiguration.admissionregistration.k8s.io "t-ok" is invalid: webhooks[0].matchConditions[0].expression: Invalid value: "bogus": compilation failed: ERROR: <input>:1:1: undeclared reference to 'bogus' (in container '')\n | bogus\n | ^`,
    );
  });

  test('dry runs too, which say so, and nothing about webhook configurations', async () => {
    const rules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }];
    await configure('Validating', 'v', { ...at('/ok'), rules });
    expect((await create('c', {}, '?dryRun=All')).status).toBe(201);
    await send(cluster.transport, `DELETE ${ADMISSION}/validatingwebhookconfigurations/v`);
    expect(server.received.map(({ body }) => body.request.dryRun)).toEqual([true]);
  });

  test('subresources, where the rules name them; scale in its own form', async () => {
    const rules = [
      { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments/scale'] },
    ];
    server.answer('/scale', () => patched({ op: 'replace', path: '/spec/replicas', value: 5 }));
    await configure('Mutating', 'm', { ...at('/scale'), rules });
    const labels = { app: 'd' };
    await send(cluster.transport, 'POST /apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'c' }] } },
      },
    });
    const { body } = await send(
      cluster.transport,
      'PATCH /apis/apps/v1/namespaces/default/deployments/d/scale',
      { spec: { replicas: 2 } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } });
    expect(server.received[0]?.body.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      subResource: 'scale',
      requestSubResource: 'scale',
      object: { kind: 'Scale', spec: { replicas: 2 } },
    });
  });
});

test('the path of a URL is cleaned, as the one that envtest writes needs it', async () => {
  await configure('Validating', 'v', at('//a//b/'));
  expect((await create('c')).status).toBe(201);
  expect(server.received.map(({ path }) => path)).toEqual(['/a/b?timeout=10s']);
});

test('a service reference leads to where the cluster was told that the service is', async () => {
  await configure('Validating', 'v', {
    clientConfig: { service: { namespace: 'default', name: 'hook', path: '/svc' }, caBundle: server.caBundle },
  });
  expect((await create('c')).status).toBe(201);
  expect(server.received[0]?.headers.host).toBe('hook.default.svc:443');
});

test('a service reference leads to the endpoints of the service on this machine', async () => {
  await using other = await startCluster({ profile: 'envtest' });
  const real = cluster;
  cluster = other;
  await send(other.transport, 'POST /api/v1/namespaces/default/services', {
    metadata: { name: 'hook' },
    spec: { ports: [{ port: 443 }] },
  });
  await configure('Validating', 'v', {
    clientConfig: { service: { namespace: 'default', name: 'hook' }, caBundle: server.caBundle },
  });
  expect(messageOf(await create('c'))).toContain('no endpoints available for service "hook"');
  const endpoints = (ip: string) => ({
    metadata: { name: 'hook' },
    subsets: [{ addresses: [{ ip }], ports: [{ port: server.port }] }],
  });
  await send(other.transport, 'POST /api/v1/namespaces/default/endpoints', endpoints('10.244.0.9'));
  expect(messageOf(await create('c'))).toContain(`dial tcp 10.244.0.9:${server.port}: connect: no route to host`);
  await send(other.transport, 'PUT /api/v1/namespaces/default/endpoints/hook', endpoints('127.0.0.1'));
  expect((await create('c')).status).toBe(201);
  cluster = real;
});
