import { builtinResource, type ObjectMeta, type ObjectMetaInput, type Resource } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { isAlreadyExists, isConflict, isExpired, isNotFound, isTooManyRequests, StatusError } from '../index.ts';
import type { Transport, TransportRequest, TransportResponse } from '../transport.ts';
import { TransportError } from '../transport.ts';
import { createClient } from './create-client.ts';
import type { ClientOptions } from './requests.ts';

interface Item {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly size?: number };
}
interface ItemInput {
  readonly metadata: ObjectMetaInput;
  readonly spec?: { readonly size?: number };
}
const Pod: Resource<'v1', 'Pod', Item, ItemInput> = builtinResource({ apiVersion: 'v1', kind: 'Pod', plural: 'pods' });
const Deployment: Resource<'apps/v1', 'Deployment', Item, ItemInput> = builtinResource({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
});
const Node: Resource<'v1', 'Node', Item, ItemInput> = builtinResource({
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  scope: 'Cluster',
});

interface Answer {
  readonly status?: number;
  readonly headers?: TransportResponse['headers'];
  readonly json?: unknown;
  readonly text?: string;
  readonly lines?: readonly unknown[];
}

/** A transport that notes requests and gives prepared answers, the last one over and over. */
function prepared(...answers: readonly Answer[]): { transport: Transport; requests: TransportRequest[] } {
  const requests: TransportRequest[] = [];
  const transport: Transport = {
    async request(request) {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {};
      requests.push(request);
      const text = async () => answer.text ?? JSON.stringify(answer.json ?? {});
      return {
        status: answer.status ?? 200,
        headers: answer.headers ?? { 'content-type': 'application/json' },
        json: async (parse = (json) => JSON.parse(json.toString())) => parse(Buffer.from(await text())),
        text,
        async *lines() {
          yield* answer.lines ?? [];
        },
        close: () => {},
      };
    },
    close: async () => {},
  };
  return { transport, requests };
}

function clientOf(answer: Answer = {}, options?: ClientOptions) {
  const { transport, requests } = prepared(answer);
  return { client: createClient(transport, options), requests };
}

const key = { namespace: 'default', name: 'web' };

describe('paths', () => {
  test('follow from the resource', async () => {
    const { client, requests } = clientOf({ json: { metadata: {}, items: [] } });
    await client.get(Pod, key);
    await client.get(Deployment, key);
    await client.get(Node, { name: 'n1' });
    await client.list(Pod);
    await client.list(Deployment, { namespace: 'default', limit: 0 });
    await client.list(Node, { limit: 2 });
    await client.status(Deployment).get(key);
    await client.createSubresource(Pod, key, 'eviction', {});
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/namespaces/default/pods/web',
      'GET /apis/apps/v1/namespaces/default/deployments/web',
      'GET /api/v1/nodes/n1',
      'GET /api/v1/pods?limit=500',
      'GET /apis/apps/v1/namespaces/default/deployments',
      'GET /api/v1/nodes?limit=2',
      'GET /apis/apps/v1/namespaces/default/deployments/web/status',
      'POST /api/v1/namespaces/default/pods/web/eviction',
    ]);
  });

  test('are percent-encoded, names and selectors', async () => {
    const { client, requests } = clientOf({ json: { metadata: {}, items: [] } });
    await client.get(Pod, { namespace: 'default', name: 'system:x?y#z' });
    await client.list(Pod, { labelSelector: 'tier in (a,b),x=ü', fieldSelector: 'metadata.name=a&b' });
    expect(requests[0]?.path).toBe('/api/v1/namespaces/default/pods/system%3Ax%3Fy%23z');
    expect(new URL(requests[1]!.path, 'http://x').searchParams.get('labelSelector')).toBe('tier in (a,b),x=ü');
    expect(new URL(requests[1]!.path, 'http://x').searchParams.get('fieldSelector')).toBe('metadata.name=a&b');
  });

  test('no request is made that would address another object, or all of them', async () => {
    const { client, requests } = clientOf();
    const missing = 'Pod is namespaced, and no namespace was given: pass { name, namespace }';
    await expect(client.get(Pod, { name: 'web' })).rejects.toThrow(missing);
    await expect(client.delete(Pod, { name: 'web', namespace: '' })).rejects.toThrow(missing);
    await expect(client.create(Pod, { metadata: { name: 'web' } })).rejects.toThrow(missing);
    await expect(client.status(Pod).get({ name: 'web' })).rejects.toThrow(missing);
    await expect(client.delete(Pod, { namespace: 'default', name: '' })).rejects.toThrow('the name of Pod is empty');
    await expect(client.update(Pod, { metadata: { namespace: 'default' } })).rejects.toThrow(
      'the name of Pod is empty',
    );
    await expect(client.get(Pod, { namespace: 'default', name: '..' })).rejects.toThrow('invalid name of Pod ".."');
    await expect(client.get(Pod, { namespace: 'a/b', name: 'x' })).rejects.toThrow('invalid namespace of Pod "a/b"');
    expect(requests).toEqual([]);
  });
});

