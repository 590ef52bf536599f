import type { RequestStep, Subject } from '../case.ts';
import { core, get, inGroup, patch, pod, post, put, remove } from '../steps.ts';

const PODS = `${core}/pods`;
const CLAIMS = `${core}/persistentvolumeclaims`;
const PRIORITIES = '/apis/scheduling.k8s.io/v1/priorityclasses';
const RUNTIMES = '/apis/node.k8s.io/v1/runtimeclasses';
const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** Requests for a certificate with the organization `system:masters` and `team`. */
const OF_MASTERS =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIak1JR0tBZ0VBTUNneEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVEwd0N3WURWUVFEREFScQpZVzVsTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFdWgxL1ZqUFJoWVVpVlZoOGdCbUNTZ1ROCjBKVlIzUEx3TnpjYXd4R3oraUhSSXp3VEZmMk14MEoremxwWERkaGNXRjdNWi8ybUhvWHFsT2dCTDZKZUtxQUEKTUFvR0NDcUdTTTQ5QkFNQ0EwZ0FNRVVDSVFEaDlnRG5qM2ZaVkVvdG5HSFNnY3pPZFVMeDBEdU8ra2kwWi80dAp0emYxblFJZ0xHMXZ1U2tWbmZvM3g5R2ZqUm1jcEhseDFGOTNHRS9QYTZXODRpOW51N0E9Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
const OF_TEAM =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWk1JR0FBZ0VBTUI0eERUQUxCZ05WQkFvTUJIUmxZVzB4RFRBTEJnTlZCQU1NQkdwaGJtVXdXVEFUQmdjcQpoa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVM2SFg5V005R0ZoU0pWV0h5QUdZSktCTTNRbFZIYzh2QTNOeHJECkViUDZJZEVqUEJNVi9ZekhRbjdPV2xjTjJGeFlYc3huL2FZZWhlcVU2QUV2b2w0cW9BQXdDZ1lJS29aSXpqMEUKQXdJRFNBQXdSUUloQU5xd01GeXFNS0htckNZWlhFUG9FSFhudU52RGMzVEd5NXZYSFdaRFdnVFdBaUFmT2FKUApKVkJNR09yb1lCb0t6dmx2TEdpTkZMMHFDcklzU1gyUEJaNlhTdz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';

const priority = (name: string, value: number, rest: object = {}) => ({ metadata: { name }, value, ...rest });

/** Waits until a pod that is refused or accepted for what the server has to notice first is so. */
const until = (status: number, spec: object): RequestStep =>
  post(`${PODS}?dryRun=All`, pod('probe', spec), { until: { status } });

const spec = ['kind', 'message', 'code', 'spec.priority', 'spec.priorityClassName', 'spec.preemptionPolicy'];
const claim = (name: string, rest: object = {}, metadata: object = {}) => ({
  metadata: { name, ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...rest },
});
const request = (name: string, body: string, signerName: string) => ({
  metadata: { name },
  spec: { request: body, signerName, usages: ['client auth'] },
});
const asJane = { headers: { 'impersonate-user': 'jane-{{run}}' } };

