import type { Subject } from '../case.ts';
import { configMap, core, deployment, get, inGroup, patch, pod, post, remove, send } from '../steps.ts';

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const KUBECTL = {
  accept:
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
};
const METADATA = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const METADATA_LIST = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };
const CMS = `${core}/configmaps`;

/** Collections whose tables are compared while they are empty. */
const EMPTY = [
  `${core}/pods`,
  `${core}/services`,
  `${core}/secrets`,
  `${core}/serviceaccounts`,
  `${core}/endpoints`,
  `${core}/events`,
  `${core}/persistentvolumeclaims`,
  `${core}/replicationcontrollers`,
  `${core}/resourcequotas`,
  `${core}/limitranges`,
  `${core}/podtemplates`,
  '/api/v1/persistentvolumes',
  `${inGroup('apps/v1')}/deployments`,
  `${inGroup('apps/v1')}/replicasets`,
  `${inGroup('apps/v1')}/statefulsets`,
  `${inGroup('apps/v1')}/daemonsets`,
  `${inGroup('apps/v1')}/controllerrevisions`,
  `${inGroup('batch/v1')}/jobs`,
  `${inGroup('batch/v1')}/cronjobs`,
  `${inGroup('autoscaling/v1')}/horizontalpodautoscalers`,
  `${inGroup('autoscaling/v2')}/horizontalpodautoscalers`,
  `${inGroup('networking.k8s.io/v1')}/ingresses`,
  `${inGroup('networking.k8s.io/v1')}/networkpolicies`,
  `${inGroup('policy/v1')}/poddisruptionbudgets`,
  `${inGroup('coordination.k8s.io/v1')}/leases`,
  `${inGroup('discovery.k8s.io/v1')}/endpointslices`,
  `${inGroup('events.k8s.io/v1')}/events`,
  `${inGroup('rbac.authorization.k8s.io/v1')}/roles`,
  `${inGroup('rbac.authorization.k8s.io/v1')}/rolebindings`,
  `/apis/storage.k8s.io/v1/storageclasses?labelSelector=none`,
  `/apis/storage.k8s.io/v1/volumeattachments`,
  `/apis/storage.k8s.io/v1/csidrivers`,
  `/apis/storage.k8s.io/v1/csinodes`,
  `/apis/networking.k8s.io/v1/ingressclasses`,
  `/apis/scheduling.k8s.io/v1/priorityclasses?labelSelector=none`,
  `/apis/node.k8s.io/v1/runtimeclasses`,
  `/apis/certificates.k8s.io/v1/certificatesigningrequests`,
  `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations`,
  `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations`,
  `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies`,
  `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings`,
  `/apis/apiextensions.k8s.io/v1/customresourcedefinitions`,
  '/api/v1/nodes',
];

const nameOf = (object: object): string => (object as { metadata: { name: string } }).metadata.name;

const CONTAINER = { name: 'main', image: 'i', imageID: '', ready: true, restartCount: 0, started: true };
const RUNNING = { running: { startedAt: '2020-01-01T00:00:00Z' } };
const ended = (exitCode: number, reason?: string) => ({
  terminated: { exitCode, ...(reason && { reason }), startedAt: '2020-01-01T00:00:00Z', finishedAt: null },
});
const TWO = {
  containers: [
    { name: 'main', image: 'i' },
    { name: 'side', image: 'i' },
  ],
};

/** Pods by what their table says of them: name, spec, status. */
const POD_STATES: readonly (readonly [name: string, spec: object, status: object])[] = [
  [
    'running',
    TWO,
    {
      phase: 'Running',
      podIP: '192.0.2.1',
      podIPs: [{ ip: '192.0.2.1' }],
      nominatedNodeName: 'm',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        { ...CONTAINER, state: RUNNING, restartCount: 3 },
        { ...CONTAINER, name: 'side', ready: false, state: RUNNING },
      ],
    },
  ],
  [
    'crashing',
    {},
    {
      phase: 'Running',
      containerStatuses: [{ ...CONTAINER, ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    },
  ],
  [
    'completed',
    {},
    { phase: 'Succeeded', containerStatuses: [{ ...CONTAINER, ready: false, state: ended(0, 'Completed') }] },
  ],
  ['failed', {}, { phase: 'Failed', containerStatuses: [{ ...CONTAINER, ready: false, state: ended(2) }] }],
  [
    'signalled',
    {},
    { phase: 'Failed', containerStatuses: [{ ...CONTAINER, state: { terminated: { exitCode: 0, signal: 9 } } }] },
  ],
  ['evicted', {}, { phase: 'Failed', reason: 'Evicted' }],
  [
    'starting',
    {
      initContainers: [
        { name: 'one', image: 'i' },
        { name: 'two', image: 'i' },
      ],
    },
    {
      phase: 'Pending',
      initContainerStatuses: [
        { ...CONTAINER, name: 'one', state: ended(0) },
        { ...CONTAINER, name: 'two', ready: false, state: { waiting: { reason: 'PodInitializing' } } },
      ],
    },
  ],
  [
    'half-done',
    TWO,
    {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { ...CONTAINER, state: RUNNING },
        { ...CONTAINER, name: 'side', ready: false, state: ended(0, 'Completed') },
      ],
    },
  ],
  [
    'gated',
    { readinessGates: [{ conditionType: 'a.b/c' }, { conditionType: 'a.b/d' }] },
    { phase: 'Pending', conditions: [{ type: 'a.b/c', status: 'True' }] },
  ],
];

