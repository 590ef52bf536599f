import { createAuthority } from '@opwright/client';
import type { RequestStep, Subject } from '../case.ts';
import { get, post } from '../steps.ts';

const authority = createAuthority('front-proxy', Date.now());

/** Who the server takes the proxy's client for. */
const whoAmI = (headers: Record<string, string | string[]>, rest: Partial<RequestStep> = {}): RequestStep =>
  post(
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    {},
    { as: 'proxy', headers, keep: ['status.userInfo', 'message', 'code', 'reason'], ...rest },
  );

const subject = (id: string, allowedNames: string, cases: Subject['cases']): Subject => ({
  id,
  flags: [
    '--requestheader-client-ca-file={{files}}/proxy-ca.crt',
    `--requestheader-allowed-names=${allowedNames}`,
    '--requestheader-username-headers=X-Remote-User,X-Other-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  ],
  files: { 'proxy-ca.crt': authority.certificate },
  proxy: authority.issue({ commonName: 'front-proxy-client', organizations: ['proxies'], usage: 'client' }),
  cases,
});

/** A proxy that says in headers who its clients are. */
export const frontProxy = subject('front-proxy', 'other,front-proxy-client', [
  {
    name: 'a proxy says in headers who somebody is',
    clusterWide: true,
    steps: [
      whoAmI({ 'x-remote-user': 'jane' }),
      whoAmI({ 'x-remote-user': 'jane', 'x-remote-group': ['a', 'b,c', ''] }),
      whoAmI({ 'x-other-user': 'jill', 'x-remote-group': 'system:masters' }),
      whoAmI({ 'x-other-user': 'jill', 'x-remote-user': 'jane' }),
      whoAmI({ 'x-remote-user': 'jane', 'x-remote-extra-scopes': ['one', 'two'], 'x-remote-extra-a%2fb': 'c' }),
      whoAmI({ 'x-remote-user': 'jane', 'x-remote-uid': 'u' }),
      whoAmI({ 'x-remote-user': 'system:anonymous', 'x-remote-group': 'system:unauthenticated' }),
      whoAmI({ 'x-remote-user': 'jane', 'x-remote-group': 'system:masters', 'impersonate-user': 'jill' }),
      whoAmI({ 'x-remote-user': 'jane', authorization: 'Bearer nonsense' }),
      get('/api/v1/nodes', { as: 'proxy', headers: { 'x-remote-user': 'jane' } }),
      get('/api/v1/nodes', {
        as: 'proxy',
        headers: { 'x-remote-user': 'jane', 'x-remote-group': 'system:masters' },
        keep: ['kind'],
      }),
    ],
  },
  {
    name: 'the certificate of a proxy alone is no credential, and its headers none without it',
    clusterWide: true,
    steps: [
      whoAmI({}),
      whoAmI({ 'x-remote-group': 'system:masters' }),
      whoAmI({ 'x-remote-user': '' }),
      whoAmI({ authorization: 'Bearer nonsense' }),
      get('/version', { as: 'proxy', keep: ['message', 'major'] }),
      whoAmI({ 'x-remote-user': 'jane', 'x-remote-group': 'system:masters' }, { as: 'anonymous' }),
      get('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication', { keep: ['data.*'] }),
    ],
  },
]);

/** The same with a certificate that is signed as it should be, for somebody else. */
export const otherProxy = subject('other-proxy', 'other', [
  {
    name: 'a certificate for another name is not the one of the proxy',
    clusterWide: true,
    steps: [whoAmI({ 'x-remote-user': 'jane' }), whoAmI({})],
  },
]);
