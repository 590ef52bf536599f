import { X509Certificate } from 'node:crypto';
import { createHttpTransport, createSigningRequest, fixedCredentials } from '@opwright/client';
import { CertificateSigningRequest } from '@opwright/kubernetes/certificates';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { type Cluster, startCluster } from '../index.ts';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

type Usages = CertificateSigningRequest['spec']['usages'];

const MERGE = { 'content-type': 'application/merge-patch+json' };

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ serve: true });
});
afterAll(() => cluster.stop());

async function asked(
  name: string,
  request: string,
  spec: Omit<CertificateSigningRequest['spec'], 'request'>,
): Promise<void> {
  const pem = Buffer.from(request).toString('base64');
  await cluster.client.create(CertificateSigningRequest, { metadata: { name }, spec: { request: pem, ...spec } });
  // As kubectl certificate approve does.
  const conditions = [{ type: 'Approved', status: 'True', reason: 'KubectlApprove', message: 'by hand' }];
  const approval = await send(
    cluster.transport,
    `PATCH ${REQUESTS}/${name}/approval`,
    { status: { conditions } },
    MERGE,
  );
  expect(approval.status, String(messageOf(approval))).toBe(200);
}

/** The status, once the signer has had its say. */
const answered = (name: string) =>
  vi.waitFor(async () => {
    const { status = {} } = await cluster.client.get(CertificateSigningRequest, { name });
    expect(status.certificate ?? status.conditions?.find(({ type }) => type === 'Failed')).toBeDefined();
    return status;
  });

test('who has a request approved logs in with the certificate', async () => {
  const { request, key } = createSigningRequest('jane', { organizations: ['team'] });
  await asked('jane', request, { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] });
  const cert = Buffer.from((await answered('jane')).certificate ?? '', 'base64').toString();
  const { validFrom, validTo } = new X509Certificate(cert);
  expect(Date.parse(validTo) - Date.parse(validFrom)).toBe(365 * 24 * 3600 * 1000);
  const transport = createHttpTransport({
    server: cluster.url ?? '',
    insecureSkipTlsVerify: true,
    credentials: fixedCredentials({ headers: {}, certificate: { cert, key } }),
  });
  const review = await send(
    transport,
    'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
    {},
    {
      'content-type': 'application/json',
    },
  );
  await transport.close();
  expect(review.body).toMatchObject({
    status: { userInfo: { username: 'jane', groups: ['team', 'system:authenticated'] } },
  });
});

test('a kubelet gets a serving certificate for its names, and none for what it is not', async () => {
  const usages: Usages = ['digital signature', 'server auth'];
  const signerName = 'kubernetes.io/kubelet-serving';
  const names = { organizations: ['system:nodes'], hosts: ['node-a', '10.0.0.9'] };
  await asked('node', createSigningRequest('system:node:node-a', names).request, { signerName, usages });
  const { certificate = '' } = await answered('node');
  const served = new X509Certificate(Buffer.from(certificate, 'base64'));
  expect([served.checkHost('node-a'), served.checkIP('10.0.0.9')]).toEqual(['node-a', '10.0.0.9']);

  const refused: [string, string, Usages, string][] = [
    ['subject organization is not system:nodes', createSigningRequest('system:node:a').request, usages, signerName],
    [
      'DNS or IP subjectAltName is required',
      createSigningRequest('system:node:a', { organizations: ['system:nodes'] }).request,
      usages,
      signerName,
    ],
    [
      'usages did not match [digital signature key encipherment server auth]',
      createSigningRequest('system:node:a', names).request,
      ['client auth'],
      signerName,
    ],
    [
      'subject common name does not begin with system:node:',
      createSigningRequest('a', names).request,
      usages,
      signerName,
    ],
    [
      'DNS subjectAltNames are not allowed',
      createSigningRequest('system:node:a', names).request,
      ['client auth'],
      'kubernetes.io/kube-apiserver-client-kubelet',
    ],
    [
      'invalid usage for client certificate: server auth',
      createSigningRequest('a').request,
      usages,
      'kubernetes.io/kube-apiserver-client',
    ],
  ];
  for (const [index, [message, request, wanted, signer]] of refused.entries()) {
    await asked(`refused-${index}`, request, { signerName: signer, usages: wanted });
    expect((await answered(`refused-${index}`)).conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', reason: 'SignerValidationFailure', message }),
    );
  }
});

test('requests of other signers, and those that nobody has approved, are left alone', async () => {
  const pem = Buffer.from(createSigningRequest('jane').request).toString('base64');
  const usages: Usages = ['client auth'];
  await asked('own', createSigningRequest('jane').request, { signerName: 'example.com/own', usages: ['client auth'] });
  await cluster.client.create(CertificateSigningRequest, {
    metadata: { name: 'waiting' },
    spec: { request: pem, usages, signerName: 'kubernetes.io/kube-apiserver-client' },
  });
  await asked('last', createSigningRequest('x').request, {
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
  });
  await answered('last');
  for (const name of ['own', 'waiting']) {
    const { status } = await cluster.client.get(CertificateSigningRequest, { name });
    expect(status?.certificate).toBeUndefined();
  }
});
