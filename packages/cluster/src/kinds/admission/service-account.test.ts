import { expect, test } from 'vitest';
import { send } from '../../../test/exchange.ts';
import { startCluster } from '../../cluster.ts';

const CORE = '/api/v1/namespaces/default';
const container = { name: 'c', image: 'i' };
const fromSecret = { name: 'E', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } };
const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] });

// Texts of kube-apiserver 1.32, whose conformance server runs without this plugin.
async function answersTo(pods: readonly object[]) {
  await using cluster = await startCluster({
    profile: 'envtest',
    enableAdmissionPlugins: ['ServiceAccount'],
    disableAdmissionPlugins: [],
  });
  await send(cluster.transport, `POST ${CORE}/serviceaccounts`, {
    metadata: { name: 'strict', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    secrets: [{ name: 'known' }],
    imagePullSecrets: [{ name: 'pull' }],
  });
  const answers: string[] = [];
  for (const pod of pods) {
    const { body } = await send(cluster.transport, `POST ${CORE}/pods?dryRun=All`, pod);
    const { kind, message } = body as { kind: string; message?: string };
    answers.push(message?.replace(/^pods "a" is forbidden: /, '') ?? kind);
  }
  return answers;
}

test('a pod that its kubelet runs from a file depends on nothing of the API server', async () => {
  const mirror = (spec: object) => ({
    metadata: { name: 'a', annotations: { 'kubernetes.io/config.mirror': 'x' } },
    spec: { containers: [container], nodeName: 'n', ...spec },
  });
  const pods = [
    mirror({ serviceAccountName: 'default' }),
    mirror({ imagePullSecrets: [{ name: 's' }] }),
    mirror({ containers: [{ ...container, envFrom: [{ secretRef: { name: 's' } }] }] }),
    mirror(volume({ secret: { secretName: 's' } })),
    mirror(volume({ projected: { sources: [{ secret: { name: 's' } }] } })),
    mirror(volume({ csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } })),
    mirror(volume({ projected: { sources: [{ serviceAccountToken: { path: 'p' } }] } })),
    mirror({}),
  ];
  expect(await answersTo(pods)).toEqual([
    'a mirror pod may not reference service accounts',
    ...Array(5).fill('a mirror pod may not reference secrets'),
    'a mirror pod may not use ServiceAccountToken volume projections',
    'Pod',
  ]);
});

test('a service account that enforces its list of secrets keeps pods to it', async () => {
  const strict = (spec: object) => ({
    metadata: { name: 'a' },
    spec: { serviceAccountName: 'strict', containers: [container], ...spec },
  });
  const pods = [
    strict({ serviceAccountName: 'nobody' }),
    strict(volume({ secret: { secretName: 'other' } })),
    strict({ initContainers: [{ name: 'i', image: 'i', env: [fromSecret] }] }),
    strict({ containers: [{ ...container, env: [fromSecret] }] }),
    strict({ containers: [{ ...container, envFrom: [{ secretRef: { name: 'other' } }] }] }),
    strict({ imagePullSecrets: [{ name: 'pull' }, { name: 'other' }] }),
    strict(volume({ secret: { secretName: 'known' } })),
  ];
  const unlisted = 'is not allowed because service account strict does not reference that';
  expect(await answersTo(pods)).toEqual([
    'error looking up service account default/nobody: serviceaccount "nobody" not found',
    `volume with secret.secretName="other" ${unlisted} secret`,
    `init container i with envVar E referencing secret.secretName="other" ${unlisted} secret`,
    `container c with envVar E referencing secret.secretName="other" ${unlisted} secret`,
    `container c with envFrom referencing secret.secretName="other" ${unlisted} secret`,
    `imagePullSecrets[1].name="other" ${unlisted} imagePullSecret`,
    'Pod',
  ]);
});

test('it keeps containers that are added to a pod to it as well', async () => {
  await using cluster = await startCluster({
    profile: 'envtest',
    enableAdmissionPlugins: ['ServiceAccount'],
    disableAdmissionPlugins: [],
  });
  const { transport } = cluster;
  await send(transport, `POST ${CORE}/serviceaccounts`, {
    metadata: { name: 'strict', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    secrets: [{ name: 'known' }],
  });
  await send(transport, `POST ${CORE}/pods`, {
    metadata: { name: 'a' },
    spec: { serviceAccountName: 'strict', containers: [container] },
  });
  const debug = async (name: string, rest: object) => {
    const body = { spec: { ephemeralContainers: [{ name, image: 'i', ...rest }] } };
    const type = { 'content-type': 'application/strategic-merge-patch+json' };
    const answer = await send(transport, `PATCH ${CORE}/pods/a/ephemeralcontainers`, body, type);
    const { kind, message } = answer.body as { kind: string; message?: string };
    return [answer.status, message ?? kind];
  };
  const unlisted = 'is not allowed because service account strict does not reference that secret';
  expect(await debug('d', { env: [fromSecret] })).toEqual([
    500,
    `ephemeral container d with envVar E referencing secret.secretName="other" ${unlisted}`,
  ]);
  expect(await debug('d', { envFrom: [{ secretRef: { name: 'other' } }] })).toEqual([
    500,
    `ephemeral container d with envFrom referencing secret.secretName="other" ${unlisted}`,
  ]);
  expect(await debug('d', { envFrom: [{ secretRef: { name: 'known' } }] })).toEqual([200, 'Pod']);
  await send(transport, `DELETE ${CORE}/serviceaccounts/strict`);
  const missing = 'error looking up service account default/strict: serviceaccount "strict" not found';
  expect(await debug('e', {})).toEqual([403, `pods "a" is forbidden: ${missing}`]);
});
