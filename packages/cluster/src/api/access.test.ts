import { expect, test } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { startCluster } from '../index.ts';
import { authenticate } from './authenticate.ts';
import { fixedToken } from './tokens/token.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

test('who is bound to a role may do what it says, in its namespace, and nothing else', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  await cluster.load([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'rb' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r', namespace: 'rb' },
      rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace: 'rb' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dev' }],
    },
  ]);
  const alice = cluster.as({ name: 'alice', groups: ['dev'] });
  expect((await send(alice, 'GET /api/v1/namespaces/rb/secrets/one')).status).toBe(404);
  const denied = await send(alice, 'GET /api/v1/namespaces/rb/secrets/two');
  expect(denied.body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message:
      'secrets "two" is forbidden: User "alice" cannot get resource "secrets" in API group "" in the namespace "rb"',
    reason: 'Forbidden',
    details: { name: 'two', kind: 'secrets' },
    code: 403,
  });
  expect(messageOf(await send(alice, 'GET /api/v1/pods'))).toBe(
    'pods is forbidden: User "alice" cannot list resource "pods" in API group "" at the cluster scope',
  );
  expect(messageOf(await send(alice, 'PUT /apis/apps/v1/namespaces/rb/deployments/x/status', {}))).toBe(
    'deployments.apps "x" is forbidden: User "alice" cannot update resource "deployments/status" in API group "apps" in the namespace "rb"',
  );
  expect(messageOf(await send(alice, 'GET /metrics'))).toBe('forbidden: User "alice" cannot get path "/metrics"');

  const review = await send(cluster.transport, 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: {
      user: 'x',
      groups: ['dev'],
      resourceAttributes: { namespace: 'rb', verb: 'get', resource: 'secrets', name: 'one' },
    },
  });
  expect(review.body).toMatchObject({
    status: { allowed: true, reason: 'RBAC: allowed by RoleBinding "b/rb" of Role "r" to Group "dev"' },
  });
});

test('a binding to a role that does not exist is named in the refusal', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  await send(cluster.transport, `POST ${RBAC}/namespaces/default/rolebindings`, {
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }],
  });
  const answer = await send(cluster.as({ name: 'bob' }), 'GET /api/v1/namespaces/default/pods');
  expect(messageOf(answer)).toMatch(
    /in the namespace "default": RBAC: role\.rbac\.authorization\.k8s\.io "x" not found$/,
  );
});

test('everybody may ask for version and health, and nothing more without a name', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const nobody = cluster.as({ name: 'system:anonymous', groups: ['system:unauthenticated'] });
  expect((await send(nobody, 'GET /version')).body).toMatchObject({ major: '1', minor: '32' });
  expect(await send(nobody, 'GET /readyz')).toMatchObject({ status: 200, body: 'ok' });
  expect((await send(nobody, 'GET /api/v1/namespaces')).status).toBe(403);
});

test('an administrator can act as somebody else, and others cannot', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const as = { 'impersonate-user': 'zed', 'impersonate-group': 'dev' };
  const who = await send(cluster.transport, 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews', {}, as);
  expect(who.body).toMatchObject({
    status: { userInfo: { username: 'zed', groups: ['dev', 'system:authenticated'] } },
  });
  const answer = await send(cluster.as({ name: 'alice' }), 'GET /api/v1/namespaces', undefined, {
    'impersonate-user': 'zed',
  });
  expect(messageOf(answer)).toBe(
    'users "zed" is forbidden: User "alice" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
});

test('a test sees every request, with who made it, and every answer names its request', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  cluster.requests.clear();
  const headers = { 'audit-id': 'mine', 'user-agent': 'test/1', 'impersonate-user': 'zed' };
  for (const path of ['/api/v1/pods?limit=1', '/version', '/nope']) {
    const answer = await send(cluster.transport, `GET ${path}`, undefined, headers);
    expect(answer.headers['audit-id']).toBe('mine');
  }
  await send(cluster.as({ name: 'alice' }), 'GET /version');
  const { records } = cluster.requests;
  expect(records.map(({ path, code, user, impersonatedUser }) => [path, code, user, impersonatedUser])).toEqual([
    ['/api/v1/pods?limit=1', 403, 'kubernetes-admin', 'zed'],
    ['/version', 200, 'kubernetes-admin', 'zed'],
    ['/nope', 403, 'kubernetes-admin', 'zed'],
    ['/version', 200, 'alice', ''],
  ]);
  expect(records[0]).toMatchObject({ auditId: 'mine', method: 'GET', userAgent: 'test/1' });
});

test('clients are known by their certificate or token; an unknown token is refused', () => {
  const request = { method: 'GET', path: '/', headers: {}, lifetime: new AbortController() };
  const credentials = { tokens: [fixedToken('secret', { name: 'robot', groups: [] })], audiences: ['api'] };
  const bearer = (token: string) => ({ ...request, headers: { authorization: `Bearer ${token}` } });
  const robot = { name: 'robot', groups: ['system:authenticated'] };
  expect(authenticate(bearer('secret'), credentials)).toEqual(robot);
  expect(() => authenticate(bearer('guess'), credentials)).toThrow('Unauthorized');
  const protocol = `v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.${btoa('secret')}`;
  const socket = { ...request, headers: { 'sec-websocket-protocol': protocol } };
  expect(authenticate(socket, credentials)).toEqual(robot);
  const clientCertificate = { commonName: 'eve', organizations: ['dev'], fingerprint: 'ab' };
  const extra = { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab'] };
  const eve = { name: 'eve', groups: ['dev', 'system:authenticated'], extra };
  expect(authenticate({ ...request, clientCertificate }, credentials)).toEqual(eve);
  expect(authenticate({ ...bearer('secret'), clientCertificate }, credentials)).toEqual(eve);
  expect(authenticate(request, credentials)).toEqual({
    name: 'system:anonymous',
    groups: ['system:unauthenticated'],
  });
});
