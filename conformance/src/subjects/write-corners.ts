import type { Subject } from '../case.ts';
import { apply, configMap, core, deployment, get, inGroup, patch, pod, post, put, remove, send } from '../steps.ts';
import { defined, SPEC, TABLE, WIDGETS, widget } from './widgets.ts';

const CMS = `${core}/configmaps`;
const PODS = `${core}/pods`;
const SECRETS = `${core}/secrets`;
const JOBS = `${inGroup('batch/v1')}/jobs`;
const LEASES = `${inGroup('coordination.k8s.io/v1')}/leases`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;
const STATEFUL_SETS = `${inGroup('apps/v1')}/statefulsets`;
const EVENTS = `${inGroup('events.k8s.io/v1')}/events`;

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
const scaled = {
  properties: {
    spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    status: {
      type: 'object',
      properties: { n: { 'x-kubernetes-int-or-string': true, pattern: '^\\d+%$' }, s: { type: 'object' } },
    },
  },
};
const subresources = {
  status: {},
  scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n', labelSelectorPath: '.status.s' },
};

/** Rules about writes that only requests made at random met. */
export const writeCorners: Subject = {
  id: 'write-corners',
  cases: [
    {
      name: 'messages show a patched object with its keys as Go writes them, and name what comes first there',
      steps: [
        post(DEPLOYMENTS, deployment('d')),
        patch(`${DEPLOYMENTS}/d`, 'merge', {
          spec: { template: { spec: { volumes: [{ name: 'v', emptyDir: {} }] }, metadata: { labels: { app: -1 } } } },
        }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { metadata: { name: 1.5, annotations: 5 } }),
        patch(`${DEPLOYMENTS}/d`, 'json', [
          { op: 'test', path: '/spec/selector', value: { matchLabels: { app: 'd' } } },
          { op: 'move', from: '/metadata', path: '/status/replicas' },
        ]),
        post(CMS, configMap('a')),
        patch(`${CMS}/a`, 'merge', { immutable: '', binaryData: { b: 'no' } }),
      ],
    },
    {
      name: 'a patch may not change the version, and without one the fields are not known',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } })),
        patch(`${CMS}/a`, 'merge', { apiVersion: 'a/b/c' }),
        patch(`${CMS}/a`, 'merge', { apiVersion: 'a/b' }),
        patch(`${CMS}/a`, 'merge', { kind: 'Secret' }),
        patch(`${CMS}/a`, 'merge', { kind: 5 }),
        patch(`${CMS}/a`, 'merge', { apiVersion: null }),
        patch(`${CMS}/a?fieldValidation=Strict`, 'json', [{ op: 'remove', path: '/apiVersion' }]),
        patch(`${CMS}/a?fieldValidation=Ignore`, 'merge', { apiVersion: '' }),
        patch(`${CMS}/a`, 'json', [{ op: 'remove', path: '/kind' }]),
      ],
    },
    {
      name: 'messages show a strategic merge patch without the directives that were read',
      steps: [
        post(PODS, pod('p')),
        patch(`${PODS}/p`, 'strategic', {
          spec: { tolerations: 'x', $retainKeys: ['tolerations'] },
          metadata: { '$setElementOrder/finalizers': ['a.io/f'], labels: { a: null }, finalizers: ['a.io/f'] },
        }),
        patch(`${PODS}/p`, 'strategic', {
          spec: { containers: [{ name: 'main', $retainKeys: ['name', 'env'], env: 5 }] },
        }),
        patch(`${PODS}/p`, 'strategic', { metadata: { finalizers: null, '$setElementOrder/finalizers': [] } }),
      ],
    },
    {
      name: 'a dry run shows what is not stored',
      steps: [
        apply(`${SECRETS}/s?dryRun=All`, 'one', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 's', selfLink: '/x' },
        }),
        put(`${LEASES}/l?dryRun=All`, { metadata: { name: 'l', selfLink: '/x' } }),
        put(`${LEASES}/l`, { metadata: { name: 'l', selfLink: '/x' } }),
        put(`${LEASES}/l`, { metadata: { name: 'l', selfLink: '/y' } }),
        post(`${CMS}?dryRun=All`, configMap('a'), { headers: TABLE }),
      ],
    },
    {
      name: 'an update that leaves out the base of a generated name drops it',
      steps: [
        apply(`${CMS}/a`, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', generateName: 'g-' } }),
        put(`${CMS}/a`, configMap('a')),
      ],
    },
    {
      name: 'the status and the scale of a custom resource are checked on their own',
      steps: [
        ...defined({ type: 'object', ...scaled }, { subresources }),
        post(WIDGETS, widget('a', { n: 1 })),
        patch(`${WIDGETS}/a/status`, 'merge', { status: { n: 'x' } }),
        patch(`${WIDGETS}/a/status`, 'merge', { status: { n: -1 } }),
        patch(`${WIDGETS}/a/status`, 'merge', { status: { n: 3_000_000_000 } }),
        patch(`${WIDGETS}/a/status`, 'merge', { status: { s: {} } }),
        patch(`${WIDGETS}/a/status`, 'merge', { status: 5 }),
        post(WIDGETS, widget('b', { n: 'x' })),
        post(WIDGETS, widget('b', { n: -1 })),
        post(WIDGETS, widget('b', { n: 1.5 })),
        ...['9007199254740992', '9007199254740993', '-9007199254740993', '92233720368547758080'].map((n) =>
          send(`POST ${WIDGETS}`, { text: JSON.stringify(widget('b', { n: 0 })).replace('"n":0', `"n":${n}`) }),
        ),
      ],
    },
    {
      name: 'who owns a custom resource is not known when a part of it does not fit that is not stored',
      steps: [
        ...defined({ type: 'object', ...scaled }, { subresources: { status: {} } }),
        post(WIDGETS, { ...widget('a', { n: 1 }), status: { s: true } }),
        post(WIDGETS, { ...widget('b', { n: 1 }), status: { s: {} } }),
      ],
    },
    {
      name: 'parts of a custom resource are neither created nor deleted',
      steps: [
        ...defined({ type: 'object', ...scaled }, { subresources }),
        post(WIDGETS, widget('a', { n: 1 })),
        remove(`${WIDGETS}/a/status`),
        remove(`${WIDGETS}/a/scale`),
        post(`${WIDGETS}/a/status`, widget('a', { n: 1 })),
        post(`${WIDGETS}/a/scale`, {}),
      ],
    },
    {
      name: 'events are not in the watch cache: versions are refused in the words of etcd, and pages start at 0',
      steps: [
        ...['one', 'two', 'three'].map((name) =>
          post(`${core}/events`, { metadata: { name }, involvedObject: { namespace: '{{ns}}' } }),
        ),
        ...['abc', '99999999'].flatMap((version) => [
          get(`${core}/events/one?resourceVersion=${version}`),
          get(`${core}/events?resourceVersion=${version}`),
          get(`${core}/configmaps/one?resourceVersion=${version}`),
        ]),
        get(`${core}/events?resourceVersion=0&limit=2`),
        get(`${EVENTS}?resourceVersion=abc`),
        get(`${EVENTS}/one?resourceVersion=abc`),
      ],
    },
    {
      name: 'a limit range needs no name',
      steps: [
        post(`${core}/limitranges`, { spec: { limits: [{ type: 'Pod' }] } }),
        post(`${core}/limitranges`, { metadata: { generateName: 'g-' }, spec: { limits: [] } }),
        get(`${core}/limitranges`),
      ],
    },
    {
      name: 'jobs are deleted together with a warning, and need a name before all else',
      steps: [
        post(JOBS, { spec: { template } }),
        post(JOBS, { metadata: { name: 'j' }, spec: { template } }),
        remove(JOBS),
      ],
    },
    {
      name: 'options of a list are looked at in the order of its steps',
      steps: [
        ...['fieldSelector=bogus%3Da&continue=x', 'limit=2&resourceVersion=abc', 'resourceVersion=abc'],
        ...['limit=9999999999999999999&timeoutSeconds=x', 'resourceVersion=abc&resourceVersionMatch=Exact'],
      ].map((search) => get(`${CMS}?${search}`)),
    },
    {
      name: 'a write without a body is refused for the type that it has not',
      steps: [
        { request: `PATCH ${CMS}/a` },
        {
          request: `PATCH ${CMS}/a`,
          headers: { 'content-type': 'application/merge-patch+json', accept: 'text/plain' },
        },
        { request: `POST ${CMS}`, headers: { accept: 'text/plain' } },
        send(`PATCH ${CMS}/a`, { text: '{}' }, 'text/plain'),
        patch(`${PODS}/a/ephemeralcontainers`, 'strategic', {}, { headers: TABLE }),
      ],
    },
    {
      name: 'parts of objects are looked for before their bodies are judged, or after',
      steps: [
        put(`${DEPLOYMENTS}/d/scale`, { metadata: { name: 'd' }, spec: { replicas: -1 } }),
        get(`${STATEFUL_SETS}/s/scale?resourceVersion=abc`),
        get(`${STATEFUL_SETS}/s/scale`),
        get(`${core}/replicationcontrollers/r/scale`),
        post(`${PODS}/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Bogus' } }),
        post(`${PODS}/p/binding`, { target: { name: 'n' } }),
        put(`${CMS}/a`, { metadata: { namespace: 'default' } }),
        post(EVENTS, { apiVersion: 'v1', reportingController: 'c' }),
      ],
    },
    {
      name: 'a definition whose defaults are wrong is not asked about its rules',
      steps: [
        post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All', {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'widgets.{{run}}.example.com' },
          spec: {
            group: '{{run}}.example.com',
            scope: 'Namespaced',
            names: { plural: 'widgets', kind: 'Widget' },
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: {
                  openAPIV3Schema: SPEC({
                    a: { type: 'string', format: 'email', default: '' },
                    b: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >', messageExpression: '5' }] },
                  }),
                },
              },
            ],
          },
        }),
      ],
    },
  ],
};