describe('writes', () => {
  test('carry apiVersion and kind, field manager, dry run and field validation', async () => {
    const { client, requests } = clientOf({}, { fieldManager: 'me' });
    const pod = { metadata: { ...key }, spec: { size: 1 } };
    await client.create(Pod, pod, { dryRun: true, fieldValidation: 'Strict' });
    await client.update(Pod, pod, { fieldManager: 'other' });
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/default/pods?dryRun=All&fieldManager=me&fieldValidation=Strict',
      headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'opwright' },
      body: { json: { apiVersion: 'v1', kind: 'Pod', ...pod } },
    });
    expect(requests[1]).toMatchObject({
      method: 'PUT',
      path: '/api/v1/namespaces/default/pods/web?fieldManager=other',
    });
    expect(pod).toEqual({ metadata: key, spec: { size: 1 } });
  });

  test('each patch has its content type', async () => {
    const { client, requests } = clientOf();
    await client.patch(Pod, key, { type: 'merge', patch: { spec: null } });
    await client.patch(Pod, key, { type: 'strategic', patch: {} });
    await client.patch(Pod, key, { type: 'json', patch: [{ op: 'remove', path: '/spec' }] });
    await client.apply(Pod, { metadata: key }, { fieldManager: 'me', force: true });
    await client.apply(Pod, { metadata: key }, { fieldManager: 'me' });
    expect(requests.map(({ method, headers }) => [method, headers?.['content-type']])).toEqual([
      ['PATCH', 'application/merge-patch+json'],
      ['PATCH', 'application/strategic-merge-patch+json'],
      ['PATCH', 'application/json-patch+json'],
      ['PATCH', 'application/apply-patch+yaml'],
      ['PATCH', 'application/apply-patch+yaml'],
    ]);
    expect(requests[0]?.body).toEqual({ json: { spec: null } });
    expect(requests[3]?.path).toBe('/api/v1/namespaces/default/pods/web?fieldManager=me&force=true');
    expect(requests[4]?.path).toBe('/api/v1/namespaces/default/pods/web?fieldManager=me');
    expect(requests[4]?.body).toEqual({ json: { apiVersion: 'v1', kind: 'Pod', metadata: key } });
  });

  test('apply without a field manager is an error before anything is sent', async () => {
    const { client, requests } = clientOf();
    for (const options of [{}, { fieldManager: '' }]) {
      const message = 'apply needs a field manager: pass { fieldManager } to it';
      await expect(client.apply(Pod, { metadata: key }, options as never)).rejects.toThrow(message);
      await expect(client.status(Pod).apply(key, { metadata: key }, options as never)).rejects.toThrow(message);
    }
    expect(requests).toEqual([]);
  });

  test('delete options travel in the body, and only where there are some', async () => {
    const { client, requests } = clientOf();
    await client.delete(Pod, key);
    await client.delete(Pod, key, {
      dryRun: true,
      gracePeriodSeconds: 0,
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'u' },
    });
    await client.deleteCollection(Pod, { namespace: 'default', labelSelector: 'a=b', propagationPolicy: 'Orphan' });
    expect(requests[0]).toMatchObject({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/web' });
    expect(requests[0]?.body).toBeUndefined();
    expect(requests[1]?.body).toEqual({
      json: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds: 0,
        preconditions: { uid: 'u' },
        propagationPolicy: 'Foreground',
        dryRun: ['All'],
      },
    });
    expect(requests[2]).toMatchObject({
      path: '/api/v1/namespaces/default/pods?labelSelector=a%3Db',
      body: { json: { propagationPolicy: 'Orphan' } },
    });
  });

  test('scale is autoscaling/v1 Scale of the key', async () => {
    const { client, requests } = clientOf();
    await client.scale(Deployment).update(key, { spec: { replicas: 3 }, metadata: { resourceVersion: '7' } });
    await client.scale(Deployment).patch(key, { type: 'merge', patch: { spec: { replicas: 2 } } });
    expect(requests[0]).toMatchObject({
      method: 'PUT',
      path: '/apis/apps/v1/namespaces/default/deployments/web/scale',
      body: {
        json: {
          apiVersion: 'autoscaling/v1',
          kind: 'Scale',
          metadata: { ...key, resourceVersion: '7' },
          spec: { replicas: 3 },
        },
      },
    });
    expect(requests[1]).toMatchObject({ method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } });
  });
});

