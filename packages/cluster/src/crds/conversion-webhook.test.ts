import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Exchange, messageOf, send } from '../../test/exchange.ts';
import { startWebhookServer, type WebhookServer } from '../../test/webhook-server.ts';
import { type Cluster, startCluster } from '../cluster.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const path = (version: string) => `/apis/ex.io/${version}/namespaces/default/convs`;

let server: WebhookServer;
let cluster: Cluster;

const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const version = (name: string, storage: boolean, served = true) => ({
  name,
  served,
  storage,
  schema: {
    openAPIV3Schema: { type: 'object', properties: { spec: schema, status: schema } },
  },
  subresources: { status: {} },
});

function definition(...versions: readonly object[]) {
  return {
    metadata: { name: 'convs.ex.io' },
    spec: {
      group: 'ex.io',
      names: { plural: 'convs', kind: 'Conv' },
      scope: 'Namespaced',
      versions,
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { url: `${server.url}/convert`, caBundle: server.caBundle },
        },
      },
    },
  };
}

/** v1 has `a` where v2 has `aa`; `fail` in v1 cannot become v2. Fields come back in another order. */
function convert(object: { apiVersion: string; spec: Record<string, unknown> }, apiVersion: string): object {
  const { a, aa, ...rest } = object.spec;
  const value = a ?? aa;
  if (rest.fail === true && apiVersion === 'ex.io/v2') throw new Error('cannot convert');
  return { ...object, spec: { ...rest, [apiVersion === 'ex.io/v1' ? 'a' : 'aa']: value }, apiVersion };
}

beforeEach(async () => {
  server = await startWebhookServer();
  server.answer('/convert', ({ body }) => {
    const { objects, desiredAPIVersion } = body.request;
    try {
      const convertedObjects = objects.map((object: never) => convert(object, desiredAPIVersion));
      return { response: { convertedObjects, result: { status: 'Success' } } };
    } catch (error) {
      return { response: { result: { status: 'Failure', message: (error as Error).message } } };
    }
  });
  cluster = await startCluster({ profile: 'envtest' });
  await send(cluster.transport, `POST ${CRDS}`, definition(version('v1', true), version('v2', false)));
});
afterEach(async () => {
  await cluster.stop();
  await server[Symbol.asyncDispose]();
});

const create = (apiVersion: string, name: string, spec: object) =>
  send(cluster.transport, `POST ${path(apiVersion)}`, {
    apiVersion: `ex.io/${apiVersion}`,
    kind: 'Conv',
    metadata: { name },
    spec,
  });
const get = (apiVersion: string, name = '') => send(cluster.transport, `GET ${path(apiVersion)}/${name}`);
const specOf = ({ body }: Exchange) => (body as { spec: unknown }).spec;

test('an object is written in one version and read in another, converted by the webhook', async () => {
  const created = await create('v2', 'k1', { aa: 1 });
  expect(created.body).toMatchObject({ apiVersion: 'ex.io/v2', metadata: { generation: 1 }, spec: { aa: 1 } });
  const old = await get('v1', 'k1');
  expect(old.body).toMatchObject({ apiVersion: 'ex.io/v1', spec: { a: 1 } });
  expect(Object.keys(old.body as object)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
  const { metadata } = created.body as { metadata: object };
  expect((old.body as { metadata: object }).metadata).toEqual(metadata);
});

test('an object that cannot be converted fails its reads and the list of all, in that version only', async () => {
  await create('v2', 'k1', { aa: 1 });
  await create('v1', 'k2', { a: 1, fail: true });
  const failed = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'conversion webhook for ex.io/v1, Kind=Conv failed: cannot convert',
    code: 500,
  };
  expect((await get('v2', 'k2')).body).toEqual(failed);
  expect((await send(cluster.transport, `GET ${path('v2')}`)).body).toEqual(failed);
  expect((await get('v2', 'k1')).status).toBe(200);
  expect((await send(cluster.transport, `GET ${path('v1')}`)).status).toBe(200);
});

test('patches, status and deletes go through the version of the request', async () => {
  await create('v2', 'k1', { aa: 1 });
  const merge = { 'content-type': 'application/merge-patch+json' };
  const patched = await send(cluster.transport, `PATCH ${path('v2')}/k1`, { spec: { x: 1 } }, merge);
  expect(patched.body).toMatchObject({ metadata: { generation: 2 }, spec: { aa: 1, x: 1 } });
  await send(cluster.transport, `PATCH ${path('v2')}/k1/status`, { status: { ok: true } }, merge);
  expect((await get('v1', 'k1')).body).toMatchObject({ spec: { a: 1, x: 1 }, status: { ok: true } });
  expect((await send(cluster.transport, `DELETE ${path('v2')}/k1`)).status).toBe(200);
  expect((await get('v1', 'k1')).status).toBe(404);
});

test('a patch that changes nothing is no write', async () => {
  const created = await create('v2', 'k1', { aa: 1 });
  const merge = { 'content-type': 'application/merge-patch+json' };
  const patched = await send(cluster.transport, `PATCH ${path('v2')}/k1`, { spec: { aa: 1 } }, merge);
  expect(patched.body).toEqual(created.body);
});

test('objects of a former storage version are still read and deleted', async () => {
  await create('v1', 'k1', { a: 1 });
  const put = { ...definition(version('v1', false), version('v2', true)) };
  await send(
    cluster.transport,
    `PATCH ${CRDS}/convs.ex.io`,
    { spec: put.spec },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect(specOf(await get('v1', 'k1'))).toEqual({ a: 1 });
  expect(specOf(await get('v2', 'k1'))).toEqual({ aa: 1 });
  expect((await send(cluster.transport, `DELETE ${CRDS}/convs.ex.io`)).status).toBe(200);
  expect((await get('v1', 'k1')).status).toBe(404);
});

test('admission webhooks for one version see writes to the others, converted', async () => {
  server.answer('/admit', ({ body }) => {
    const { object } = body.request;
    if (object.spec.a === 7) return { response: { allowed: false, status: { message: 'not seven' } } };
    const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/spec/a', value: object.spec.a + 1 }]));
    return { response: { allowed: true, patchType: 'JSONPatch', patch: patch.toString('base64') } };
  });
  const webhook = {
    name: 'w.ex.io',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    clientConfig: { url: `${server.url}/admit`, caBundle: server.caBundle },
    rules: [{ apiGroups: ['ex.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['convs'] }],
  };
  const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  await send(cluster.transport, `POST ${configurations}`, { metadata: { name: 'm' }, webhooks: [webhook] });
  expect((await create('v2', 'k1', { aa: 1 })).body).toMatchObject({ apiVersion: 'ex.io/v2', spec: { aa: 2 } });
  expect(messageOf(await create('v2', 'k2', { aa: 7 }))).toContain('denied the request: not seven');
  const merge = { 'content-type': 'application/merge-patch+json' };
  await send(cluster.transport, `PATCH ${path('v2')}/k1`, { spec: { x: 1 } }, merge);
  expect(server.received.filter((review) => review.path.startsWith('/admit')).at(-1)?.body.request).toMatchObject({
    kind: { version: 'v1' },
    requestKind: { version: 'v2' },
    object: { apiVersion: 'ex.io/v1', spec: { a: 2, x: 1 } },
    oldObject: { apiVersion: 'ex.io/v1', spec: { a: 2 } },
  });
});
