import type { RequestStep, Subject } from '../case.ts';
import { apply, as, get, patch, post, put } from '../steps.ts';
import samples from './certificate-requests.json' with { type: 'json' };

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const RBAC = 'rbac.authorization.k8s.io';
const unrecorded = { unrecorded: true } as const;
/** A request for CN=alice with a key on the curve P-256, PEM in base64. */
const CSR =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITE1ISUNBUUF3RURFT01Bd0dBMVVFQXd3RllXeHBZMlV3V1RB' +
  'VEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQgpCd05DQUFUZVdqRDVBa2dvZjRlczlIOUJYR2I0NFlPZmg5MHo3MXYrcjRuaVFCVXZ0' +
  'aDRvWGR0c1NReElyTWg2Ck5zaTZPd0REQ3dSRDRmV1JxZ01CUTljZDZ5WXZvQUF3Q2dZSUtvWkl6ajBFQXdJRFNRQXdSZ0loQU80' +
  'MmlXRjEKWXpmaHpTa2dabDZvbWRNZjNNTGFSY1QzOXhPOU1JNXE4YmlZQWlFQWpvVkJ2R3A3eVA2ak52cHNzZGtpL0RkRwpXUmVI' +
  'S3BBWFF1NTJYRzVXUjc0PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K';

/** DER in base64, by openssl: requests of several kinds of keys, and a certificate that signs itself. */
const der = (name: keyof typeof samples) => Buffer.from(samples[name], 'base64');

/** A block of PEM, as the API takes it: in base64. */
function pem(bytes: Buffer, label = 'CERTIFICATE REQUEST', headers = ''): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  const text = `-----BEGIN ${label}-----\n${headers}${lines.join('\n')}\n-----END ${label}-----\n`;
  return Buffer.from(text).toString('base64');
}

/** Without its last bit, the request is signed by nobody. */
function tampered(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes);
  other[other.length - 1]! ^= 1;
  return other;
}

const request = (name: string, spec: object = {}) => ({
  metadata: { name: `${name}-{{run}}` },
  spec: { request: CSR, signerName: 'example.com/signer', usages: ['client auth'], ...spec },
});
const condition = (type: string, rest: object = {}) => ({ type, status: 'True', reason: 'Because', ...rest });
/** Decides about a request, from its state as the last answer showed it. */
const decide = (subresource: string, conditions: readonly object[], headers: object = {}): RequestStep =>
  patch(`${REQUESTS}/a-{{run}}/${subresource}`, 'merge', { status: { conditions } }, headers);