const CONDITION = { status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' };
const TEMPLATE = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const WORKLOAD = { selector: { matchLabels: { app: 'a' } }, template: TEMPLATE };

/** Objects and the state that they are given. */
const STATES: readonly (readonly [collection: string, object: object, status: object])[] = [
  [
    `${inGroup('apps/v1')}/deployments`,
    { metadata: { name: 'd' }, spec: { ...WORKLOAD, replicas: 3 } },
    { replicas: 4, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 3 },
  ],
  [
    `${inGroup('apps/v1')}/replicasets`,
    { metadata: { name: 'r' }, spec: { ...WORKLOAD, replicas: 2 } },
    { replicas: 2, readyReplicas: 1 },
  ],
  [
    `${inGroup('apps/v1')}/statefulsets`,
    { metadata: { name: 's' }, spec: { ...WORKLOAD, serviceName: 's', replicas: 3 } },
    { replicas: 3, readyReplicas: 2 },
  ],
  [
    `${inGroup('apps/v1')}/daemonsets`,
    { metadata: { name: 'd' }, spec: WORKLOAD },
    {
      desiredNumberScheduled: 4,
      currentNumberScheduled: 3,
      numberReady: 2,
      updatedNumberScheduled: 1,
      numberAvailable: 2,
      numberMisscheduled: 0,
    },
  ],
  [
    `${core}/replicationcontrollers`,
    { metadata: { name: 'r' }, spec: { selector: { app: 'a' }, template: TEMPLATE, replicas: 2 } },
    { replicas: 2, readyReplicas: 1 },
  ],
  [
    `${inGroup('batch/v1')}/cronjobs`,
    {
      metadata: { name: 'c' },
      spec: {
        schedule: '*/5 * * * *',
        timeZone: 'Etc/UTC',
        jobTemplate: { spec: { template: { spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } } } },
      },
    },
    { active: [{ kind: 'Job', name: 'j' }] },
  ],
  [
    '/api/v1/nodes',
    {
      metadata: {
        name: 'node-{{run}}',
        labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'other' },
      },
      spec: { unschedulable: true },
    },
    {
      conditions: [{ type: 'Ready', ...CONDITION }],
      addresses: [
        { type: 'InternalIP', address: '192.0.2.7' },
        { type: 'ExternalIP', address: '198.51.100.7' },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.32.0',
        osImage: 'Some OS',
        kernelVersion: '6.1',
        containerRuntimeVersion: 'containerd://2.0',
        machineID: '',
        systemUUID: '',
        bootID: '',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  ],
  [
    '/api/v1/persistentvolumes',
    {
      metadata: { name: 'pv-{{run}}' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
        hostPath: { path: '/x' },
        storageClassName: 'fast',
        claimRef: { namespace: 'n', name: 'c' },
      },
    },
    { phase: 'Bound' },
  ],
  [
    `${core}/persistentvolumeclaims`,
    {
      metadata: { name: 'c' },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'fast',
        volumeName: 'v',
      },
    },
    { phase: 'Bound', accessModes: ['ReadWriteMany'], capacity: { storage: '2Gi' } },
  ],
  [
    `${core}/services`,
    {
      metadata: { name: 'lb' },
      spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }], selector: { a: 'b' } },
    },
    { loadBalancer: { ingress: [{ ip: '203.0.113.1' }, { hostname: 'lb.example.com' }] } },
  ],
  [
    `${inGroup('networking.k8s.io/v1')}/ingresses`,
    {
      metadata: { name: 'i' },
      spec: { ingressClassName: 'c', defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    },
    { loadBalancer: { ingress: [{ ip: '203.0.113.1' }, { hostname: 'lb.example.com' }] } },
  ],
  [
    `${inGroup('policy/v1')}/poddisruptionbudgets`,
    { metadata: { name: 'p' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } } },
    { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 },
  ],
  [
    `${inGroup('autoscaling/v2')}/horizontalpodautoscalers`,
    {
      metadata: { name: 'h' },
      spec: {
        maxReplicas: 5,
        scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    },
    {
      currentReplicas: 2,
      desiredReplicas: 3,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 70, averageValue: '70m' } } },
      ],
    },
  ],
  [
    `${core}/resourcequotas`,
    { metadata: { name: 'q' }, spec: { hard: { pods: '5', 'requests.cpu': '2', 'limits.cpu': '4' } } },
    {
      hard: { pods: '5', 'requests.cpu': '2', 'limits.cpu': '4' },
      used: { pods: '1', 'requests.cpu': '500m', 'limits.cpu': '1' },
    },
  ],
  [
    `${inGroup('batch/v1')}/jobs`,
    {
      metadata: { name: 'j' },
      spec: {
        completions: 3,
        parallelism: 2,
        suspend: true,
        template: { spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } },
      },
    },
    { active: 1, succeeded: 1 },
  ],
];

