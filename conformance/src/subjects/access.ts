import type { RequestStep, Subject } from '../case.ts';
import { as, configMap, core, get, inGroup, patch, post, put, remove } from '../steps.ts';

const RBAC = 'rbac.authorization.k8s.io';
const ROLES = `${inGroup(`${RBAC}/v1`)}/roles`;
const BINDINGS = `${inGroup(`${RBAC}/v1`)}/rolebindings`;
const CLUSTER_ROLES = `/apis/${RBAC}/v1/clusterroles`;
const CLUSTER_BINDINGS = `/apis/${RBAC}/v1/clusterrolebindings`;
const CMS = `${core}/configmaps`;

const metadata = (name: string, rest: object = {}) => ({ metadata: { name, ...rest } });
const rule = (verbs: string, apiGroups: string, resources: string, resourceNames?: string): object => ({
  verbs: verbs.split(' '),
  apiGroups: apiGroups.split(' ').map((group) => (group === 'core' ? '' : group)),
  resources: resources.split(' '),
  ...(resourceNames !== undefined && { resourceNames: resourceNames.split(' ') }),
});
const urls = (verbs: string, nonResourceURLs: string): object => ({
  verbs: verbs.split(' '),
  nonResourceURLs: nonResourceURLs.split(' '),
});
const unrecorded = { unrecorded: true } as const;

/** A role of the case's namespace, and who has it. */
const role = (name: string, rules: readonly object[], ...subjects: readonly object[]): RequestStep[] => [
  post(ROLES, { ...metadata(name), rules }, unrecorded),
  ...(subjects.length === 0
    ? []
    : [post(BINDINGS, { ...metadata(name), roleRef: roleRef('Role', name), subjects }, unrecorded)]),
];
/** A role of the whole cluster, and who has it. */
const clusterRole = (name: string, rules: readonly object[], ...subjects: readonly object[]): RequestStep[] => [
  post(CLUSTER_ROLES, { ...metadata(name), rules }, unrecorded),
  ...(subjects.length === 0
    ? []
    : [post(CLUSTER_BINDINGS, { ...metadata(name), roleRef: roleRef('ClusterRole', name), subjects }, unrecorded)]),
];
const roleRef = (kind: string, name: string): object => ({ apiGroup: RBAC, kind, name });
const user = (name: string): object => ({ kind: 'User', apiGroup: RBAC, name });
const group = (name: string): object => ({ kind: 'Group', apiGroup: RBAC, name });

/** A binding of alice to a role that does not exist. */
const dangling = (kind: string, name: string): RequestStep[] => [
  post(BINDINGS, { ...metadata('dangling'), roleRef: roleRef(kind, name), subjects: [user('alice')] }, unrecorded),
];

/** Waits until what was written about roles has reached those who decide. */
const until = (who: string, verb: string, resource: string, name?: string, apiGroup = ''): RequestStep =>
  post(
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      spec: {
        user: who,
        resourceAttributes: { namespace: '{{ns}}', verb, group: apiGroup, resource, ...(name && { name }) },
      },
    },
    { until: { text: '"allowed":true' } },
  );
const untilPath = (who: string, verb: string, path: string): RequestStep =>
  post(
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    { spec: { user: who, nonResourceAttributes: { verb, path } } },
    { until: { text: '"allowed":true' } },
  );

const alice = as('alice');