/** D60: requests for certificates. */
export const certificates: Subject = {
  id: 'certificates',
  cases: [
    {
      name: 'a request notes who asks, and cannot approve itself',
      clusterWide: true,
      steps: [
        post(
          REQUESTS,
          { ...request('a', { username: 'mallory', groups: ['x'] }), status: { conditions: [condition('Approved')] } },
          as('alice', 'dev', 'system:masters'),
        ),
        put(`${REQUESTS}/a-{{run}}`, {
          ...request('a', { signerName: 'example.com/other' }),
          status: { certificate: 'eA==' },
        }),
        get(`${REQUESTS}?fieldSelector=spec.signerName%3Dexample.com/nope`, { keep: ['items'] }),
        get(REQUESTS, {
          headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
          keep: ['columnDefinitions.1.name', 'rows.0.cells.2', 'rows.0.cells.3', 'rows.0.cells.4', 'rows.0.cells.5'],
        }),
      ],
    },
    {
      name: 'a request has to make sense',
      clusterWide: true,
      steps: [
        post(REQUESTS, request('b', { usages: [] })),
        post(REQUESTS, request('b', { usages: ['client auth', 'nope', 'client auth'] })),
        post(REQUESTS, request('b', { signerName: '' })),
        post(REQUESTS, request('b', { signerName: 'nope' })),
        post(REQUESTS, request('b', { signerName: 'nope/x' })),
        post(REQUESTS, request('b', { signerName: 'a.b/c/d' })),
        post(REQUESTS, request('b', { signerName: 'A.b/C' })),
        post(REQUESTS, request('b', { signerName: 'kubernetes.io/legacy-unknown' })),
        post(REQUESTS, request('b', { expirationSeconds: 599 })),
        post(REQUESTS, request('b', { expirationSeconds: 600 }), { keep: ['spec.expirationSeconds'] }),
      ],
    },
    {
      name: 'a request has to be one, signed by the key that it is for',
      clusterWide: true,
      steps: [
        ...[
          pem(tampered(der('alice'))),
          pem(tampered(der('rsa'))),
          pem(tampered(der('ed25519'))),
          pem(der('alice').subarray(0, -10)),
          pem(Buffer.concat([der('alice'), Buffer.alloc(1)])),
          pem(Buffer.from('hello world')),
          pem(Buffer.from([2, 1, 5])),
          pem(Buffer.from([0x30, 0])),
          pem(Buffer.alloc(0)),
          pem(der('alice'), 'NEW CERTIFICATE REQUEST'),
          pem(der('certificate'), 'CERTIFICATE'),
          pem(der('certificate')),
          Buffer.from('nonsense').toString('base64'),
        ].map((sent) => post(REQUESTS, request('b', { request: sent }))),
        ...(['rsa', 'ed25519', 'node', 'sha1'] as const).map((name) =>
          post(REQUESTS, request(name, { request: pem(der(name)) }), { keep: ['kind', 'message'] }),
        ),
        post(REQUESTS, { metadata: { name: 'c-{{run}}' }, spec: { signerName: 'a.b/c', usages: ['any'] } }),
      ],
    },
    {
      name: 'a certificate has to be one',
      clusterWide: true,
      steps: [
        post(REQUESTS, request('a'), { ...as('alice', 'system:masters'), ...unrecorded }),
        ...[
          pem(der('alice')),
          pem(Buffer.from('hello'), 'CERTIFICATE'),
          pem(der('certificate'), 'CERTIFICATE', 'a: b\n\n'),
          Buffer.from(`${Buffer.from(pem(der('certificate'), 'CERTIFICATE'), 'base64')}nonsense`).toString('base64'),
        ].map((certificate) =>
          patch(`${REQUESTS}/a-{{run}}/status`, 'merge', { status: { certificate } }, { keep: ['kind', 'message'] }),
        ),
        patch(`${REQUESTS}/a-{{run}}/status`, 'merge', { status: { certificate: null } }),
        patch(`${REQUESTS}/a-{{run}}/approval`, 'merge', { status: { certificate: 'eA==' } }, { keep: ['status'] }),
      ],
    },
    {
      name: 'a request is approved once, through its own subresource',
      clusterWide: true,
      steps: [
        post(REQUESTS, request('a'), { ...as('alice', 'system:masters'), ...unrecorded }),
        decide('approval', [condition('Approved')]),
        decide('approval', [condition('Approved', { reason: 'Again' })]),
        decide('approval', [condition('Approved'), condition('Denied')]),
        decide('approval', [condition('Approved'), condition('Approved')]),
        decide('approval', []),
        decide('approval', [condition('Approved', { status: 'False' })]),
        decide('approval', [condition('Approved'), { type: 'Other', status: 'Maybe' }, { type: '' }]),
        decide('status', [condition('Approved'), condition('Failed')]),
        get(`${REQUESTS}/a-{{run}}/approval`),
        get(`${REQUESTS}/a-{{run}}/status`, { keep: ['status'] }),
        apply(`${REQUESTS}/a-{{run}}/approval`, 'm', {
          apiVersion: 'certificates.k8s.io/v1',
          kind: 'CertificateSigningRequest',
          metadata: { name: 'a-{{run}}' },
          status: { conditions: [condition('Approved', { message: 'applied' })] },
        }),
      ],
    },
    {
      name: 'the status takes no decisions, and a certificate once',
      clusterWide: true,
      steps: [
        post(REQUESTS, request('a'), { ...as('alice', 'system:masters'), ...unrecorded }),
        decide('status', [condition('Approved')]),
        patch(`${REQUESTS}/a-{{run}}/status`, 'merge', { status: { certificate: 'eA==' } }),
        decide('approval', [condition('Denied')], { keep: ['status'] }),
        decide('approval', [condition('Denied')], { keep: ['status'] }),
        decide('status', [condition('Denied', { reason: 'Changed' }), condition('Failed')], {
          keep: ['status', 'message'],
        }),
      ],
    },
    {
      name: 'who approves has to be allowed to for the signer',
      clusterWide: true,
      steps: [
        post(REQUESTS, request('a'), { ...as('alice', 'system:masters'), ...unrecorded }),
        post(
          `/apis/${RBAC}/v1/clusterroles`,
          {
            metadata: { name: '{{run}}' },
            rules: [
              {
                verbs: ['patch', 'update', 'get'],
                apiGroups: ['certificates.k8s.io'],
                resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
              },
              {
                verbs: ['approve'],
                apiGroups: ['certificates.k8s.io'],
                resources: ['signers'],
                resourceNames: ['x.y/z'],
              },
            ],
          },
          unrecorded,
        ),
        post(
          `/apis/${RBAC}/v1/clusterrolebindings`,
          {
            metadata: { name: '{{run}}' },
            roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: '{{run}}' },
            subjects: [{ kind: 'User', apiGroup: RBAC, name: '{{run}}' }],
          },
          unrecorded,
        ),
        get(`${REQUESTS}/a-{{run}}/status`, { ...as('{{run}}'), until: { status: 200 } }),
        decide('approval', [condition('Approved')], as('{{run}}')),
        decide('status', [condition('Failed')], as('{{run}}')),
        decide('status', [condition('Other')], { ...as('{{run}}'), keep: ['status'] }),
      ],
    },
  ],
};
