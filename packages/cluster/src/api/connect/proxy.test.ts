import { expect, test } from 'vitest';
import { messageOf, send } from '../../../test/exchange.ts';
import { startCluster } from '../../index.ts';

const core = '/api/v1/namespaces/default';
const merge = { 'content-type': 'application/merge-patch+json' };

test('requests are passed on to pods, to pods behind services and to nodes, with path, query, headers and body', async () => {
  await using cluster = await startCluster({
    profile: 'envtest',
    kubelet: {
      async proxy(target, request) {
        const where = 'pod' in target ? `${target.pod.metadata.name}:${target.port}` : target.node;
        const { pathname, search } = new URL(request.url);
        const body = `${where} ${request.method} ${pathname}${search} ${request.headers.get('x-a')} ${await request.text()}`;
        if (pathname === '/fail') throw new Error('connection refused');
        return new Response(body, { status: 418, headers: { 'x-b': 'c' } });
      },
    },
  });
  const { transport } = cluster;
  await cluster.load([
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 8080 }] }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default' },
      spec: { ports: [{ name: 'http', port: 80 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 's', namespace: 'default' },
      subsets: [
        {
          addresses: [{ ip: '10.244.0.9', targetRef: { kind: 'Pod', name: 'p', namespace: 'default' } }],
          ports: [{ name: 'http', port: 9090 }],
        },
      ],
    },
  ]);
  await send(transport, `PATCH ${core}/pods/p/status`, { status: { podIP: '10.244.0.9' } }, merge);
  const answer = await send(transport, `PUT ${core}/pods/p/proxy/a%2Fb%20(%3F)//e/?c=d`, 'body', { 'x-a': 'b' });
  expect(answer).toMatchObject({
    status: 418,
    headers: { 'x-b': 'c' },
    body: 'p:8080 PUT /a/b%20%28%3F%29/e/?c=d b body',
  });
  const body = async (path: string) => (await send(transport, `GET ${path}`, undefined, { accept: 'text/html' })).body;
  expect(await body(`${core}/pods/p:81/proxy/`)).toBe('p:81 GET / null ');
  for (const name of ['s:http', 's:80', 'http:s:http'])
    expect(await body(`${core}/services/${name}/proxy/x`)).toBe('p:9090 GET /x null ');
  expect(await body('/api/v1/nodes/n/proxy/metrics')).toBe('n GET /metrics null ');
  const moved = await send(transport, `GET ${core}/pods/p/proxy?a=b`);
  expect([moved.status, moved.headers.location]).toEqual([301, `${core}/pods/p/proxy/?a=b`]);
  const failed = await send(transport, `GET ${core}/pods/p/proxy/fail`);
  expect([failed.status, messageOf(failed)]).toEqual([503, 'error trying to reach service: connection refused']);
  const unnamed = await send(transport, `GET ${core}/services/s:grpc/proxy/`);
  expect([unnamed.status, messageOf(unnamed)]).toEqual([503, 'no endpoints available for service "s:grpc"']);
});
