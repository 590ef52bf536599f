import type { Case, RequestStep, Subject } from '../case.ts';
import { configMap, core, get, inGroup, patch, post, put, remove } from '../steps.ts';
import { paramAccess } from './param-access.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1alpha1';
const POLICIES = `${GROUP}/mutatingadmissionpolicies`;
const BINDINGS = `${GROUP}/mutatingadmissionpolicybindings`;
const CMS = `${core}/configmaps`;
const unrecorded = { unrecorded: true } as const;

const rule = (...resources: readonly string[]) => ({
  apiGroups: ['', 'apps'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources,
});
const ownNamespace = { matchLabels: { 'kubernetes.io/metadata.name': '{{ns}}' } };
const matchConstraints = {
  resourceRules: [rule('configmaps', 'deployments', 'pods', 'configmaps/*')],
  namespaceSelector: ownNamespace,
};

const lays = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patches = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
/** Expressions say what they are: patches make JSONPatch values, configurations Object values. */
const mutation = (expression: string) => (expression.includes('JSONPatch') ? patches : lays)(expression);
const mutations = (...expressions: readonly string[]) => ({ mutations: expressions.map(mutation) });

const policy = (name: string, spec: object) => ({
  metadata: { name: `${name}-{{run}}` },
  spec: { matchConstraints, reinvocationPolicy: 'Never', ...spec },
});
const binding = (name: string, spec: object = {}) => ({
  metadata: { name: `${name}-{{run}}` },
  spec: { policyName: `${name}-{{run}}`, ...spec },
});

/**
 * Policies with their bindings, and the wait until they work: a last policy marks secrets, and when it does, the server
 * knows those before it.
 */
function work(marker: string, policies: Readonly<Record<string, object>>, ofBinding: object = {}): RequestStep[] {
  const marks = {
    matchConstraints: { resourceRules: [rule('secrets')], namespaceSelector: ownNamespace },
    ...mutations(`Object{metadata: Object.metadata{labels: {"marker": "${marker}"}}}`),
  };
  return [
    ...Object.entries(policies).map(([name, spec]) => post(POLICIES, policy(name, spec), { keep: ['kind', 'spec'] })),
    post(POLICIES, policy(marker, marks), unrecorded),
    ...Object.keys(policies).map((name) => post(BINDINGS, binding(name, ofBinding), unrecorded)),
    post(BINDINGS, binding(marker), unrecorded),
    post(`${core}/secrets?dryRun=All`, { metadata: { name: 'probe' } }, { until: { text: `"marker":"${marker}"` } }),
  ];
}

const end = (...names: readonly string[]): RequestStep[] =>
  names.flatMap((name) => [BINDINGS, POLICIES].map((path) => remove(`${path}/${name}-{{run}}`, undefined, unrecorded)));

const writesConfigMap = post(`${CMS}?dryRun=All`, configMap('x', { data: { k: 'v' } }, { labels: { a: 'b' } }));
const writesDeployment = post(`${inGroup('apps/v1')}/deployments?dryRun=All`, {
  metadata: { name: 'd' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          { name: 'c', image: 'i' },
          { name: 'e', image: 'i', args: ['x'] },
        ],
      },
    },
  },
});

/** What each of several policies, one after the other, does to the same write. */
const each = (name: string, writes: RequestStep, ...specs: readonly object[]): Case => ({
  name,
  steps: specs.flatMap((spec, at) => [...work(`m${at}`, { [`p${at}`]: spec }), writes, ...end(`p${at}`, `m${at}`)]),
});

const refused = (name: string, ...specs: readonly object[]): Case => ({
  name,
  clusterWide: true,
  steps: specs.map((spec) =>
    post(POLICIES, policy('p', { matchConstraints: { resourceRules: [rule('configmaps')] }, ...spec })),
  ),
});

const ofTemplate = (container: string) =>
  `Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: ${container}}}}}`;
const CONTAINER = 'Object.spec.template.spec.containers';