describe('lists', () => {
  const page = (names: readonly string[], next?: string): Answer => ({
    json: {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '9', ...(next && { continue: next, remainingItemCount: 5 }) },
      items: names.map((name) => ({ metadata: { name } })),
    },
  });
  const expiredAnswer: Answer = {
    status: 410,
    json: { kind: 'Status', apiVersion: 'v1', metadata: {}, reason: 'Expired', code: 410, message: 'too old' },
  };

  test('follow continue tokens and come back as one, items with apiVersion and kind', async () => {
    const { transport, requests } = prepared(page(['a', 'b'], 'next 1'), page(['c'], 'next 2'), page(['d']));
    const list = await createClient(transport).list(Pod, { limit: 2, resourceVersion: '5', labelSelector: 'x=y' });
    expect(list.items.map((item) => item.metadata.name)).toEqual(['a', 'b', 'c', 'd']);
    expect(list.items[3]).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
    expect(list.metadata).toEqual({ resourceVersion: '9' });
    expect(requests.map(({ path }) => path)).toEqual([
      '/api/v1/pods?labelSelector=x%3Dy&limit=2&resourceVersion=5',
      '/api/v1/pods?labelSelector=x%3Dy&limit=2&continue=next%201',
      '/api/v1/pods?labelSelector=x%3Dy&limit=2&continue=next%202',
    ]);
  });

  test('start over without pages when a token has expired', async () => {
    const { transport, requests } = prepared(page(['a'], 'n'), expiredAnswer, page(['a', 'b']));
    const list = await createClient(transport).list(Pod, { limit: 1 });
    expect(list.items).toHaveLength(2);
    expect(requests.at(-1)?.path).toBe('/api/v1/pods');
  });

  test('pages report an expired token: what was handed out cannot be taken back', async () => {
    const { transport } = prepared(page(['a'], 'n'), expiredAnswer);
    const pages = createClient(transport).pages(Pod)[Symbol.asyncIterator]();
    expect((await pages.next()).value?.items).toHaveLength(1);
    expect(isExpired(await pages.next().catch((error) => error))).toBe(true);
  });

  test.each([{ kind: 'Status', status: 'Success' }, {}, { rows: [] }])(
    'an answer that is no list is an error: %j',
    async (json) => {
      const { client } = clientOf({ json });
      await expect(client.list(Pod)).rejects.toThrow('the answer to a list of pods is no list');
    },
  );

  test('null items are no items', async () => {
    const { client } = clientOf({ json: { metadata: { resourceVersion: '1' }, items: null } });
    expect((await client.list(Pod)).items).toEqual([]);
  });
});

describe('watches', () => {
  const added = { type: 'ADDED', object: { kind: 'Pod', metadata: { name: 'a' } } };
  const error = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } };

  test('ask for what the options say and hand out events, errors among them', async () => {
    const { client, requests } = clientOf({ lines: [added, error] });
    const events: unknown[] = [];
    const options = { namespace: 'default', resourceVersion: '0', allowWatchBookmarks: true, timeoutSeconds: 60 };
    for await (const event of client.watch(Pod, options)) events.push(event);
    expect(events).toEqual([added, error]);
    expect(requests[0]).toMatchObject({
      path: '/api/v1/namespaces/default/pods?watch=true&resourceVersion=0&allowWatchBookmarks=true&timeoutSeconds=60',
      stream: true,
    });
  });

  test('a refused watch throws the Status', async () => {
    const { client } = clientOf({ status: 410, json: { ...error.object, apiVersion: 'v1', metadata: {} } });
    const first = client.watch(Pod)[Symbol.asyncIterator]().next();
    expect(isExpired(await first.catch((cause) => cause))).toBe(true);
  });

  test.each([[{ type: 'NEWS', object: {} }], [{ object: {} }], [7], [null]])(
    'a line that is not an event breaks the watch: %j',
    async (line) => {
      const { client } = clientOf({ lines: [added, line] });
      const events = client.watch(Pod)[Symbol.asyncIterator]();
      await events.next();
      await expect(events.next()).rejects.toThrow('a line that is not an event');
    },
  );
});

