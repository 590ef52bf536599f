import type { RequestStep, Subject } from '../case.ts';
import { as, core, get, post } from '../steps.ts';

const RBAC = 'rbac.authorization.k8s.io';
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const unrecorded = { unrecorded: true } as const;

/** Asks who the bearer of the headers is. */
const who = (headers: Record<string, string | readonly string[]>): RequestStep =>
  post(WHO, {}, { headers, keep: ['status', 'message', 'details'] });
/** Asks it with the token of an account, which is no administrator. */
const asAccount = (headers: Record<string, string | readonly string[]>): RequestStep =>
  post(WHO, {}, { as: 'anonymous', headers: { authorization: 'Bearer {{token}}', ...headers } });

/** D57: acting as somebody else. */
export const impersonation: Subject = {
  id: 'impersonation',
  cases: [
    {
      name: 'an administrator acts as a user, with groups, uid and extra',
      clusterWide: true,
      steps: [
        who({ 'impersonate-user': 'alice' }),
        who({ 'impersonate-user': 'alice', 'impersonate-group': 'dev' }),
        who({ 'impersonate-user': 'alice', 'impersonate-group': ['dev', 'a, b'] }),
        who({ 'impersonate-user': 'alice', 'impersonate-group': ['system:authenticated', 'dev'] }),
        who({ 'impersonate-user': 'alice', 'impersonate-group': 'system:unauthenticated' }),
        who({ 'impersonate-user': 'alice', 'impersonate-uid': 'u-1' }),
        who({ 'impersonate-user': 'alice', 'impersonate-extra-scopes': ['view', 'edit'] }),
        who({ 'impersonate-user': 'alice', 'impersonate-extra-example.com%2fScope': 'x' }),
        who({ 'impersonate-user': 'alice', 'impersonate-extra-a%zz': 'x' }),
        who({ 'impersonate-user': 'alice', 'Impersonate-Extra-UPPER': 'X' }),
        who({ 'impersonate-user': 'system:serviceaccount:ns:sa' }),
        who({ 'impersonate-user': 'system:serviceaccount:ns:sa', 'impersonate-group': 'dev' }),
        who({ 'impersonate-user': 'system:serviceaccount:ns' }),
        who({ 'impersonate-user': 'system:serviceaccount:NS:sa' }),
        who({ 'impersonate-user': 'system:serviceaccount::sa' }),
        who({ 'impersonate-user': 'system:serviceaccount:ns:sa:x' }),
        who({ 'impersonate-user': 'system:anonymous' }),
        who({ 'impersonate-user': 'system:anonymous', 'impersonate-group': 'system:authenticated' }),
        who({ 'impersonate-user': 'system:anonymous', 'impersonate-group': 'system:masters' }),
        who({ 'impersonate-user': 'alice', 'impersonate-group': '' }),
        // The administrators of two servers have different names.
        post(
          WHO,
          {},
          { headers: { 'impersonate-user': '' }, keep: ['status.userInfo.groups', 'status.userInfo.extra'] },
        ),
      ],
    },
    {
      name: 'groups, uid and extra need a user',
      clusterWide: true,
      steps: [
        post(WHO, {}, { headers: { 'impersonate-group': 'zed' } }),
        post(WHO, {}, { headers: { 'impersonate-group': ['a', 'b'] } }),
        post(WHO, {}, { headers: { 'impersonate-uid': 'zed' } }),
        post(WHO, {}, { headers: { 'impersonate-extra-k': 'v' } }),
        post(WHO, {}, { headers: { 'impersonate-group': 'g', 'impersonate-extra-k': 'v', 'impersonate-uid': 'u' } }),
        get('/api/v1/pods?a=%3Cb%3E', { headers: { 'impersonate-group': '<a>' } }),
      ],
    },
    {
      name: 'who is no administrator has to be allowed each part',
      steps: [
        post(`${core}/serviceaccounts`, { metadata: { name: 'sa' } }, unrecorded),
        post(`${core}/serviceaccounts/sa/token`, {}, { unrecorded: true, save: { token: 'status.token' } }),
        asAccount({ 'impersonate-user': 'alice' }),
        asAccount({ 'impersonate-user': 'system:serviceaccount:{{ns}}:other' }),
        asAccount({ 'impersonate-user': 'system:anonymous' }),
        post(
          `/apis/${RBAC}/v1/clusterroles`,
          {
            metadata: { name: '{{run}}' },
            rules: [
              { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['alice'] },
              { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['dev'] },
              {
                verbs: ['impersonate'],
                apiGroups: ['authentication.k8s.io'],
                resources: ['uids'],
                resourceNames: ['u'],
              },
              {
                verbs: ['impersonate'],
                apiGroups: ['authentication.k8s.io'],
                resources: ['userextras/scopes'],
                resourceNames: ['view'],
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
            subjects: [{ kind: 'ServiceAccount', name: 'sa', namespace: '{{ns}}' }],
          },
          unrecorded,
        ),
        { ...asAccount({ 'impersonate-user': 'alice' }), until: { status: 201 } },
        asAccount({
          'impersonate-user': 'alice',
          'impersonate-group': 'dev',
          'impersonate-uid': 'u',
          'impersonate-extra-scopes': 'view',
        }),
        asAccount({ 'impersonate-user': 'bob' }),
        asAccount({ 'impersonate-user': 'alice', 'impersonate-group': 'system:masters' }),
        asAccount({ 'impersonate-user': 'alice', 'impersonate-uid': 'v' }),
        asAccount({ 'impersonate-user': 'alice', 'impersonate-extra-scopes': ['view', 'edit'] }),
        asAccount({ 'impersonate-user': 'alice', 'impersonate-extra-other': 'view' }),
        asAccount({ 'impersonate-user': 'system:serviceaccount:{{ns}}:sa' }),
      ],
    },
    {
      name: 'who acts as somebody else may do what that one may',
      steps: [
        get(`${core}/configmaps`, as('alice')),
        get(`${core}/configmaps`, { ...as('alice', 'system:masters'), keep: ['kind'] }),
        post(
          `${core}/configmaps`,
          { metadata: { name: 'a' } },
          { ...as('alice', 'system:masters'), keep: ['metadata.name'] },
        ),
      ],
    },
  ],
};
