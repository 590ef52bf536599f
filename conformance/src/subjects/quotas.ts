import type { RequestStep, Subject } from '../case.ts';
import { configMap, core, deployment, get, inGroup, patch, pod, post, put, remove } from '../steps.ts';

const QUOTAS = `${core}/resourcequotas`;
const RANGES = `${core}/limitranges`;
const PODS = `${core}/pods`;
const CLAIMS = `${core}/persistentvolumeclaims`;

type Amounts = Readonly<Record<string, string>>;

const quota = (hard: Amounts, rest: object = {}, name = 'q') => ({ metadata: { name }, spec: { hard, ...rest } });

/** A quota whose status a controller would have counted, and the wait until the server has noticed. */
const counted = (hard: Amounts, used: Amounts, rest: object = {}, name = 'q'): RequestStep[] => [
  post(QUOTAS, quota(hard, rest, name), { unrecorded: true }),
  patch(`${QUOTAS}/${name}/status`, 'merge', { status: { hard, used } }, { unrecorded: true }),
];

/** Waits until an object that the quota forbids is refused. */
const refused = (path: string, body: object): RequestStep =>
  post(`${path}?dryRun=All`, body, { until: { status: 403 } });

const sizedSpec = (requests: object, limits: object = {}, spec: object = {}) => ({
  containers: [{ name: 'main', image: 'i', resources: { requests, limits } }],
  ...spec,
});

const sized = (name: string, requests: object, limits: object = {}, spec: object = {}) =>
  pod(name, sizedSpec(requests, limits, spec));

const claim = (name: string, storage: string, spec: object = {}) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec },
});

const service = (name: string, spec: object = {}) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });

const range = (...limits: object[]) => ({ metadata: { name: 'l' }, spec: { limits } });

