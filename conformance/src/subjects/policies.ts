import type { Case, RequestStep, Subject } from '../case.ts';
import { configMap, core, get, patch, pod, post, put, remove } from '../steps.ts';
import { paramAccess } from './param-access.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const POLICIES = `${GROUP}/validatingadmissionpolicies`;
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`;
const CMS = `${core}/configmaps`;

const rule = (resources: string, operations: readonly string[] = ['*'], group = '', version = 'v1') => ({
  apiGroups: [group],
  apiVersions: [version],
  operations,
  resources: [resources],
});

/** A policy for the ConfigMaps of the case's namespace, with what differs. */
const policy = (spec: object, name = 'p-{{run}}') => ({
  metadata: { name },
  spec: {
    matchConstraints: {
      resourceRules: [rule('configmaps')],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{{ns}}' } },
    },
    ...spec,
  },
});

const binding = (spec: object = {}, name = 'p-{{run}}') => ({
  metadata: { name },
  spec: { policyName: 'p-{{run}}', validationActions: ['Deny'], ...spec },
});

/** A policy and its binding, until a ConfigMap `probe` gets such an answer. */
const bound = (spec: object, status = 422, ofBinding: object = {}): RequestStep[] => [
  post(POLICIES, policy(spec), { unrecorded: true }),
  post(BINDINGS, binding(ofBinding), { unrecorded: true }),
  post(`${CMS}?dryRun=All`, configMap('probe'), { until: { status } }),
];

/** Denies the object of the probe with whatever else the case is about. */
const probe = { expression: 'object == null || object.metadata.name != "probe"', message: 'probe' };

const denies = (name: string, validations: readonly object[], then: RequestStep[], spec: object = {}): Case => ({
  name,
  steps: [...bound({ validations: [probe, ...validations], ...spec }), ...then],
});

const refusedPolicies = (...specs: object[]): RequestStep[] => specs.map((spec) => post(POLICIES, policy(spec)));
const expressions = (...sources: string[]): object[] =>
  sources.map((expression) => ({ validations: [{ expression }] }));

/** D56: admission policies. */
export const policies: Subject = {
  id: 'policies',
  cases: [
    {
      name: 'a policy and its binding are stored with defaults',
      steps: [
        post(POLICIES, policy({ validations: [{ expression: 'true' }] })),
        post(BINDINGS, binding()),
        post(BINDINGS, binding({ matchResources: { resourceRules: [rule('pods')] } }, 'q-{{run}}')),
        get(`${POLICIES}/p-{{run}}`),
        patch(`${POLICIES}/p-{{run}}`, 'merge', {
          spec: { validations: [{ expression: 'false', reason: 'Forbidden' }] },
        }),
        patch(`${POLICIES}/p-{{run}}/status`, 'merge', { status: { observedGeneration: 5 } }),
        patch(`${BINDINGS}/p-{{run}}`, 'merge', { spec: { validationActions: ['Warn', 'Audit'] } }),
        put(`${POLICIES}/p-{{run}}`, policy({ validations: [{ expression: 'true' }] })),
      ],
    },
    {
      name: 'a policy that says too little is refused',
      steps: [
        post(POLICIES, { metadata: { name: 'p-{{run}}' }, spec: {} }),
        post(POLICIES, { metadata: { name: 'p-{{run}}' } }),
        ...refusedPolicies(
          { validations: [{ expression: ' ' }] },
          { validations: [{ expression: 'true', message: ' ', messageExpression: ' ', reason: 'Nope' }] },
          { validations: [{ expression: 'true', message: 'a\nb' }] },
          { validations: [{ expression: 'true' }], failurePolicy: 'Nope' },
          { validations: [{ expression: 'true' }], paramKind: {} },
          { validations: [{ expression: 'true' }], paramKind: { apiVersion: 'A_B/V1', kind: 'a b' } },
          { validations: [{ expression: 'true' }], paramKind: { apiVersion: 'a/b/c', kind: 'Foo' } },
          { validations: [{ expression: 'true' }], matchConstraints: {} },
          {
            auditAnnotations: [
              { key: 'a', valueExpression: '' },
              { key: 'a/b', valueExpression: '1' },
              { key: 'a', valueExpression: 'null' },
            ],
          },
        ),
      ],
    },
    {
      name: 'constraints that make no sense are refused',
      steps: refusedPolicies(
        ...[
          { resourceRules: [{}] },
          { resourceRules: [rule('configmaps', ['*', 'CREATE'])] },
          { resourceRules: [rule('configmaps', ['NOPE'])] },
          { resourceRules: [{ ...rule('configmaps'), apiGroups: ['*', 'a'], apiVersions: ['*', ''], scope: 'Nope' }] },
          { resourceRules: [{ ...rule('configmaps'), resources: ['*/*', 'pods', ''] }] },
          {
            resourceRules: [{ ...rule('configmaps'), resources: ['*', 'pods', 'pods/*', 'pods/status', '*/a', 'b/a'] }],
          },
          { resourceRules: [{ ...rule('configmaps'), resourceNames: ['a', 'a', 'b/c'] }] },
          { resourceRules: [rule('pods')], matchPolicy: 'Nope' },
          {
            resourceRules: [rule('pods')],
            namespaceSelector: { matchLabels: { 'a b': 'c d' }, matchExpressions: [{ key: 'a', operator: 'Nope' }] },
            objectSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] },
          },
          { resourceRules: [rule('pods')], excludeResourceRules: [{}] },
        ].map((matchConstraints) => ({ validations: [{ expression: 'true' }], matchConstraints })),
      ),
    },
    {
      name: 'an expression that does not compile is refused',
      steps: refusedPolicies(
        ...expressions(
          'bogus',
          '1',
          'object.a',
          '"x"',
          'request.nope == 1',
          'request.userInfo.username == 1',
          'namespaceObject.metadata.uid == "1"',
          'params == null',
          'variables.a == 1',
          'authorizer.group("").resource("pods").check("get")',
          'authorizer.nope("x")',
          'object.matches("(")',
          'duration("x") == duration("1s")',
          '[timestamp("2026-01-01T00:00:00Z")]',
        ),
        { validations: [{ expression: 'true', messageExpression: '1' }] },
        { validations: [{ expression: 'true', messageExpression: 'authorizer.path("/").check("get").reason()' }] },
        { validations: [{ expression: 'true' }], matchConditions: [{ name: '', expression: '' }] },
        {
          validations: [{ expression: 'true' }],
          matchConditions: [
            { name: 'a b', expression: '1' },
            { name: 'a', expression: 'variables.v == 1' },
            { name: 'a', expression: 'true' },
          ],
          variables: [{ name: 'v', expression: '1' }],
        },
        {
          variables: [
            { name: '', expression: '' },
            { name: 'a-b', expression: 'nope' },
            { name: 'if', expression: '1' },
            { name: 'n', expression: '1' },
          ],
          validations: [{ expression: 'variables.n == "a"' }, { expression: 'variables.zz == 1' }],
        },
      ),
    },
    {
      name: 'a binding that makes no sense is refused',
      steps: [
        post(BINDINGS, { metadata: { name: 'p-{{run}}' }, spec: {} }),
        ...[
          { policyName: 'A_B' },
          { validationActions: [] },
          { validationActions: ['Deny', 'Warn', 'Deny'] },
          { validationActions: ['Nope'] },
          { paramRef: {} },
          { paramRef: { name: 'a/b', selector: {}, parameterNotFoundAction: 'Nope' } },
          { paramRef: { name: 'a' } },
          { matchResources: { resourceRules: [{}], matchPolicy: 'Nope' } },
        ].map((spec) => post(BINDINGS, binding(spec))),
      ],
    },
    denies(
      'the first validation that fails is the answer, with its message and reason',
      [
        { expression: '!has(object.data) || !("a" in object.data)', message: ' has a ', reason: 'Forbidden' },
        {
          expression: '!has(object.data) || object.data.?b.orValue("") == ""',
          message: 'fallback',
          messageExpression: '"b is " + object.data.b',
          reason: 'RequestEntityTooLarge',
        },
        { expression: '!has(object.data) || object.data.?c.orValue("") == ""', messageExpression: 'object.data.nope' },
        {
          expression: '!has(object.data) || object.data.?d.orValue("") == ""',
          messageExpression: '" a\\nb "',
          message: 'one line',
        },
        { expression: ' object.metadata.?labels["x"].orValue("") == "" ' },
      ],
      [
        post(CMS, configMap('a', { data: { a: '1', b: '2' } })),
        post(CMS, configMap('a', { data: { b: '2' } })),
        post(CMS, configMap('a', { data: { c: '2' } })),
        post(CMS, configMap('a', { data: { d: '2' } })),
        post(CMS, configMap('a', {}, { labels: { x: 'y' } })),
        post(CMS, { metadata: { generateName: 'gen-', labels: { x: 'y' } } }),
        post(CMS, configMap('a')),
        put(`${CMS}/a`, configMap('a', { data: { a: '1' } })),
        patch(`${CMS}/a`, 'merge', { data: { b: '1' } }),
        patch(
          `${CMS}/a?fieldManager=m`,
          'apply',
          configMap('a', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } }),
        ),
        get(`${CMS}/a`, { keep: ['data', 'metadata.name'] }),
        remove(`${CMS}/a`),
      ],
    ),
    denies(
      'an expression that fails denies, unless its policy is to ignore that',
      [{ expression: 'object.data.nope == "1"' }],
      [
        post(CMS, configMap('a')),
        post(CMS, configMap('a', { data: { nope: '1' } })),
        patch(`${POLICIES}/p-{{run}}`, 'merge', { spec: { failurePolicy: 'Ignore' } }, { unrecorded: true }),
        post(`${CMS}?dryRun=All`, configMap('x'), { until: { status: 201 } }),
        post(CMS, configMap('b')),
        post(CMS, configMap('probe')),
        remove(`${CMS}/a`),
      ],
    ),
    denies(
      'the request is known with its types',
      [
        {
          expression: 'request.operation == "DELETE" || !object.metadata.name.startsWith("request")',
          messageExpression:
            'request.operation + " " + request.kind.kind + " " + request.resource.resource + " " + request.requestKind.version + " " + request.name + " " + request.namespace + " " + string(request.dryRun) + " " + string(has(request.subResource)) + " " + request.options.kind + " " + string("system:masters" in request.userInfo.groups)',
        },
        {
          expression: 'request.operation == "DELETE" || !object.metadata.name.startsWith("object")',
          messageExpression:
            'object.apiVersion + " " + object.kind + " " + string(has(object.metadata.uid)) + " " + string(has(object.metadata.creationTimestamp)) + " " + string(oldObject == null)',
        },
        {
          expression: 'request.operation == "DELETE" || !object.metadata.name.startsWith("namespace")',
          messageExpression:
            'namespaceObject.metadata.labels["kubernetes.io/metadata.name"] + " " + namespaceObject.status.phase + " " + namespaceObject.spec.finalizers[0]',
        },
        {
          expression: 'request.operation != "DELETE" || oldObject.metadata.name != "keep"',
          messageExpression: 'string(object == null) + " " + request.name + " " + request.options.kind',
        },
        {
          expression: 'request.operation != "UPDATE" || object.data == oldObject.data',
          messageExpression: 'oldObject.data["a"] + " to " + object.data["a"]',
        },
        {
          expression: 'object == null || object.metadata.name != "uid"',
          messageExpression: 'namespaceObject.metadata.UID',
        },
        {
          expression:
            'object == null || object.metadata.name != "time" || namespaceObject.metadata.creationTimestamp > timestamp("2020-01-01T00:00:00Z")',
        },
      ],
      [
        post(`${CMS}?fieldManager=m`, configMap('request')),
        post(`${CMS}?dryRun=All`, configMap('request')),
        post(CMS, configMap('object')),
        post(CMS, configMap('namespace')),
        post(CMS, configMap('uid')),
        post(CMS, configMap('time')),
        post(CMS, configMap('keep', { data: { a: '1' } })),
        put(`${CMS}/keep`, configMap('keep', { data: { a: '2' } })),
        patch(`${CMS}/keep`, 'merge', { data: { a: '3' } }),
        remove(`${CMS}/keep`),
        remove(CMS),
      ],
    ),
    denies(
      'variables are evaluated when they are needed',
      [
        { expression: 'variables.twice != "aa"', messageExpression: '"twice " + variables.twice' },
        { expression: 'object.metadata.name != "bad" || variables.bad == 1' },
      ],
      [post(CMS, configMap('a')), post(CMS, configMap('b')), post(CMS, configMap('bad'))],
      {
        variables: [
          { name: 'name', expression: 'object != null ? object.metadata.name : ""' },
          { name: 'twice', expression: 'variables.name + variables.name' },
          { name: 'bad', expression: '1 / int(object.metadata.?labels["zero"].orValue("0"))' },
        ],
      },
    ),
    denies(
      'match conditions decide whether a policy is evaluated',
      [{ expression: 'false', message: 'evaluated' }],
      [
        post(CMS, configMap('a', { data: { skip: 'yes' } })),
        post(CMS, configMap('b', { data: { skip: 'no' } })),
        post(CMS, configMap('c', { data: { skip: 'no', bad: 'x' } })),
        post(CMS, configMap('c', { data: { skip: 'yes', bad: 'x' } })),
      ],
      {
        matchConditions: [
          { name: 'bad', expression: '!has(object.data) || !has(object.data.bad) || object.data.zz == "1"' },
          { name: 'skip', expression: 'object.data.?skip.orValue("") != "yes"' },
        ],
        variables: [],
      },
    ),
    denies(
      'the authorizer answers for the user and for service accounts',
      [
        {
          expression:
            'object.metadata.name != "admin" || !authorizer.group("").resource("pods").namespace(request.namespace).check("list").allowed()',
          message: 'the administrator may',
        },
        {
          expression:
            'object.metadata.name != "account" || authorizer.serviceAccount(request.namespace, "default").group("").resource("secrets").subresource("x").name("y").check("get").allowed()',
          messageExpression: '"the account may not"',
        },
        {
          expression:
            'object.metadata.name != "path" || authorizer.serviceAccount("default", "default").path("/nope").check("get").allowed()',
        },
        { expression: 'object.metadata.name != "resource" || !authorizer.requestResource.check("create").allowed()' },
        {
          expression:
            'object.metadata.name != "bad" || authorizer.serviceAccount("A_B", "x").path("/").check("get").allowed()',
        },
        { expression: 'object.metadata.name != "empty" || authorizer.group("").resource(" ").check("get").allowed()' },
        {
          expression:
            'object.metadata.name != "errored" || authorizer.path("/x").check("get").errored() || authorizer.path("/x").check("get").error() != ""',
        },
        {
          expression:
            'object.metadata.name != "thrice" || (authorizer.path("/a").check("get").allowed() && authorizer.path("/b").check("get").allowed() && authorizer.path("/c").check("get").allowed())',
        },
      ],
      ['admin', 'account', 'path', 'resource', 'bad', 'empty', 'errored', 'thrice'].map((name) =>
        post(CMS, configMap(name)),
      ),
    ),
    {
      name: 'parameters are found by name, in the namespace of the object or in their own',
      steps: [
        ...bound(
          {
            paramKind: { apiVersion: 'v1', kind: 'Secret' },
            validations: [
              {
                expression: 'object.metadata.name != params.metadata.labels.forbid',
                messageExpression:
                  '"not " + params.metadata.labels.forbid + " says " + params.kind + " " + params.apiVersion',
              },
            ],
          },
          422,
          { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } },
        ),
        post(CMS, configMap('a')),
        post(`${core}/secrets`, { metadata: { name: 'limits', labels: { forbid: 'a' } } }, { unrecorded: true }),
        post(`${CMS}?dryRun=All`, configMap('b'), { until: { status: 201 } }),
        post(CMS, configMap('a')),
        post(CMS, configMap('b')),
        patch(`${BINDINGS}/p-{{run}}`, 'merge', { spec: { paramRef: { namespace: 'default' } } }, { unrecorded: true }),
        post(`${CMS}?dryRun=All`, configMap('b2'), { until: { status: 422 } }),
        post(CMS, configMap('c')),
        patch(
          `${BINDINGS}/p-{{run}}`,
          'merge',
          { spec: { paramRef: { parameterNotFoundAction: 'Allow' } } },
          { unrecorded: true },
        ),
        post(`${CMS}?dryRun=All`, configMap('b2'), { until: { status: 201 } }),
        post(CMS, configMap('c')),
      ],
    },
    {
      name: 'parameters are selected by labels, and each of them counts',
      steps: [
        ...bound(
          {
            paramKind: { apiVersion: 'v1', kind: 'Secret' },
            validations: [
              {
                expression: 'object.metadata.name != params.metadata.name',
                messageExpression: 'params.metadata.name + " is taken"',
              },
            ],
          },
          422,
          { paramRef: { selector: { matchLabels: { use: 'yes' } }, parameterNotFoundAction: 'Deny' } },
        ),
        post(`${core}/secrets`, { metadata: { name: 'a', labels: { use: 'yes' } } }, { unrecorded: true }),
        post(`${core}/secrets`, { metadata: { name: 'b', labels: { use: 'yes' } } }, { unrecorded: true }),
        post(`${core}/secrets`, { metadata: { name: 'c', labels: { use: 'no' } } }, { unrecorded: true }),
        post(`${CMS}?dryRun=All`, configMap('x'), { until: { status: 201 } }),
        post(`${CMS}?dryRun=All`, configMap('b'), { until: { status: 422 } }),
        post(CMS, configMap('a')),
        post(CMS, configMap('b')),
        post(CMS, configMap('c')),
      ],
    },
    {
      name: 'parameters that cannot be found because of the policy or binding deny',
      steps: [
        ...bound(
          { paramKind: { apiVersion: 'nope.example.com/v1', kind: 'Nope' }, validations: [{ expression: 'true' }] },
          422,
          {
            paramRef: { name: 'a', parameterNotFoundAction: 'Allow' },
          },
        ),
        post(CMS, configMap('a')),
        put(`${POLICIES}/p-{{run}}`, {}, { unrecorded: true }),
        remove(`${POLICIES}/p-{{run}}`, undefined, { unrecorded: true }),
        post(
          POLICIES,
          policy({
            paramKind: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' },
            validations: [{ expression: 'params != null' }],
          }),
          { unrecorded: true },
        ),
        post(`${CMS}?dryRun=All`, configMap('b'), { until: { status: 201 } }),
        patch(`${BINDINGS}/p-{{run}}`, 'merge', { spec: { paramRef: { namespace: 'default' } } }, { unrecorded: true }),
        post(`${CMS}?dryRun=All`, configMap('b'), { until: { status: 422 } }),
        post(CMS, configMap('a')),
        patch(`${BINDINGS}/p-{{run}}`, 'merge', { spec: { paramRef: null } }, { unrecorded: true }),
        post(`${CMS}?dryRun=All`, configMap('b'), { until: { text: 'failed expression' } }),
        post(CMS, configMap('a')),
      ],
    },
    {
      name: 'a binding says what happens and where',
      steps: [
        ...bound({ validations: [{ expression: 'false', message: 'no' }] }, 422),
        post(CMS, configMap('a')),
        patch(
          `${BINDINGS}/p-{{run}}`,
          'merge',
          { spec: { validationActions: ['Warn', 'Audit'] } },
          { unrecorded: true },
        ),
        post(`${CMS}?dryRun=All`, configMap('a'), { until: { status: 201 } }),
        post(CMS, configMap('a')),
        put(`${CMS}/a`, configMap('a', { data: { a: '1' } })),
        remove(`${CMS}/a`),
        patch(
          `${BINDINGS}/p-{{run}}`,
          'merge',
          {
            spec: {
              validationActions: ['Deny'],
              matchResources: {
                resourceRules: [{ ...rule('configmaps', ['CREATE']), resourceNames: ['one'] }],
                objectSelector: { matchLabels: { x: 'y' } },
              },
            },
          },
          { unrecorded: true },
        ),
        post(`${CMS}?dryRun=All`, configMap('one', {}, { labels: { x: 'y' } }), { until: { status: 422 } }),
        post(CMS, configMap('one')),
        post(CMS, configMap('two', {}, { labels: { x: 'y' } })),
        put(`${CMS}/one`, configMap('one', {}, { labels: { x: 'y' } })),
        remove(`${CMS}/one`),
        post(CMS, configMap('one', {}, { labels: { x: 'y' } })),
      ],
    },
    {
      name: 'a policy matches resources, subresources and their equivalents',
      steps: [
        post(
          POLICIES,
          policy({
            matchConstraints: {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{{ns}}' } },
              resourceRules: [
                rule('configmaps', ['CREATE']),
                rule('pods/*', ['*']),
                rule('horizontalpodautoscalers', ['*'], 'autoscaling', 'v1'),
              ],
              excludeResourceRules: [{ ...rule('configmaps'), resourceNames: ['free'] }],
            },
            validations: [
              {
                expression: 'request.resource.resource == "pods" && !has(request.subResource)',
                messageExpression:
                  'request.operation + " " + request.kind.kind + " " + request.resource.version + " " + request.requestResource.version + (has(request.subResource) ? "/" + request.subResource : "") + " " + (object == null ? "" : object.kind) + " " + request.name',
              },
            ],
          }),
          { unrecorded: true },
        ),
        post(BINDINGS, binding(), { unrecorded: true }),
        post(`${CMS}?dryRun=All`, configMap('probe'), { until: { status: 422 } }),
        post(CMS, configMap('a')),
        post(CMS, configMap('free')),
        put(`${CMS}/free`, configMap('free', { data: { a: '1' } })),
        post(`${core}/pods`, pod('p'), { keep: ['kind'] }),
        patch(`${core}/pods/p/status`, 'merge', { status: { phase: 'Running' } }),
        post(`${core}/pods/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }),
        post(`${core}/bindings`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }),
        post(`${core}/pods/p/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } }),
        post('/apis/autoscaling/v2/namespaces/{{ns}}/horizontalpodautoscalers', {
          metadata: { name: 'h' },
          spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
        }),
      ],
    },
    {
      name: 'an audit annotation that cannot be made denies',
      steps: [
        ...bound({ auditAnnotations: [{ key: 'k', valueExpression: 'object.data.a' }] }, 422, {
          validationActions: ['Warn'],
        }),
        post(CMS, configMap('a')),
        post(CMS, configMap('a', { data: { a: 'x' } })),
      ],
    },
    {
      name: 'policies are for themselves and for namespaces, too',
      steps: [
        post(
          POLICIES,
          policy({
            matchConstraints: {
              resourceRules: [
                rule('namespaces', ['CREATE', 'UPDATE']),
                rule('validatingadmissionpolicies', ['CREATE'], 'admissionregistration.k8s.io'),
              ],
            },
            matchConditions: [{ name: 'own', expression: 'object.metadata.name.endsWith("{{run}}")' }],
            validations: [
              {
                expression: 'false',
                messageExpression: 'request.namespace + "/" + request.name + " " + string(namespaceObject == null)',
              },
            ],
          }),
          { unrecorded: true },
        ),
        post(BINDINGS, binding(), { unrecorded: true }),
        post('/api/v1/namespaces?dryRun=All', { metadata: { name: 'probe-{{run}}' } }, { until: { status: 422 } }),
        post('/api/v1/namespaces', { metadata: { name: 'n-{{run}}' } }),
        patch('/api/v1/namespaces/{{ns}}', 'merge', { metadata: { labels: { a: 'b' } } }),
        post(POLICIES, policy({ validations: [{ expression: 'true' }] }, 'q-{{run}}')),
        post(
          '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
          { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } },
          { keep: ['status.allowed'] },
        ),
      ],
    },
    paramAccess(
      GROUP,
      'validatingadmission',
      {
        matchConstraints: {
          resourceRules: [rule('configmaps')],
          namespaceSelector: { matchLabels: { none: '{{run}}' } },
        },
        validations: [{ expression: 'true' }],
      },
      { validationActions: ['Deny'] },
    ),
    denies(
      'expressions may cost only so much',
      [
        {
          expression:
            'object.metadata.name != "one" || [1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, [1,2,3,4,5,6,7,8,9,10].all(f, a + b + c + d + e + f > 0))))))',
        },
        ...Array.from({ length: 30 }, () => ({
          expression:
            'object.metadata.name != "all" || !authorizer.path("/a").check("get").allowed() || authorizer.path("/b").check("get").allowed()',
        })),
      ],
      [post(CMS, configMap('one')), post(CMS, configMap('all'))],
    ),
  ],
};
