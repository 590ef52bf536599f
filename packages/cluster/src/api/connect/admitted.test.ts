import { expect, test } from 'vitest';
import { messageOf, send } from '../../../test/exchange.ts';
import { patched, startWebhookServer } from '../../../test/webhook-server.ts';
import { startCluster } from '../../index.ts';

const core = '/api/v1/namespaces/default';

test('what a webhook makes of the options is what is connected to, and what it refuses is not', async () => {
  await using server = await startWebhookServer();
  await using cluster = await startCluster({
    profile: 'envtest',
    kubelet: { proxy: (_target, { url }) => new Response(new URL(url).pathname) },
  });
  const { transport } = cluster;
  await cluster.load([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    },
  ]);
  const merge = { 'content-type': 'application/merge-patch+json' };
  await send(transport, `PATCH ${core}/pods/p/status`, { status: { podIP: '10.244.0.9' } }, merge);
  server.answer('/m', ({ body: { request } }) =>
    patched({ op: 'replace', path: '/path', value: `/public${request.object.path}` }),
  );
  server.answer('/v', ({ body: { request } }) => ({
    response: { allowed: request.object.path !== '/public/secret', status: { code: 403, message: 'secret' } },
  }));
  for (const [kind, path] of [
    ['mutating', '/m'],
    ['validating', '/v'],
  ]) {
    const configured = await send(
      transport,
      `POST /apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`,
      {
        metadata: { name: 'w' },
        webhooks: [
          {
            name: 'w.ex.io',
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/proxy'] }],
            clientConfig: { url: `${server.url}${path}`, caBundle: server.caBundle },
          },
        ],
      },
    );
    expect(configured.status).toBe(201);
  }
  expect((await send(transport, `GET ${core}/pods/p/proxy/x`)).body).toBe('/public/x');
  const refused = await send(transport, `GET ${core}/pods/p/proxy/secret`);
  expect([refused.status, messageOf(refused)]).toEqual([403, 'admission webhook "w.ex.io" denied the request: secret']);
});