/** D66: quotas and limit ranges. */
export const quotas: Subject = {
  id: 'quotas',
  cases: [
    {
      name: 'quotas that make no sense are refused',
      steps: [
        ...[
          { nope: '1' },
          { 'example.com/nope': '-1', 'requests.example.com/gpu': '1', 'count/widgets.example.com': '1' },
          { pods: '1.5', services: '-1', cpu: '100m' },
          { 'a b': '1', storage: '1', 'hugepages-2Mi': '1' },
        ].map((hard) => post(QUOTAS, quota(hard as unknown as Amounts), {})),
        post(QUOTAS, quota({ pods: '1' }, { scopes: ['Nope'] })),
        post(QUOTAS, quota({ cpu: '1', services: '1' }, { scopes: ['BestEffort'] })),
        post(
          QUOTAS,
          quota({ pods: '1' }, { scopes: ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating'] }),
        ),
        ...[
          [{ scopeName: 'PriorityClass', operator: 'In' }],
          [{ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }],
          [{ scopeName: 'Terminating', operator: 'In', values: ['a'] }],
          [{ scopeName: 'Nope', operator: 'Nope' }],
        ].map((matchExpressions) => post(QUOTAS, quota({ pods: '1' }, { scopeSelector: { matchExpressions } }))),
        post(QUOTAS, quota({ pods: '1' }, { scopes: ['Terminating'] })),
        patch(`${QUOTAS}/q`, 'merge', { spec: { scopes: ['NotTerminating'] } }),
        patch(`${QUOTAS}/q/status`, 'merge', { status: { hard: { nope: '1' }, used: { pods: '-1' } } }),
      ],
    },
    {
      name: 'a quota whose use is not known yet lets nothing or everything pass',
      steps: [
        post(QUOTAS, quota({ pods: '1' })),
        post(PODS, pod('a'), { keep: ['kind', 'message'] }),
        patch(`${QUOTAS}/q/status`, 'merge', {
          status: { hard: { pods: '1', 'requests.cpu': '1' }, used: { pods: '0' } },
        }),
        refused(PODS, pod('b')),
        post(PODS, pod('b')),
        post(PODS, sized('b', { cpu: '1' })),
      ],
    },
    {
      name: 'pods are counted and measured',
      steps: [
        ...counted(
          { pods: '3', 'requests.cpu': '1', 'limits.memory': '1Gi', 'count/pods': '10' },
          { pods: '1', 'requests.cpu': '500m', 'limits.memory': '0', 'count/pods': '1' },
        ),
        refused(PODS, sized('x', { cpu: '2' }, { memory: '1Mi' })),
        post(PODS, pod('a')),
        post(PODS, sized('a', { cpu: '600m' }, { memory: '100Mi' })),
        post(PODS, sized('a', { cpu: '600m' }, { memory: '2Gi' })),
        post(`${PODS}?dryRun=All`, sized('a', { cpu: '100m' }, { memory: '100Mi' }), { keep: ['kind'] }),
        get(`${QUOTAS}/q`),
        post(PODS, sized('a', { cpu: '100m' }, { memory: '100Mi' }), { keep: ['kind'] }),
        get(`${QUOTAS}/q`),
        post(PODS, sized('b', { cpu: '0.1', memory: '1Gi' }, { memory: '1Gi' }), { keep: ['kind', 'message'] }),
        post(
          PODS,
          sized(
            'b',
            { cpu: '0.1' },
            { memory: '100M' },
            {
              initContainers: [
                { name: 'i1', image: 'i', resources: { requests: { cpu: '300m' }, limits: { memory: '200Mi' } } },
                { name: 'i2', image: 'i', resources: { requests: { cpu: '50m' }, limits: { memory: '20Mi' } } },
              ],
            },
          ),
          { keep: ['kind', 'message'] },
        ),
        get(`${QUOTAS}/q`, { keep: ['status'] }),
        post(PODS, sized('c', { cpu: '1m' }, { memory: '1Mi' })),
        post(
          PODS,
          { metadata: { generateName: 'c-' }, spec: sizedSpec({ cpu: '1m' }, { memory: '1Mi' }) },
          { keep: ['code'] },
        ),
        remove(`${PODS}/a?gracePeriodSeconds=0`, undefined, { keep: ['kind'] }),
        get(`${QUOTAS}/q`, { keep: ['status'] }),
      ],
    },
    {
      name: 'several quotas count at once, each what is in its scopes',
      steps: [
        ...counted({ pods: '1' }, { pods: '1' }, { scopes: ['BestEffort'] }, 'best-effort'),
        ...counted({ pods: '1' }, { pods: '0' }, { scopes: ['Terminating', 'NotBestEffort'] }, 'terminating'),
        ...counted(
          { pods: '0' },
          { pods: '0' },
          {
            scopeSelector: {
              matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] }],
            },
          },
          'priority',
        ),
        ...counted({ pods: '0' }, { pods: '0' }, { scopes: ['CrossNamespacePodAffinity'] }, 'affinity'),
        refused(PODS, pod('x')),
        refused(
          PODS,
          sized(
            'x',
            { cpu: '1' },
            {},
            {
              affinity: {
                podAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a', namespaces: ['b'] }],
                },
              },
            },
          ),
        ),
        post(PODS, pod('a')),
        post(PODS, sized('a', { cpu: '1' }), { keep: ['kind'] }),
        post(PODS, sized('b', { cpu: '1' }, {}, { activeDeadlineSeconds: 5 }), { keep: ['kind'] }),
        post(PODS, sized('c', { cpu: '1' }, {}, { activeDeadlineSeconds: 5 })),
        post(PODS, sized('c', { cpu: '1' }, {}, { priorityClassName: 'system-node-critical' })),
        get(`${QUOTAS}/terminating`, { keep: ['status'] }),
      ],
    },
    {
      name: 'services, claims and other objects are counted',
      steps: [
        ...counted(
          {
            services: '3',
            'services.nodeports': '2',
            'services.loadbalancers': '0',
            persistentvolumeclaims: '2',
            'requests.storage': '3Gi',
            'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
            configmaps: '1',
            secrets: '0',
            'count/deployments.apps': '1',
          },
          {
            services: '0',
            'services.nodeports': '0',
            'services.loadbalancers': '0',
            persistentvolumeclaims: '0',
            'requests.storage': '0',
            'gold.storageclass.storage.k8s.io/requests.storage': '0',
            configmaps: '1',
            secrets: '0',
            'count/deployments.apps': '0',
          },
        ),
        refused(`${core}/secrets`, { metadata: { name: 'x' } }),
        post(`${core}/secrets`, { metadata: { name: 'a' } }),
        post(`${core}/configmaps`, configMap('a')),
        post(`${core}/services`, service('a'), { keep: ['kind'] }),
        post(`${core}/services`, service('b', { type: 'LoadBalancer' })),
        patch(`${core}/services/a`, 'merge', { spec: { type: 'NodePort' } }, { keep: ['kind'] }),
        post(
          `${core}/services`,
          service('b', {
            type: 'NodePort',
            ports: [
              { name: 'a', port: 1 },
              { name: 'b', port: 2 },
            ],
          }),
        ),
        post(CLAIMS, claim('a', '2Gi'), { keep: ['kind'] }),
        post(CLAIMS, claim('b', '2Gi')),
        post(CLAIMS, claim('b', '1Gi', { storageClassName: 'silver' }), { keep: ['kind'] }),
        post(CLAIMS, claim('c', '0.5', { storageClassName: 'gold' })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a'), { keep: ['kind'] }),
        post(`${inGroup('apps/v1')}/deployments`, deployment('b')),
        get(`${QUOTAS}/q`, { keep: ['status'] }),
        put(`${core}/configmaps/new`, configMap('new')),
      ],
    },
    {
      name: 'limit ranges that make no sense are refused',
      steps: [
        ...[
          [{ type: 'Nope' }],
          [{ type: 'Pod', default: { cpu: '1' }, defaultRequest: { cpu: '1' } }],
          [{ type: 'Container', max: { cpu: '1', storage: '1', nope: '1' }, min: { cpu: '2' } }],
          [{ type: 'PersistentVolumeClaim', min: { cpu: '1' } }],
          [{ type: 'Pod' }, { type: 'Pod' }],
          [
            {
              type: 'Container',
              min: { cpu: '2' },
              max: { cpu: '4' },
              default: { cpu: '5' },
              defaultRequest: { cpu: '1' },
            },
          ],
          [
            {
              type: 'Container',
              default: { cpu: '2', 'example.com/a': '2' },
              defaultRequest: { cpu: '3', 'example.com/a': '1' },
            },
          ],
          [
            {
              type: 'Container',
              min: { cpu: '1' },
              max: { cpu: '2' },
              maxLimitRequestRatio: { cpu: '3', memory: '500m' },
            },
          ],
        ].map((limits) => post(RANGES, range(...limits))),
        post(RANGES, range({ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' } })),
      ],
    },
    {
      name: 'containers get the defaults of limit ranges and are held to them',
      steps: [
        post(
          RANGES,
          range({
            type: 'Container',
            max: { cpu: '2' },
            min: { cpu: '100m' },
            default: { cpu: '1', memory: '1Gi' },
            defaultRequest: { cpu: '500m' },
            maxLimitRequestRatio: { cpu: '4' },
          }),
          { unrecorded: true },
        ),
        refused(PODS, sized('x', { cpu: '3' }, { cpu: '3' })),
        post(PODS, pod('a', { initContainers: [{ name: 'first', image: 'i' }] })),
        post(PODS, sized('b', { cpu: '1' }, { cpu: '3' })),
        post(PODS, sized('b', { cpu: '3' }, { cpu: '3' })),
        post(PODS, sized('b', { cpu: '10m' })),
        post(PODS, sized('b', { cpu: '100m' }, { cpu: '1' })),
        post(PODS, { metadata: { generateName: 'b-' }, spec: sizedSpec({ cpu: '10m' }) }, { keep: ['code'] }),
        patch(`${PODS}/a`, 'merge', { metadata: { labels: { a: 'b' } } }, { keep: ['metadata.labels'] }),
      ],
    },
    {
      name: 'pods and claims are held to limit ranges',
      steps: [
        post(
          RANGES,
          range(
            { type: 'Pod', max: { cpu: '2', memory: '1Gi' }, min: { cpu: '100m' }, maxLimitRequestRatio: { cpu: '2' } },
            { type: 'PersistentVolumeClaim', max: { storage: '2Gi' }, min: { storage: '1Gi' } },
          ),
          { unrecorded: true },
        ),
        refused(PODS, pod('x')),
        post(PODS, pod('a'), { keep: ['reason', 'code'] }),
        post(PODS, sized('a', { cpu: '1' }, { cpu: '3', memory: '1Gi' })),
        post(
          PODS,
          sized(
            'a',
            { cpu: '1' },
            { cpu: '1', memory: '1Gi' },
            {
              initContainers: [
                {
                  name: 'side',
                  image: 'i',
                  restartPolicy: 'Always',
                  resources: { requests: { cpu: '1' }, limits: { cpu: '1' } },
                },
                { name: 'first', image: 'i', resources: { requests: { cpu: '2' }, limits: { cpu: '2' } } },
              ],
            },
          ),
        ),
        post(PODS, sized('a', { cpu: '1' }, { cpu: '1', memory: '1Gi' }), { keep: ['kind'] }),
        post(CLAIMS, claim('a', '1')),
        post(CLAIMS, claim('a', '3Gi')),
        post(CLAIMS, claim('a', '2Gi'), { keep: ['kind'] }),
      ],
    },
  ],
};