describe('errors', () => {
  const failing = async (answer: Answer, method: 'get' | 'create' = 'get'): Promise<StatusError> => {
    const { client } = clientOf(answer);
    const call = method === 'get' ? client.get(Pod, key) : client.create(Pod, { metadata: key });
    const error: unknown = await call.catch((cause) => cause);
    if (!(error instanceof StatusError)) throw error;
    return error;
  };

  test('a Status body is the error', async () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      message: 'pods "web" not found',
      reason: 'NotFound',
      code: 404,
    };
    const error = await failing({ status: 404, json: status });
    expect(isNotFound(error)).toBe(true);
    expect(error.message).toBe('pods "web" not found');
    expect(error.status).toEqual(status);
  });

  test('text of the mux and pages of a proxy become Status errors that quote them', async () => {
    const text = await failing({
      status: 404,
      headers: { 'content-type': 'text/plain' },
      text: '404 page not found\n',
    });
    expect(isNotFound(text)).toBe(true);
    expect(text.message).toBe(
      'the server could not find the requested resource (404 on GET /api/v1/namespaces/default/pods/web): 404 page not found',
    );
    const page = await failing({ status: 502, text: '<html><head><title>Bad\n Gateway</title></head>…</html>' });
    expect(page.code).toBe(502);
    expect(page.reason).toBe('InternalError');
    expect(page.message).toMatch(/: Bad Gateway$/);
  });

  test('a JSON body that is not a Status is quoted, too', async () => {
    const error = await failing({ status: 403, json: { error: 'blocked' } });
    expect(error.reason).toBe('Forbidden');
    expect(error.message).toContain('{"error":"blocked"}');
  });

  test('a bare 409 is a taken name after create, a conflict otherwise', async () => {
    expect(isAlreadyExists(await failing({ status: 409, text: '' }, 'create'))).toBe(true);
    expect(isConflict(await failing({ status: 409, text: '' }))).toBe(true);
  });

  test('Retry-After is in the details', async () => {
    const error = await failing({ status: 429, headers: { 'retry-after': '7' }, text: 'slow down' });
    expect(isTooManyRequests(error)).toBe(true);
    expect(error.status.details?.retryAfterSeconds).toBe(7);
  });

  test('a redirect is not followed but named', async () => {
    const error = await failing({ status: 302, headers: { location: 'https://login' }, text: '' });
    expect(error.message).toContain('redirects to https://login');
  });

  test('a 200 that is not JSON comes from something else than an API server', async () => {
    const { client } = clientOf({ headers: { 'content-type': 'text/html' }, text: '<html>' });
    const error = await client.get(Pod, key).catch((cause) => cause);
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toContain('text/html');
  });

  test('an aborted signal prevents the request', async () => {
    const { client, requests } = clientOf();
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(client.get(Pod, key, { signal })).rejects.toThrow('stopped');
    await expect(client.list(Pod, { signal })).rejects.toThrow('stopped');
    await expect(client.watch(Pod, { signal })[Symbol.asyncIterator]().next()).rejects.toThrow('stopped');
    await expect(client.raw('GET', '/', { signal })).rejects.toThrow('stopped');
    expect(requests).toEqual([]);
  });
});

test('what a write answers comes without managed fields that nobody needs', async () => {
  const managed = (manager: string) => [{ manager, operation: 'Apply', fieldsV1: { 'f:spec': {} } }];
  const answerOf = (manager: string) => ({ metadata: { name: 'web', managedFields: managed(manager) } });
  const managedFieldsOf = new Set(['me']);
  for (const [manager, left] of [
    ['me', managed('me')],
    ['kubectl', undefined],
  ] as const) {
    const { client } = clientOf({ json: answerOf(manager) });
    const patch = { type: 'merge', patch: {} } as const;
    const options = { managedFieldsOf, fieldManager: 'me' };
    const pod = { metadata: key };
    for (const written of [
      await client.create(Pod, pod, options),
      await client.update(Pod, pod, options),
      await client.apply(Pod, pod, options),
      await client.patch(Pod, key, patch, options),
      await client.status(Pod).patch(key, patch, options),
    ]) {
      expect(written.metadata).toEqual({ name: 'web', ...(left && { managedFields: left }) });
    }
    expect(await client.patch(Pod, key, patch)).toEqual(answerOf(manager));
  }
});

test('warnings are handed over, of successes and of failures', async () => {
  const seen: string[] = [];
  const answers: Answer[] = [
    { headers: { warning: ['299 - "one"', '299 - "two"'] } },
    { status: 404, headers: { warning: '299 - "three"' }, text: '' },
  ];
  const client = createClient(prepared(...answers).transport, { warnings: (text) => seen.push(text) });
  await client.get(Pod, key);
  await client.get(Pod, key).catch(() => {});
  expect(seen).toEqual(['one', 'two', 'three']);
});

test('raw answers with JSON whatever its content type, or with the text', async () => {
  const raw = (answer: Answer) => clientOf(answer).client.raw('GET', '/x');
  expect(await raw({ json: { a: 1 } })).toEqual({ a: 1 });
  expect(await raw({ headers: { 'content-type': 'text/plain' }, text: '{"paths":{}}' })).toEqual({ paths: {} });
  expect(await raw({ headers: { 'content-type': 'text/plain; charset=utf-8' }, text: 'ok' })).toBe('ok');
});
