import { expect, test } from 'vitest';
import { messageOf, send } from '../../../test/exchange.ts';
import { startCluster } from '../../cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';

async function post(plugin: string, path: string, body: object) {
  await using cluster = await startCluster({
    profile: 'envtest',
    enableAdmissionPlugins: [plugin],
    disableAdmissionPlugins: ['ServiceAccount'],
  });
  return send(cluster.transport, `POST ${path}`, body);
}

const pod = (spec: object) => ({
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'c', image: 'i:1' }], ...spec },
});

test('AlwaysPullImages pulls every image anew', async () => {
  const { body } = await post('AlwaysPullImages', PODS, pod({ initContainers: [{ name: 'i', image: 'i:1' }] }));
  expect(body).toMatchObject({
    spec: { containers: [{ imagePullPolicy: 'Always' }], initContainers: [{ imagePullPolicy: 'Always' }] },
  });
});

test('ExtendedResourceToleration lets a pod with a device onto the nodes that are kept for it', async () => {
  const resources = { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '1' } };
  const { body } = await post(
    'ExtendedResourceToleration',
    PODS,
    pod({ containers: [{ name: 'c', image: 'i', resources }] }),
  );
  expect(body).toMatchObject({
    spec: {
      tolerations: expect.arrayContaining([{ key: 'example.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]),
    },
  });
});

test('LimitPodHardAntiAffinityTopology keeps pods apart by node only', async () => {
  const term = { topologyKey: 'zone', labelSelector: {} };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  expect(messageOf(await post('LimitPodHardAntiAffinityTopology', PODS, pod({ affinity })))).toBe(
    'pods "a" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
  );
});

test('DenyServiceExternalIPs refuses addresses of one’s own choice', async () => {
  const service = { metadata: { name: 's' }, spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] } };
  expect(messageOf(await post('DenyServiceExternalIPs', '/api/v1/namespaces/default/services', service))).toBe(
    'services "s" is forbidden: Use of external IPs is denied by admission control',
  );
});

test('AlwaysDeny refuses everything', async () => {
  expect(messageOf(await post('AlwaysDeny', PODS, pod({})))).toBe(
    'pods "a" is forbidden: admission control is denying all modifications',
  );
});