/** D56: policies that change what is written, which take a feature gate. */
export const mutatingPolicies: Subject = {
  id: 'mutating-policies',
  flags: [
    '--feature-gates=MutatingAdmissionPolicy=true',
    '--runtime-config=admissionregistration.k8s.io/v1alpha1=true',
  ],
  cases: [
    {
      name: 'a policy and its binding are stored with defaults',
      steps: [
        post(POLICIES, policy('p', mutations('Object{}'))),
        post(BINDINGS, binding('p')),
        post(BINDINGS, binding('q', { matchResources: { resourceRules: [rule('pods')] } })),
        get(`${POLICIES}/p-{{run}}`),
        get(`${POLICIES}?fieldSelector=metadata.name%3Dp-{{run}}`, {
          headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
        }),
        get(`${BINDINGS}?fieldSelector=metadata.name%3Dp-{{run}}`, {
          headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
        }),
        patch(`${POLICIES}/p-{{run}}`, 'merge', { spec: { reinvocationPolicy: 'IfNeeded' } }),
        put(`${POLICIES}/p-{{run}}`, policy('p', mutations('Object{}'))),
        patch(`${BINDINGS}/p-{{run}}`, 'merge', { spec: { paramRef: { name: 'a' } } }),
        patch(`${POLICIES}/p-{{run}}/status`, 'merge', { status: {} }),
        get(GROUP, { keep: ['resources'] }),
      ],
    },
    each(
      'a configuration is laid over what is written',
      writesConfigMap,
      mutations('Object{metadata: Object.metadata{labels: {"x": "y"}}, data: {"n": string(1+1)}}'),
      mutations('Object{data: object.data}'),
      mutations('Object{?data: optional.of({"a":"b"})}'),
      mutations('Object{?data: optional.none()}'),
      mutations('Object{}'),
      mutations('has(Object{data: {"a":"b"}}.data) ? Object{data:{"z":"1"}} : Object{}'),
      mutations('Object{data:{"a":"b"}} == Object{data:{"a":"b"}} ? Object{data:{"z":"1"}} : Object{}'),
      mutations('Object{metadata: Object.metadata{name: "other"}}'),
      mutations('Object{kind: "Foo"}'),
    ),
    each(
      'a configuration that does not fit fails the write',
      writesConfigMap,
      mutations('Object{spec: Object.spec{nope: 1}}'),
      mutations('Object{metadata: Object.spec{labels: {"x":"y"}}}'),
      mutations('Object{data: {"a": 1}}'),
      mutations('Object{data: {"a": object.data.nope}}'),
      mutations('Object{data: {1: "b"}}'),
    ),
    each(
      'a patch changes what is written',
      writesConfigMap,
      mutations(
        '[JSONPatch{op: "test", path: "/data/k", value: "no"}, JSONPatch{op: "add", path: "/data/q", value: "x"}]',
      ),
      mutations('[JSONPatch{op: "add", path: "/data", value: Object.data{a: "b"}}]'),
      mutations('[JSONPatch{op: "add", path: "/data", value: {"a": "b"}}]'),
      mutations('[JSONPatch{op: "move", from: "/data/k", path: "/data/l"}]'),
      mutations('[JSONPatch{op: "add", path: "/data/k", value: null}]'),
      mutations('has(object.data.k) ? [JSONPatch{op: "remove", path: "/data/k"}] : []'),
    ),
    each(
      'a patch that cannot be made, or makes nonsense, fails the write',
      writesConfigMap,
      mutations(
        '[JSONPatch{op: "add", path: "/data/a~1b", value: "x"}, JSONPatch{op: "test", path: "/data/k", value: "v"}]',
      ),
      mutations('[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("ex.io/a~b"), value: "x"}]'),
      mutations('[JSONPatch{op: "remove", path: "/data/nope"}]'),
      mutations('[JSONPatch{op: "nope", path: "/data/nope"}]'),
      mutations('[JSONPatch{op: "add", path: "/data/k", value: 1}]'),
      mutations('[JSONPatch{op: "add", path: "/data", value: Object.data{a: Object.foo{}}}]'),
    ),
    each(
      'mutations follow each other, with variables, conditions and the rights of who asks',
      writesConfigMap,
      mutations('Object{data: {"one": "1"}}', '[JSONPatch{op: "add", path: "/data/two", value: object.data.one}]'),
      {
        ...mutations('Object{data: {"a": object.data.nope}}', 'Object{data:{"z":"1"}}'),
        failurePolicy: 'Ignore',
      },
      {
        ...mutations('Object{data: {"v": variables.v, "w": string(variables.o.a)}}'),
        variables: [
          { name: 'v', expression: 'object.data.k + "!"' },
          { name: 'o', expression: '{"a": 1}' },
        ],
      },
      {
        ...mutations('Object{data:{"z":"1"}}'),
        matchConditions: [{ name: 'a', expression: 'object.metadata.name == "no"' }],
      },
      {
        ...mutations('Object{data:{"z":"1"}}'),
        matchConditions: [{ name: 'a', expression: 'object.nope == "no"' }],
      },
      mutations('authorizer.group("").resource("pods").check("get").allowed() ? Object{data:{"z":"1"}} : Object{}'),
    ),
    each(
      'lists and maps of a Deployment are merged as server-side apply merges them',
      writesDeployment,
      mutations(
        ofTemplate(
          `object.spec.template.spec.containers.map(c, ${CONTAINER}{name: c.name, imagePullPolicy: "Always", env: [${CONTAINER}.env{name: "A", value: "b"}]})`,
        ),
      ),
      mutations(ofTemplate(`[${CONTAINER}{name: "e", args: ["z"]}]`)),
      mutations('Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"q":"r"}}}}'),
      mutations('Object{spec: Object.spec{replicas: 3}}'),
      mutations('Object{spec: Object.spec{replicas: 3.5}}'),
      mutations('Object{spec: Object.spec{replicas: "3"}}'),
      mutations(ofTemplate(`[${CONTAINER}{image: "e"}]`)),
      mutations(
        `[JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: ${CONTAINER}{name: "s", image: "t"}}]`,
      ),
      mutations(
        '[JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: Object.spec.containers{name: "s", image: Object.foo{}}}]',
      ),
      mutations('[JSONPatch{op: "add", path: "/spec/nope", value: 1}]'),
    ),
    {
      name: 'policies see what others have made, and again if they want to',
      steps: [
        ...work('m0', {
          a: mutations('Object{data: {"n": string(size(object.data))}}'),
          b: mutations('Object{data: {"b": "1"}}'),
        }),
        writesConfigMap,
        ...end('a', 'b', 'm0'),
        ...work('m1', {
          a: { ...mutations('Object{data: {"n": string(size(object.data))}}'), reinvocationPolicy: 'IfNeeded' },
          b: mutations('Object{data: {"b": "1"}}'),
        }),
        writesConfigMap,
      ],
    },
    {
      name: 'a policy has parameters of its binding',
      steps: [
        post(CMS, configMap('params', { data: { wanted: 'yes' } }), unrecorded),
        ...work(
          'm',
          {
            p: {
              paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
              ...mutations('Object{data: {"by": params.data.wanted}}'),
            },
          },
          { paramRef: { name: 'params', parameterNotFoundAction: 'Deny' } },
        ),
        post(`${CMS}?dryRun=All`, configMap('probe'), { until: { text: '"by":"yes"' } }),
        writesConfigMap,
        remove(`${CMS}/params`, undefined, unrecorded),
        post(`${CMS}?dryRun=All`, configMap('probe'), { until: { status: 403 } }),
        writesConfigMap,
      ],
    },
    paramAccess(
      GROUP,
      'mutatingadmission',
      {
        matchConstraints: {
          resourceRules: [rule('configmaps')],
          namespaceSelector: { matchLabels: { none: '{{run}}' } },
        },
        reinvocationPolicy: 'Never',
        ...mutations('Object{}'),
      },
      {},
    ),
    refused(
      'an expression of the wrong kind is refused',
      mutations('{"a":1}'),
      mutations('Object.spec{a: 1}'),
      mutations('Foo{a: 1}'),
      mutations('JSONPatch{op: "add", path: "/data/k", value: "1"}'),
      { mutations: [patches('[]')] },
      mutations('[JSONPatch{op: "add", path: "/data/k", nope: "1"}]'),
      mutations('[JSONPatch{op: 1, path: "/data/k"}]'),
      {
        ...mutations('Object{data: variables.o}'),
        variables: [{ name: 'o', expression: 'Object.data{a: "1"}' }],
      },
      {
        ...mutations('Object{data:{"z":"1"}}'),
        matchConditions: [{ name: 'a', expression: 'Object{} == Object{}' }],
      },
    ),
    refused(
      'a policy that says too little, or too much, is refused',
      { mutations: [] },
      { mutations: [{}] },
      { mutations: [{ ...patches('[]'), applyConfiguration: { expression: 'Object{}' } }] },
      { mutations: [{ ...lays('Object{}'), patchType: 'JSONPatch' }] },
      { mutations: [lays(' '), patches('')] },
      { mutations: [{ patchType: 'Nope' }] },
      { ...mutations('Object{}'), reinvocationPolicy: '' },
      { ...mutations('Object{}'), reinvocationPolicy: 'Nope' },
      {
        ...mutations('Object{}'),
        matchConstraints: { resourceRules: [{ ...rule('pods/exec'), operations: ['DELETE', 'CONNECT'] }] },
      },
      { ...mutations('Object{}'), matchConstraints: null },
    ),
    {
      name: 'all operations are those that can be changed',
      steps: [
        post(
          POLICIES,
          policy('p', {
            ...mutations('Object{}'),
            matchConstraints: {
              resourceRules: [{ ...rule('pods'), operations: ['*'] }],
              namespaceSelector: ownNamespace,
            },
          }),
          { keep: ['kind', 'spec'] },
        ),
      ],
    },
  ],
};