/** Admission plugins that work by default, beside those with subjects of their own. */
export const plugins: Subject = {
  id: 'plugins',
  cases: [
    {
      name: 'the priority of a pod is that of its class',
      steps: [
        post(PODS, pod('none', { priority: 5 })),
        post(PODS, pod('a', { priorityClassName: 'nope' })),
        post(PODS, pod('a', { priorityClassName: 'system-node-critical', priority: 1 })),
        post(PODS, pod('a', { priorityClassName: 'system-node-critical', preemptionPolicy: 'Never' })),
        post(PODS, pod('a', { priorityClassName: 'system-node-critical', priority: 2000001000 }), { keep: spec }),
        post(PODS, {
          metadata: { generateName: 'gen-' },
          spec: { ...pod('x'), priorityClassName: 'nope', containers: [{ name: 'c', image: 'i' }] },
        }),
        post(PRIORITIES, priority('low-{{run}}', 10, { globalDefault: true, preemptionPolicy: 'Never' }), {
          keep: ['value', 'preemptionPolicy'],
        }),
        until(403, { priority: 5 }),
        post(`${PODS}?dryRun=All`, pod('probe', { priority: 10 }), { until: { status: 201 } }),
        post(PODS, pod('b'), { keep: spec }),
        post(PRIORITIES, priority('other-{{run}}', 20, { globalDefault: true })),
        post(PRIORITIES, priority('other-{{run}}', 20), { keep: ['value', 'preemptionPolicy'] }),
        patch(`${PRIORITIES}/other-{{run}}`, 'merge', { globalDefault: true }),
        patch(`${PRIORITIES}/low-{{run}}`, 'merge', { description: 'd' }, { keep: ['description'] }),
        put(`${PODS}/b`, pod('b', { nodeName: '' }), { keep: spec }),
        remove(`${PRIORITIES}/low-{{run}}`, undefined, { unrecorded: true }),
      ],
    },
    {
      name: 'a runtime class adds its overhead, node selector and tolerations',
      steps: [
        post(PODS, pod('a', { runtimeClassName: 'nope-{{run}}' })),
        post(PODS, pod('a', { overhead: { cpu: '1' } })),
        post(
          RUNTIMES,
          {
            metadata: { name: 'r-{{run}}' },
            handler: 'h',
            overhead: { podFixed: { cpu: '100m' } },
            scheduling: {
              nodeSelector: { a: 'b' },
              tolerations: [
                { key: 'k', operator: 'Exists', effect: 'NoSchedule' },
                { key: 'own', operator: 'Equal', value: 'v', effect: 'NoSchedule' },
              ],
            },
          },
          { unrecorded: true },
        ),
        until(201, { runtimeClassName: 'r-{{run}}' }),
        post(PODS, pod('a', { runtimeClassName: 'r-{{run}}', overhead: { cpu: '1' } })),
        post(PODS, pod('a', { runtimeClassName: 'r-{{run}}', nodeSelector: { a: 'c' } })),
        post(
          PODS,
          pod('a', {
            runtimeClassName: 'r-{{run}}',
            nodeSelector: { x: 'y' },
            tolerations: [
              { key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' },
              { key: 'own', operator: 'Exists' },
            ],
          }),
          { keep: ['spec.overhead', 'spec.nodeSelector', 'spec.tolerations'] },
        ),
      ],
    },
    {
      name: 'pods tolerate lost nodes for a while, and new nodes tolerate no pods',
      steps: [
        post(PODS, pod('a', { tolerations: [{ operator: 'Exists' }] }), { keep: ['spec.tolerations'] }),
        post(
          PODS,
          pod('b', {
            tolerations: [
              { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
            ],
          }),
          { keep: ['spec.tolerations'] },
        ),
        patch(
          `${PODS}/b`,
          'json',
          [{ op: 'add', path: '/spec/tolerations/-', value: { key: 'x', operator: 'Exists' } }],
          { keep: ['spec.tolerations', 'message'] },
        ),
        post('/api/v1/nodes', { metadata: { name: 'n-{{run}}' } }, { keep: ['spec.taints'] }),
        post(
          '/api/v1/nodes',
          {
            metadata: { name: 'm-{{run}}' },
            spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule', value: 'x' }] },
          },
          { keep: ['spec.taints'] },
        ),
      ],
    },
    {
      name: 'claims and ingresses get the default class',
      steps: [
        post(
          '/apis/storage.k8s.io/v1/storageclasses',
          {
            metadata: { name: 's-{{run}}', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
            provisioner: 'example.com/p',
            allowVolumeExpansion: true,
          },
          { unrecorded: true },
        ),
        post(
          '/apis/networking.k8s.io/v1/ingressclasses',
          {
            metadata: { name: 'i-{{run}}', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
            spec: { controller: 'example.com/c' },
          },
          { unrecorded: true },
        ),
        post(`${CLAIMS}?dryRun=All`, claim('probe'), { until: { text: 's-{{run}}' } }),
        post(CLAIMS, claim('a'), { keep: ['spec.storageClassName', 'metadata.finalizers'] }),
        post(CLAIMS, claim('b', { storageClassName: '' }), { keep: ['spec.storageClassName'] }),
        post(CLAIMS, claim('c', {}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } }), {
          keep: ['spec.storageClassName'],
        }),
        post(
          `${inGroup('networking.k8s.io/v1')}/ingresses`,
          { metadata: { name: 'a' }, spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
          { keep: ['spec.ingressClassName'] },
        ),
        post(
          `${inGroup('networking.k8s.io/v1')}/ingresses`,
          {
            metadata: { name: 'b', annotations: { 'kubernetes.io/ingress.class': 'x' } },
            spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
          },
          { keep: ['spec.ingressClassName'] },
        ),
        patch(`${CLAIMS}/a`, 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } }),
        patch(`${CLAIMS}/a/status`, 'merge', { status: { phase: 'Bound' } }, { keep: ['status.phase'] }),
        patch(
          `${CLAIMS}/a`,
          'merge',
          { spec: { resources: { requests: { storage: '2Gi' } } } },
          { keep: ['spec.resources', 'message'] },
        ),
        patch(`${CLAIMS}/b/status`, 'merge', { status: { phase: 'Bound' } }, { keep: ['status.phase'] }),
        patch(`${CLAIMS}/b`, 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } }),
      ],
    },
    {
      name: 'certificates are requested, approved and signed by those who may',
      clusterWide: true,
      steps: [
        post(REQUESTS, request('m-{{run}}', OF_MASTERS, 'kubernetes.io/kube-apiserver-client')),
        post(REQUESTS, request('m-{{run}}', OF_MASTERS, 'example.com/own'), { keep: ['spec.signerName'] }),
        post(REQUESTS, request('t-{{run}}', OF_TEAM, 'kubernetes.io/kube-apiserver-client'), {
          keep: ['spec.signerName'],
        }),
        post(
          '/apis/rbac.authorization.k8s.io/v1/clusterroles',
          {
            metadata: { name: 'csr-{{run}}' },
            rules: [
              {
                apiGroups: ['certificates.k8s.io'],
                resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
                verbs: ['patch', 'update'],
              },
            ],
          },
          { unrecorded: true },
        ),
        post(
          '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
          {
            metadata: { name: 'csr-{{run}}' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'csr-{{run}}' },
            subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane-{{run}}' }],
          },
          { unrecorded: true },
        ),
        patch(
          `${REQUESTS}/t-{{run}}/approval?dryRun=All`,
          'merge',
          { status: { conditions: [{ type: 'Approved', status: 'True', reason: 'r' }] } },
          { ...asJane, until: { text: 'signerName' } },
        ),
        patch(
          `${REQUESTS}/t-{{run}}/approval`,
          'merge',
          { status: { conditions: [{ type: 'Approved', status: 'True', reason: 'r' }] } },
          asJane,
        ),
        patch(
          `${REQUESTS}/t-{{run}}/status`,
          'merge',
          { status: { conditions: [{ type: 'Failed', status: 'True', reason: 'r' }] } },
          asJane,
        ),
        patch(
          `${REQUESTS}/t-{{run}}/status`,
          'merge',
          { metadata: { labels: { a: 'b' } } },
          { ...asJane, keep: ['message', 'kind'] },
        ),
        patch(
          `${REQUESTS}/t-{{run}}/approval`,
          'merge',
          { status: { conditions: [{ type: 'Approved', status: 'True', reason: 'r' }] } },
          { keep: ['message', 'kind'] },
        ),
        get(`${REQUESTS}/m-{{run}}`, { keep: ['kind'] }),
      ],
    },
  ],
};