/** D44–D45: tables and metadata. */
export const tables: Subject = {
  id: 'table',
  cases: [
    {
      name: 'every built-in kind has its columns',
      steps: EMPTY.map((path) => get(path, { headers: TABLE })),
    },
    {
      name: 'a table shows cells, and of the object what is asked for',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } }, { labels: { l: 'm' } }), { unrecorded: true }),
        post(CMS, configMap('b'), { unrecorded: true }),
        get(CMS, { headers: TABLE }),
        get(`${CMS}/a`, { headers: TABLE }),
        get(`${CMS}?includeObject=None`, { headers: TABLE }),
        get(`${CMS}?includeObject=Object`, { headers: TABLE }),
        get(`${CMS}?includeObject=Metadata`, { headers: TABLE }),
        get(`${CMS}?includeObject=Bogus`, { headers: TABLE }),
        get(`${CMS}?limit=1`, { headers: TABLE }),
        get(`${CMS}/nope`, { headers: TABLE }),
        get(CMS, { headers: KUBECTL }),
        get(CMS, { headers: { accept: 'application/json;as=Table;v=v1beta1;g=meta.k8s.io' } }),
        get(CMS, { headers: { accept: 'application/json;as=Table;v=v9;g=meta.k8s.io' } }),
        get(CMS, {
          headers: { accept: 'application/json;as=Table;v=v9;g=meta.k8s.io,application/json' },
          keep: ['kind'],
        }),
        get(CMS, { headers: { accept: 'application/yaml;as=Table;v=v1;g=meta.k8s.io' }, keep: [] }),
        post(CMS, configMap('c'), { headers: TABLE }),
        get('/apis', { headers: TABLE }),
      ],
    },
    {
      name: 'metadata alone, of one object and of a list',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } }, { labels: { l: 'm' } }), { unrecorded: true }),
        get(`${CMS}/a`, { headers: METADATA }),
        get(CMS, { headers: METADATA_LIST }),
        get(CMS, { headers: METADATA }),
        get(`${CMS}/a`, { headers: METADATA_LIST }),
        post(CMS, configMap('b'), { headers: METADATA }),
        send(`PATCH ${CMS}/a`, { text: '{"metadata":{"labels":{"x":"y"}}}' }, 'application/merge-patch+json', {
          headers: METADATA,
        }),
        send(`DELETE ${CMS}/a`, { text: '' }, '', { headers: METADATA }),
      ],
    },
    {
      name: 'rows of workloads, services and storage',
      steps: [
        post(`${core}/pods`, pod('p'), { unrecorded: true }),
        post(
          `${core}/pods`,
          pod('q', {
            nodeName: 'n',
            initContainers: [{ name: 'i', image: 'i' }],
            readinessGates: [{ conditionType: 'a/b' }],
          }),
          { unrecorded: true },
        ),
        get(`${core}/pods?includeObject=None`, { headers: TABLE }),
        post(`${inGroup('apps/v1')}/deployments`, deployment('d', { replicas: 3 }), { unrecorded: true }),
        get(`${inGroup('apps/v1')}/deployments?includeObject=None`, { headers: TABLE }),
        post(
          `${core}/services`,
          {
            metadata: { name: 's' },
            spec: {
              type: 'NodePort',
              selector: { b: 'c', a: 'b' },
              ports: [
                { port: 80, nodePort: 31234 },
                { name: 'u', port: 53, protocol: 'UDP', nodePort: 31235 },
              ],
            },
          },
          { unrecorded: true },
        ),
        post(
          `${core}/services`,
          { metadata: { name: 'h' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
          { unrecorded: true },
        ),
        post(
          `${core}/services`,
          { metadata: { name: 'x' }, spec: { type: 'ExternalName', externalName: 'example.com' } },
          { unrecorded: true },
        ),
        get(`${core}/services?includeObject=None`, { headers: TABLE, save: {} }),
        post(
          `${core}/persistentvolumeclaims`,
          {
            metadata: { name: 'c' },
            spec: { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], resources: { requests: { storage: '1Gi' } } },
          },
          { unrecorded: true },
        ),
        get(`${core}/persistentvolumeclaims?includeObject=None`, { headers: TABLE }),
        post(
          `${inGroup('batch/v1')}/cronjobs`,
          {
            metadata: { name: 'c' },
            spec: {
              schedule: '*/5 * * * *',
              timeZone: 'Etc/UTC',
              jobTemplate: {
                spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
              },
            },
          },
          { unrecorded: true },
        ),
        get(`${inGroup('batch/v1')}/cronjobs?includeObject=None`, { headers: TABLE }),
        post(
          `${inGroup('batch/v1')}/jobs`,
          {
            metadata: { name: 'j' },
            spec: {
              completions: 3,
              template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
            },
          },
          { unrecorded: true },
        ),
        get(`${inGroup('batch/v1')}/jobs?includeObject=None`, { headers: TABLE }),
        post(
          `${inGroup('networking.k8s.io/v1')}/ingresses`,
          {
            metadata: { name: 'i' },
            spec: {
              ingressClassName: 'c',
              tls: [{ hosts: ['a.b'] }],
              rules: [
                {
                  host: 'a.b',
                  http: {
                    paths: [
                      { path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } },
                    ],
                  },
                },
                {
                  http: {
                    paths: [
                      { path: '/x', pathType: 'Exact', backend: { service: { name: 's', port: { name: 'h' } } } },
                    ],
                  },
                },
              ],
            },
          },
          { unrecorded: true },
        ),
        get(`${inGroup('networking.k8s.io/v1')}/ingresses?includeObject=None`, { headers: TABLE }),
        post(
          `${inGroup('policy/v1')}/poddisruptionbudgets`,
          { metadata: { name: 'p' }, spec: { maxUnavailable: '25%' } },
          { unrecorded: true },
        ),
        get(`${inGroup('policy/v1')}/poddisruptionbudgets?includeObject=None`, { headers: TABLE }),
        post(
          `${inGroup('autoscaling/v2')}/horizontalpodautoscalers`,
          {
            metadata: { name: 'h' },
            spec: {
              maxReplicas: 3,
              scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
              metrics: [
                {
                  type: 'Resource',
                  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
                },
              ],
            },
          },
          { unrecorded: true },
        ),
        get(`${inGroup('autoscaling/v2')}/horizontalpodautoscalers?includeObject=None`, { headers: TABLE }),
        post(
          `${inGroup('rbac.authorization.k8s.io/v1')}/rolebindings`,
          {
            metadata: { name: 'b' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
            subjects: [
              { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
              { kind: 'ServiceAccount', name: 's', namespace: 'n' },
              { kind: 'Group', name: 'g', apiGroup: 'rbac.authorization.k8s.io' },
            ],
          },
          { unrecorded: true },
        ),
        get(`${inGroup('rbac.authorization.k8s.io/v1')}/rolebindings?includeObject=None`, { headers: TABLE }),
        post(`${core}/secrets`, { metadata: { name: 's' }, stringData: { a: 'b' } }, { unrecorded: true }),
        get(`${core}/secrets?includeObject=None`, { headers: TABLE }),
        post(
          `${core}/events`,
          {
            metadata: { name: 'e.1' },
            involvedObject: { kind: 'Pod', name: 'p', namespace: '{{ns}}', fieldPath: 'spec.containers{c}' },
            reason: 'R',
            message: ' m ',
            type: 'Normal',
            source: { component: 'c', host: 'h' },
          },
          { unrecorded: true },
        ),
        get(`${core}/events?includeObject=None`, { headers: TABLE }),
        get('/api/v1/namespaces/{{ns}}?includeObject=None', { headers: TABLE }),
      ],
    },
    {
      name: 'rows tell of the state of pods',
      steps: [
        ...POD_STATES.flatMap(([name, spec, status], index) => [
          post(`${core}/pods`, pod(name, { nodeName: 'n', ...spec }), { unrecorded: true }),
          patch(`${core}/pods/${name}/status`, 'merge', { status }, { unrecorded: true }),
          get(`${core}/pods/${name}?includeObject=None`, { headers: index % 2 === 0 ? TABLE : KUBECTL }),
        ]),
        remove(`${core}/pods/running`, undefined, { unrecorded: true }),
        get(`${core}/pods/running?includeObject=None`, { headers: TABLE }),
      ],
    },
    {
      name: 'rows tell of the state of workloads, nodes and volumes',
      steps: STATES.flatMap(([collection, object, status]) => [
        post(collection, object, { unrecorded: true }),
        patch(`${collection}/${nameOf(object)}/status`, 'merge', { status }, { unrecorded: true }),
        get(`${collection}/${nameOf(object)}?includeObject=None`, { headers: TABLE }),
      ]),
    },
  ],
};