/** D57: role-based access control. */
export const access: Subject = {
  id: 'access',
  cases: [
    {
      name: 'a refusal names who may not do what where',
      steps: [
        get(CMS, alice),
        get('/api/v1/configmaps', alice),
        get(`${CMS}/a`, alice),
        get(`${CMS}?watch=true`, alice),
        post(CMS, configMap('a'), alice),
        put(`${CMS}/a`, configMap('a'), alice),
        patch(`${CMS}/a`, 'merge', {}, alice),
        remove(`${CMS}/a`, undefined, alice),
        remove(CMS, undefined, alice),
        get(`${CMS}?fieldSelector=metadata.name%3Da`, alice),
        remove(`${CMS}?fieldSelector=metadata.name%3Da`, undefined, alice),
        get(`${inGroup('apps/v1')}/deployments/a/scale`, alice),
        put(`${inGroup('apps/v1')}/deployments/a/status`, {}, alice),
        get(`${core}/pods/a/log`, alice),
        post(`${core}/pods/a/exec?command=x`, {}, alice),
        get('/api/v1/namespaces/{{ns}}', alice),
        get('/api/v1/namespaces', alice),
        put('/api/v1/namespaces/{{ns}}/finalize', {}, alice),
        get('/api/v1/nodes/n/proxy/x', alice),
        get('/apis/nope.example.com/v1/things/x', alice),
        get(`${inGroup('nope.example.com/v1')}/things`, alice),
        get('/metrics', alice),
        post('/metrics', {}, alice),
        get('/logs/', alice),
        { request: 'HEAD /api/v1/namespaces', ...alice },
        get(CMS, as('alice', 'a', 'b')),
        get(CMS, as('<b>"alice"</b>')),
        get('/apis/apps/v1', alice),
      ],
    },
    {
      name: 'a rule with names allows what names one of them',
      steps: [
        ...role(
          'r',
          [rule('get list watch update delete deletecollection create', 'core', 'configmaps', 'a b')],
          user('alice'),
        ),
        post(CMS, configMap('a'), unrecorded),
        until('alice', 'get', 'configmaps', 'a'),
        get(`${CMS}/a`, { ...alice, keep: ['metadata.name'] }),
        get(`${CMS}/c`, alice),
        get(`${CMS}/b`, alice),
        get(CMS, alice),
        get(`${CMS}?fieldSelector=metadata.name%3Da`, { ...alice, keep: ['kind'] }),
        get(`${CMS}?fieldSelector=metadata.name%3Dc`, alice),
        get(`${CMS}?fieldSelector=metadata.name%3Da,metadata.namespace%3D{{ns}}`, {
          ...alice,
          keep: ['kind', 'message'],
        }),
        get(`${CMS}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dc`, alice),
        post(CMS, configMap('b'), alice),
        remove(CMS, undefined, alice),
        remove(`${CMS}/a`, undefined, { ...alice, keep: ['status'] }),
        get('/api/v1/configmaps?fieldSelector=metadata.name%3Da', alice),
      ],
    },
    {
      name: 'rules name subresources, also those of every resource',
      steps: [
        ...role(
          'r',
          [rule('get', 'apps', '*/scale'), rule('get', 'core', 'pods/status'), rule('list', 'core', 'pods/*')],
          user('alice'),
        ),
        until('alice', 'get', 'pods/status'),
        get(`${inGroup('apps/v1')}/deployments/x/scale`, alice),
        get(`${inGroup('apps/v1')}/deployments/x/status`, alice),
        get(`${inGroup('apps/v1')}/deployments/x`, alice),
        get(`${core}/pods/x/status`, alice),
        get(`${core}/pods/x`, alice),
        get(`${core}/pods`, alice),
        get(`${core}/replicationcontrollers/x/scale`, alice),
      ].filter((step) => !('until' in step && JSON.stringify(step).includes('pods/status'))),
    },
    {
      name: 'stars stand for every verb, group, resource and path',
      steps: [
        ...clusterRole(
          '{{run}}',
          [rule('*', 'apps', '*'), rule('get', '*', 'secrets'), urls('get', '/x /y/* /z*'), urls('*', '/w')],
          user('{{run}}'),
        ),
        untilPath('{{run}}', 'get', '/x'),
        get(`${inGroup('apps/v1')}/deployments/x/scale`, as('{{run}}')),
        remove(`${inGroup('apps/v1')}/deployments`, undefined, { ...as('{{run}}'), keep: ['kind'] }),
        get(`${core}/secrets/x`, as('{{run}}')),
        get(`${core}/configmaps/x`, as('{{run}}')),
        get('/x', as('{{run}}')),
        get('/x/1', as('{{run}}')),
        get('/y', as('{{run}}')),
        get('/y/1/2', as('{{run}}')),
        get('/zebra', as('{{run}}')),
        post('/zebra', {}, as('{{run}}')),
        post('/w', {}, as('{{run}}')),
      ],
    },
    {
      name: 'accounts, groups and users are told apart',
      steps: [
        ...role('own', [rule('get', 'core', 'configmaps')], {
          kind: 'ServiceAccount',
          name: 'sa',
          namespace: '{{ns}}',
        }),
        ...role('foreign', [rule('get', 'core', 'secrets')], {
          kind: 'ServiceAccount',
          name: 'sa',
          namespace: 'other',
        }),
        ...role('grouped', [rule('get', 'core', 'pods')], group('dev')),
        until('system:serviceaccount:other:sa', 'get', 'secrets'),
        get(`${core}/configmaps/x`, as('system:serviceaccount:{{ns}}:sa')),
        get(`${core}/secrets/x`, as('system:serviceaccount:{{ns}}:sa')),
        get(`${core}/secrets/x`, as('system:serviceaccount:other:sa')),
        get(`${core}/pods/x`, as('system:serviceaccount:other:sa')),
        get(`${core}/pods/x`, as('alice', 'dev')),
        get(`${core}/pods/x`, as('dev')),
        get(`${core}/pods/x`, as('system:serviceaccount:{{ns}}:sa', 'dev')),
      ],
    },
    {
      name: 'a binding whose role is missing is named in the refusal',
      steps: [
        ...dangling('Role', 'x'),
        ...role('z', [rule('get', 'core', 'secrets')], user('alice')),
        until('alice', 'get', 'secrets'),
        get(CMS, alice),
        get(`${core}/secrets/x`, alice),
      ],
    },
    {
      name: 'a binding whose cluster role is missing is named in the refusal',
      steps: [
        ...dangling('ClusterRole', 'y-{{run}}'),
        ...role('z', [rule('get', 'core', 'secrets')], user('alice')),
        until('alice', 'get', 'secrets'),
        get(CMS, alice),
      ],
    },
    {
      name: 'a role holds only what its writer holds',
      steps: [
        ...role(
          'writer',
          [
            rule('create update patch get', RBAC, 'roles rolebindings'),
            rule('get list', 'core', 'configmaps'),
            rule('get', 'core', 'secrets', 'one two'),
            rule('get', 'apps', '*/scale'),
          ],
          user('alice'),
        ),
        until('alice', 'create', 'roles', undefined, RBAC),
        post(ROLES, { ...metadata('held'), rules: [rule('get', 'core', 'configmaps')] }, { ...alice, keep: ['rules'] }),
        post(ROLES, { ...metadata('a'), rules: [rule('get', 'core', 'pods')] }, alice),
        post(
          ROLES,
          { ...metadata('b'), rules: [rule('get list create delete', 'core apps', 'configmaps pods')] },
          alice,
        ),
        post(
          ROLES,
          { ...metadata('c'), rules: [rule('get', 'core', 'secrets', 'one')] },
          { ...alice, keep: ['rules'] },
        ),
        post(ROLES, { ...metadata('d'), rules: [rule('get list', 'core', 'secrets', 'one three')] }, alice),
        post(ROLES, { ...metadata('e'), rules: [rule('get', 'core', 'secrets')] }, alice),
        post(ROLES, { ...metadata('f'), rules: [rule('*', '*', '*')] }, as('alice', 'g', 'h')),
        post(
          ROLES,
          { ...metadata('g'), rules: [rule('get', 'apps', 'deployments/scale')] },
          { ...alice, keep: ['rules'] },
        ),
        post(ROLES, { ...metadata('h'), rules: [rule('get', 'apps', 'deployments/status')] }, alice),
        post(ROLES, { ...metadata('i'), rules: [] }, { ...alice, keep: ['rules'] }),
        post(ROLES, { ...metadata('j'), rules: [{ verbs: ['get'] }] }, alice),
        post(ROLES, { metadata: { generateName: 'k-' }, rules: [rule('get', 'core', 'pods')] }, alice),
        put(`${ROLES}/held`, { ...metadata('held'), rules: [rule('get delete', 'core', 'configmaps')] }, alice),
        patch(`${ROLES}/held`, 'merge', { metadata: { labels: { a: 'b' } } }, { ...alice, keep: ['metadata.labels'] }),
        patch(`${ROLES}/held`, 'json', [{ op: 'add', path: '/rules/-', value: rule('get', 'core', 'nodes') }], alice),
        post(ROLES, { ...metadata('big'), rules: [rule('get', 'core', 'pods')] }, unrecorded),
        patch(`${ROLES}/big`, 'merge', { metadata: { labels: { a: 'b' } } }, alice),
        patch(
          `${ROLES}/big`,
          'merge',
          { metadata: { finalizers: ['example.com/x'] } },
          { ...alice, keep: ['metadata.finalizers'] },
        ),
        patch(`${ROLES}/big`, 'merge', { metadata: { finalizers: null } }, { ...alice, keep: ['metadata.finalizers'] }),
        post(`${ROLES}?dryRun=All`, { ...metadata('l'), rules: [rule('get', 'core', 'pods')] }, alice),
        put(`${ROLES}/new`, { ...metadata('new'), rules: [rule('get', 'core', 'pods')] }, alice),
      ],
    },
    {
      name: 'who may escalate writes any role',
      steps: [
        ...role(
          'writer',
          [rule('create update escalate', RBAC, 'roles'), rule('escalate', RBAC, 'clusterroles')],
          user('alice'),
        ),
        until('alice', 'escalate', 'roles', undefined, RBAC),
        post(ROLES, { ...metadata('a'), rules: [rule('*', '*', '*')] }, { ...alice, keep: ['rules'] }),
        put(`${ROLES}/a`, { ...metadata('a'), rules: [rule('*', 'x', '*')] }, { ...alice, keep: ['rules'] }),
      ],
    },
    {
      name: 'who may escalate one role by its name updates it, and creates none',
      steps: [
        ...role('writer', [rule('create update', RBAC, 'roles'), rule('escalate', RBAC, 'roles', 'a')], user('alice')),
        post(ROLES, { ...metadata('a'), rules: [] }, unrecorded),
        until('alice', 'escalate', 'roles', 'a', RBAC),
        put(`${ROLES}/a`, { ...metadata('a'), rules: [rule('get', 'core', 'pods')] }, { ...alice, keep: ['rules'] }),
        remove(`${ROLES}/a`, undefined, unrecorded),
        post(ROLES, { ...metadata('a'), rules: [rule('get', 'core', 'pods')] }, alice),
      ],
    },
    {
      name: 'cluster roles hold paths, and only administrators aggregate',
      steps: [
        ...clusterRole(
          '{{run}}',
          [rule('create update', RBAC, 'clusterroles'), rule('get', 'core', 'pods'), urls('get', '/x /y/*')],
          user('{{run}}'),
        ),
        untilPath('{{run}}', 'get', '/x'),
        post(
          CLUSTER_ROLES,
          { ...metadata('a-{{run}}'), rules: [urls('get', '/y/1')] },
          { ...as('{{run}}'), keep: ['rules'] },
        ),
        post(CLUSTER_ROLES, { ...metadata('b-{{run}}'), rules: [urls('get post', '/x /z /y*')] }, as('{{run}}')),
        post(
          CLUSTER_ROLES,
          { ...metadata('c-{{run}}'), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } },
          as('{{run}}'),
        ),
        post(
          CLUSTER_ROLES,
          { ...metadata('d-{{run}}'), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: '{{run}}' } }] } },
          { keep: ['aggregationRule', 'rules'] },
        ),
        put(`${CLUSTER_ROLES}/d-{{run}}`, { ...metadata('d-{{run}}'), rules: [] }, as('{{run}}')),
        post(
          CLUSTER_ROLES,
          { ...metadata('e-{{run}}', { labels: { a: '{{run}}' } }), rules: [rule('get', 'x', 'y')] },
          { keep: ['rules'] },
        ),
        // Without the controller that aggregates, the rules stay as they are.
        get(`${CLUSTER_ROLES}/d-{{run}}`, { keep: ['aggregationRule', 'rules'] }),
        post(CLUSTER_ROLES, {
          ...metadata('f-{{run}}'),
          aggregationRule: {
            clusterRoleSelectors: [
              { matchLabels: { 'a b': '' } },
              { matchExpressions: [{ key: 'x', operator: 'Is' }] },
            ],
          },
        }),
        post(CLUSTER_ROLES, { ...metadata('g-{{run}}'), aggregationRule: { clusterRoleSelectors: [] } }),
        post(CLUSTER_ROLES, { ...metadata('h-{{run}}'), aggregationRule: {} }),
      ],
    },
    {
      name: 'a binding gives only what its writer holds',
      steps: [
        ...role(
          'writer',
          [rule('create update', RBAC, 'rolebindings'), rule('get', 'core', 'configmaps')],
          user('alice'),
        ),
        ...role('small', [rule('get', 'core', 'configmaps')]),
        ...role('big', [rule('get list', 'core', 'configmaps secrets'), rule('get', 'core', 'secrets', 'x')]),
        until('alice', 'create', 'rolebindings', undefined, RBAC),
        post(
          BINDINGS,
          { ...metadata('a'), roleRef: roleRef('Role', 'small'), subjects: [user('bob')] },
          { ...alice, keep: ['roleRef'] },
        ),
        post(BINDINGS, { ...metadata('b'), roleRef: roleRef('Role', 'big'), subjects: [user('bob')] }, alice),
        post(
          BINDINGS,
          { ...metadata('c'), roleRef: roleRef('ClusterRole', 'cluster-admin'), subjects: [user('bob')] },
          alice,
        ),
        post(BINDINGS, { ...metadata('d'), roleRef: roleRef('Role', 'nope'), subjects: [user('bob')] }, alice),
        post(
          BINDINGS,
          { ...metadata('e'), roleRef: roleRef('ClusterRole', 'nope-{{run}}'), subjects: [user('bob')] },
          alice,
        ),
        post(BINDINGS, { ...metadata('f'), roleRef: roleRef('Toll', 'nope'), subjects: [user('bob')] }, alice),
        put(
          `${BINDINGS}/a`,
          { ...metadata('a'), roleRef: roleRef('Role', 'small'), subjects: [user('eve')] },
          { ...alice, keep: ['subjects'] },
        ),
        post(BINDINGS, { ...metadata('g'), roleRef: roleRef('Role', 'big'), subjects: [user('bob')] }, unrecorded),
        put(`${BINDINGS}/g`, { ...metadata('g'), roleRef: roleRef('Role', 'big'), subjects: [user('eve')] }, alice),
        post(
          CLUSTER_BINDINGS,
          { ...metadata('h-{{run}}'), roleRef: roleRef('ClusterRole', 'view'), subjects: [user('bob')] },
          alice,
        ),
      ],
    },
    {
      name: 'who may bind a role gives it',
      steps: [
        ...role(
          'writer',
          [rule('create', RBAC, 'rolebindings'), rule('bind', RBAC, 'roles clusterroles', 'big system:node nope')],
          user('alice'),
        ),
        ...role('big', [rule('get list', 'core', 'configmaps secrets')]),
        until('alice', 'bind', 'roles', 'big', RBAC),
        post(
          BINDINGS,
          { ...metadata('a'), roleRef: roleRef('Role', 'big'), subjects: [user('bob')] },
          { ...alice, keep: ['roleRef'] },
        ),
        post(
          BINDINGS,
          { ...metadata('b'), roleRef: roleRef('ClusterRole', 'system:node'), subjects: [user('bob')] },
          { ...alice, keep: ['roleRef'] },
        ),
        post(
          BINDINGS,
          { ...metadata('c'), roleRef: roleRef('Role', 'nope'), subjects: [user('bob')] },
          { ...alice, keep: ['roleRef'] },
        ),
        post(
          BINDINGS,
          { ...metadata('d'), roleRef: roleRef('ClusterRole', 'system:public-info-viewer'), subjects: [user('bob')] },
          alice,
        ),
      ],
    },
    {
      name: 'what is missing behind other bindings is said with what is not held',
      steps: [
        ...role('writer', [rule('create', RBAC, 'roles')], user('alice')),
        ...dangling('ClusterRole', 'y-{{run}}'),
        until('alice', 'create', 'roles', undefined, RBAC),
        post(ROLES, { ...metadata('a'), rules: [rule('get', 'core', 'pods')] }, alice),
      ],
    },
    {
      name: 'roles and bindings have to make sense',
      steps: [
        post(ROLES, { ...metadata('a'), rules: [{}, { verbs: ['get'], nonResourceURLs: ['/x'] }, urls('get', 'x')] }),
        post(ROLES, {
          ...metadata('a'),
          rules: [
            { verbs: ['get'], apiGroups: [''] },
            { verbs: ['get'], resources: ['x'] },
          ],
        }),
        post(CLUSTER_ROLES, {
          ...metadata('a-{{run}}'),
          rules: [{ ...urls('get', '/x'), ...rule('get', 'core', 'pods') }],
        }),
        post(BINDINGS, metadata('a')),
        post(BINDINGS, { ...metadata('a'), roleRef: { kind: 'Role', name: 'x' }, subjects: [{}] }),
        post(BINDINGS, {
          ...metadata('a'),
          roleRef: { kind: 'User', name: 'x/y', apiGroup: 'z' },
          subjects: [
            { kind: 'User', name: '' },
            { kind: 'ServiceAccount', name: 'A' },
            { kind: 'ServiceAccount', name: 'a', apiGroup: RBAC },
            { kind: 'Group', name: 'a', apiGroup: 'x', namespace: 'y' },
          ],
        }),
        post(CLUSTER_BINDINGS, {
          ...metadata('a-{{run}}'),
          roleRef: roleRef('Role', 'x'),
          subjects: [{ kind: 'ServiceAccount', name: 'a' }],
        }),
        post(BINDINGS, {
          ...metadata('ok'),
          roleRef: roleRef('Role', 'x'),
          subjects: [user('a'), { kind: 'Group', name: 'g' }],
        }),
        put(`${BINDINGS}/ok`, { ...metadata('ok'), roleRef: roleRef('ClusterRole', 'x') }),
        put(
          `${BINDINGS}/ok`,
          { ...metadata('ok'), roleRef: { kind: 'Role', name: 'x' } },
          { keep: ['roleRef', 'subjects'] },
        ),
      ],
    },
    {
      name: 'the default roles are there',
      clusterWide: true,
      steps: [
        get(`${CLUSTER_ROLES}/cluster-admin`, { keep: ['metadata.labels', 'metadata.annotations', 'rules'] }),
        get(`${CLUSTER_ROLES}/view`, { keep: ['metadata.labels', 'aggregationRule', 'rules'] }),
        get(`${CLUSTER_ROLES}/system:aggregate-to-view`, { keep: ['metadata.labels', 'rules'] }),
        get(`${CLUSTER_BINDINGS}/system:public-info-viewer`, { keep: ['roleRef', 'subjects'] }),
        get(`/apis/${RBAC}/v1/namespaces/kube-system/roles/extension-apiserver-authentication-reader`, {
          keep: ['rules'],
        }),
      ],
    },
  ],
};
