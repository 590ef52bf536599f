import type { RequestStep, Subject } from '../case.ts';
import { as, core, get, inGroup, post } from '../steps.ts';

const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const SAR = `${AUTHORIZATION}/subjectaccessreviews`;
const SELF = `${AUTHORIZATION}/selfsubjectaccessreviews`;
const RULES = `${AUTHORIZATION}/selfsubjectrulesreviews`;
const LOCAL = `${inGroup('authorization.k8s.io/v1')}/localsubjectaccessreviews`;
const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const RBAC = 'rbac.authorization.k8s.io';

const unrecorded = { unrecorded: true } as const;
const configMaps = { namespace: '{{ns}}', verb: 'get', resource: 'configmaps', name: 'a' };
const selecting = (selectors: object): object => ({
  spec: { user: 'alice', resourceAttributes: { ...configMaps, verb: 'list', ...selectors } },
});
const labels = (...requirements: object[]) => selecting({ labelSelector: { requirements } });
const fields = (...requirements: object[]) => selecting({ fieldSelector: { requirements } });

/** Lets alice and the group dev read a config map of the case's namespace. */
const reader: readonly RequestStep[] = [
  post(
    `${inGroup(`${RBAC}/v1`)}/roles`,
    {
      metadata: { name: 'reader' },
      rules: [
        { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'] },
        { verbs: ['list'], apiGroups: ['', 'apps'], resources: ['pods', 'pods/status'] },
      ],
    },
    unrecorded,
  ),
  post(
    `${inGroup(`${RBAC}/v1`)}/rolebindings`,
    {
      metadata: { name: 'readers' },
      roleRef: { apiGroup: RBAC, kind: 'Role', name: 'reader' },
      subjects: [
        { apiGroup: RBAC, kind: 'User', name: 'alice' },
        { apiGroup: RBAC, kind: 'Group', name: 'dev' },
        { kind: 'ServiceAccount', name: 'sa' },
      ],
    },
    unrecorded,
  ),
  post(SAR, { spec: { user: 'alice', resourceAttributes: configMaps } }, { until: { text: '"allowed":true' } }),
];

/** D57: questions about who may do what, and who somebody is. */
export const reviews: Subject = {
  id: 'reviews',
  cases: [
    {
      name: 'a subject access review says whether, and why',
      steps: [
        ...reader,
        post(SAR, { spec: { user: 'alice', resourceAttributes: configMaps } }),
        post(SAR, { spec: { user: 'x', groups: ['dev'], resourceAttributes: configMaps } }),
        post(SAR, { spec: { groups: ['dev'], resourceAttributes: configMaps } }),
        post(SAR, { spec: { user: 'system:serviceaccount:{{ns}}:sa', resourceAttributes: configMaps } }),
        post(SAR, { spec: { user: 'bob', uid: 'u', extra: { K: ['v', 'w'] }, resourceAttributes: configMaps } }),
        post(SAR, { spec: { user: 'alice', resourceAttributes: { ...configMaps, name: 'b' } } }),
        post(SAR, { spec: { user: 'alice', resourceAttributes: { ...configMaps, version: 'v7', group: 'x' } } }),
        post(SAR, { spec: { user: 'alice', resourceAttributes: {} } }),
        post(SAR, { spec: { user: 'x', groups: ['system:masters'], resourceAttributes: {} } }),
        post(SAR, { spec: { user: 'x', nonResourceAttributes: { verb: 'get', path: '/healthz' } } }),
        post(SAR, {
          spec: {
            user: 'x',
            groups: ['system:authenticated'],
            nonResourceAttributes: { verb: 'get', path: '/openapi/v3' },
          },
        }),
        post(SAR, {
          spec: {
            user: 'x',
            groups: ['system:unauthenticated'],
            nonResourceAttributes: { verb: 'get', path: '/version' },
          },
        }),
        post(SAR, { spec: { user: 'x', nonResourceAttributes: {} } }),
        post(SAR, {
          spec: { user: 'alice', resourceAttributes: configMaps },
          status: { allowed: false, reason: 'x', denied: true },
        }),
      ],
    },
    {
      name: 'a subject access review has to make sense',
      clusterWide: true,
      steps: [
        post(SAR, {}),
        post(SAR, { spec: {} }),
        post(SAR, { spec: { user: 'x', resourceAttributes: {}, nonResourceAttributes: { path: '/' } } }),
        post(SAR, { spec: { resourceAttributes: {} } }),
        post(SAR, { metadata: { name: 'x' }, spec: { user: 'x', resourceAttributes: {} } }),
        post(SAR, { metadata: { namespace: 'x', labels: { a: 'b' } }, spec: { user: 'x', resourceAttributes: {} } }),
        post(SAR, { kind: 'Pod', apiVersion: 'v1' }),
        post(SAR, { spec: { user: 'x', resourceAttributes: { nope: 1 } } }),
        post(`${SAR}?fieldValidation=Strict`, { spec: { user: 'x', resourceAttributes: { nope: 1 } } }),
        post(SAR, { spec: { user: 7 } }),
        post(`${SAR}?dryRun=All`, { spec: { user: 'x', resourceAttributes: {} } }),
        get(SAR),
        get(`${SAR}/x`),
        post(`${SAR}/x`, {}),
      ],
    },
    {
      name: 'a local subject access review is about its namespace',
      steps: [
        ...reader,
        post(LOCAL, { metadata: { namespace: '{{ns}}' }, spec: { user: 'alice', resourceAttributes: configMaps } }),
        post(LOCAL, { spec: { user: 'alice', resourceAttributes: configMaps } }),
        post(LOCAL, { spec: { user: 'alice', resourceAttributes: { ...configMaps, namespace: 'other' } } }),
        post(LOCAL, { metadata: { namespace: 'other' }, spec: { user: 'alice', resourceAttributes: configMaps } }),
        post(LOCAL, { spec: { user: 'alice', resourceAttributes: { ...configMaps, namespace: '' } } }),
        post(LOCAL, { spec: { user: 'alice', nonResourceAttributes: { verb: 'get', path: '/x' } } }),
        post(LOCAL, { metadata: { name: 'x' }, spec: { user: 'alice', resourceAttributes: configMaps } }),
        post(LOCAL, {}),
        post('/apis/authorization.k8s.io/v1/localsubjectaccessreviews', {}),
        post(LOCAL, { spec: { user: 'alice', resourceAttributes: configMaps } }, as('alice')),
      ],
    },
    {
      name: 'everybody may ask what they may do',
      steps: [
        ...reader,
        post(SELF, { spec: { resourceAttributes: configMaps } }),
        post(SELF, { spec: { resourceAttributes: configMaps } }, as('alice')),
        post(SELF, { spec: { resourceAttributes: configMaps } }, as('eve')),
        post(SELF, { spec: { nonResourceAttributes: { verb: 'get', path: '/openapi/v3' } } }, as('eve')),
        post(SELF, {}, as('eve')),
        post(SELF, { metadata: { name: 'x' }, spec: { resourceAttributes: configMaps } }, as('eve')),
        post(SELF, { spec: { resourceAttributes: configMaps } }, { as: 'anonymous' }),
        post(SAR, { spec: { user: 'alice', resourceAttributes: configMaps } }, as('alice')),
      ],
    },
    {
      name: 'selectors are part of the question',
      steps: [
        post(SAR, labels({ key: 'a', operator: 'In', values: ['b'] })),
        post(SAR, labels({ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'NotIn', values: ['c', 'd'] })),
        post(SAR, labels({ key: 'a', operator: 'Like', values: ['b'] })),
        post(SAR, labels({ key: 'a', operator: 'Like' }, { key: 'a', operator: 'Exists' })),
        post(SAR, labels({ key: 'a', operator: 'In' }, { key: 'a', operator: 'Exists', values: ['b'] }, {})),
        post(SAR, labels({ key: 'a b', operator: 'In', values: ['c d'] })),
        post(SAR, labels()),
        post(SAR, selecting({ labelSelector: {} })),
        post(SAR, selecting({ labelSelector: { rawSelector: 'a=b,c in (d)' } })),
        post(SAR, selecting({ labelSelector: { rawSelector: 'a=b=c' } })),
        post(
          SAR,
          selecting({ labelSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] } }),
        ),
        post(SAR, fields({ key: 'spec.nodeName', operator: 'In', values: ['b'] })),
        post(SAR, fields({ key: 'spec.nodeName', operator: 'In', values: ['b', 'c'] })),
        post(SAR, fields({ key: 'spec.nodeName', operator: 'Exists' })),
        post(SAR, fields({ key: 'spec.nodeName', operator: 'Like' }, { key: 'a', operator: 'NotIn', values: ['b'] })),
        post(SAR, fields({ key: '', operator: 'In' }, { key: 'a', operator: 'Exists', values: ['b'] })),
        post(SAR, selecting({ fieldSelector: {} })),
        post(SAR, selecting({ fieldSelector: { rawSelector: 'a=b' } })),
        post(SAR, selecting({ fieldSelector: { rawSelector: 'a' } })),
        post(
          SAR,
          selecting({ fieldSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] } }),
        ),
        post(
          SAR,
          selecting({
            fieldSelector: { rawSelector: 'a' },
            labelSelector: { requirements: [{ key: 'a', operator: 'X' }] },
          }),
        ),
        post(SELF, { spec: { resourceAttributes: { ...configMaps, labelSelector: {} } } }),
      ],
    },
    {
      name: 'everybody may ask for the rules that they have',
      steps: [
        ...reader,
        post(RULES, { spec: { namespace: '{{ns}}' } }, as('alice')),
        post(RULES, { spec: { namespace: 'default' } }, as('alice')),
        post(RULES, {}, as('alice')),
        post(RULES, { spec: { namespace: 'default' } }, { as: 'anonymous' }),
        post(RULES, { spec: { namespace: 'default' } }),
      ],
    },
    {
      name: 'the rules that somebody has are not complete where a role is missing',
      steps: [
        ...reader,
        post(
          `${inGroup(`${RBAC}/v1`)}/rolebindings`,
          {
            metadata: { name: 'dangling' },
            roleRef: { apiGroup: RBAC, kind: 'Role', name: 'nope' },
            subjects: [{ apiGroup: RBAC, kind: 'User', name: 'alice' }],
          },
          unrecorded,
        ),
        post(RULES, { spec: { namespace: '{{ns}}' } }, { ...as('alice'), until: { text: 'nope' } }),
        post(
          RULES,
          { spec: { namespace: '{{ns}}' } },
          { ...as('alice'), keep: ['spec', 'status.incomplete', 'status.evaluationError'] },
        ),
        post(SAR, { spec: { user: 'alice', resourceAttributes: { ...configMaps, resource: 'secrets' } } }),
      ],
    },
    {
      name: 'everybody may ask who they are',
      clusterWide: true,
      steps: [
        post(WHO, {}, as('alice')),
        post(WHO, {}, as('alice', 'dev', 'ops')),
        post(WHO, {}, as('system:serviceaccount:ns:sa')),
        post(WHO, { metadata: { name: 'x', labels: { a: 'b' } } }, as('alice')),
        post(WHO, {}, { as: 'anonymous' }),
        post(WHO, {}, as('system:anonymous')),
        post(
          WHO,
          { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' },
          { ...as('alice'), keep: ['status'] },
        ),
        get(WHO),
      ],
    },
    {
      name: 'tokens that nobody knows are reviewed',
      clusterWide: true,
      steps: [
        post('/apis/authentication.k8s.io/v1/tokenreviews', {}),
        post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } }),
        post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x', audiences: ['a'] } }),
        post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'a.b.c' } }),
        post('/apis/authentication.k8s.io/v1/tokenreviews', { metadata: { name: 'x' }, spec: { token: 'x y' } }),
        post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } }, as('alice')),
        get('/apis/authentication.k8s.io/v1/tokenreviews'),
      ],
    },
    {
      name: 'a review has a place in its namespace only where its kind has',
      steps: [
        post(`${core}/subjectaccessreviews`, {}),
        post(`${inGroup('authorization.k8s.io/v1')}/subjectaccessreviews`, {}),
      ],
    },
  ],
};
