import type { Subject } from '../case.ts';
import { configMap, core, deployment, events, get, inGroup, patch, pod, post, put, remove, watch } from '../steps.ts';

const CMS = `${core}/configmaps`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const LEASES = `${inGroup('coordination.k8s.io/v1')}/leases`;
const ROLES = `${inGroup('rbac.authorization.k8s.io/v1')}/roles`;

const job = (name: string, spec: object = {}): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'example.com/job:1' }] } },
    ...spec,
  },
});

const statefulSet = (name: string, spec: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: {
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'example.com/set:1' }] },
    },
    ...spec,
  },
});

const claim = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

/** D16–D20: replacing objects, conditions for it, and what never changes. */
export const update: Subject = {
  id: 'update',
  cases: [
    {
      name: 'an update is conditional on the resourceVersion it names',
      steps: [
        post(CMS, configMap('a', { data: { k: '1' } }), {
          save: { first: 'metadata.resourceVersion', uid: 'metadata.uid' },
        }),
        put(`${CMS}/a`, configMap('a', { data: { k: '2' } })),
        put(`${CMS}/a`, configMap('a', { data: { k: '3' } }, { resourceVersion: '{{first}}' })),
        put(`${CMS}/a`, configMap('a', { data: { k: '3' } }, { resourceVersion: 'abc' })),
        put(`${CMS}/a`, configMap('a', { data: { k: '3' } }, { resourceVersion: '99999999' })),
        put(`${CMS}/a`, configMap('a', { data: { k: '3' } }, { resourceVersion: '0' })),
        put(`${CMS}/a`, configMap('a', { data: { k: '4' } }, { uid: '{{uid}}' })),
        put(`${CMS}/a`, configMap('a', { data: { k: '4' } }, { uid: 'other' })),
        put(`${CMS}/missing`, configMap('missing', {}, { uid: 'other' })),
        put(`${CMS}/missing`, configMap('missing')),
        put(`${CMS}/missing`, configMap('missing', {}, { resourceVersion: '5' })),
      ],
    },
    {
      name: 'the name of an update is that of the URL',
      steps: [
        post(CMS, configMap('a')),
        put(`${CMS}/a`, configMap('b')),
        put(`${CMS}/a`, { kind: 'ConfigMap', apiVersion: 'v1', metadata: {} }),
        put(`${CMS}/a`, {}),
        put(`${CMS}/a`, { metadata: { name: 'a', generateName: 'x' } }),
      ],
    },
    {
      name: 'a write that changes nothing leaves the resourceVersion and makes no event',
      steps: [
        post(CMS, configMap('a', { data: { k: '1' } }), { save: { rv: 'metadata.resourceVersion' } }),
        watch('w', `${CMS}?watch=true&resourceVersion={{rv}}`),
        put(`${CMS}/a`, configMap('a', { data: { k: '1' } })),
        patch(`${CMS}/a`, 'merge', { data: { k: '1' } }),
        patch(`${CMS}/a`, 'strategic', {}),
        patch(`${CMS}/a`, 'json', []),
        put(`${CMS}/a`, configMap('a', { data: { k: '1' } }), { headers: { 'user-agent': 'somebody/1' } }),
        patch(`${CMS}/a`, 'merge', { data: { k: '2' } }),
        events('w', 1),
      ],
    },
    {
      name: 'kinds that say so are created by an update',
      steps: [
        put(`${LEASES}/l`, { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } }),
        put(`${LEASES}/l`, { metadata: { name: 'l' }, spec: { holderIdentity: 'you' } }),
        put(`${ROLES}/r`, { metadata: { name: 'r' }, rules: [] }),
        put(
          `${core}/services/s`,
          { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } },
          { keep: ['kind', 'metadata.name'] },
        ),
        put(`${core}/endpoints/e`, { metadata: { name: 'e' } }),
        put(`${core}/limitranges/l`, { metadata: { name: 'l' }, spec: { limits: [] } }),
        put(`${core}/secrets/s`, { metadata: { name: 's' } }),
        put(`${core}/pods/p`, pod('p')),
        put(`${DEPLOYMENTS}/d`, deployment('d')),
        put(`${core}/events/e.1`, {
          metadata: { name: 'e.1' },
          involvedObject: { kind: 'Pod', name: 'p', namespace: '{{ns}}' },
          reason: 'Made',
          message: 'm',
          type: 'Normal',
        }),
        put(`${RBAC}/clusterroles/c-{{run}}`, { metadata: { name: 'c-{{run}}' }, rules: [] }),
        put(`${RBAC}/clusterrolebindings/c-{{run}}`, {
          metadata: { name: 'c-{{run}}' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'c-{{run}}' },
        }),
        put(`${inGroup('rbac.authorization.k8s.io/v1')}/rolebindings/b`, {
          metadata: { name: 'b' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'c-{{run}}' },
        }),
        put('/apis/node.k8s.io/v1/runtimeclasses/r-{{run}}', { metadata: { name: 'r-{{run}}' }, handler: 'h' }),
        put('/api/v1/nodes/n-{{run}}', { metadata: { name: 'n-{{run}}' } }),
        put('/apis/storage.k8s.io/v1/csidrivers/d-{{run}}', { metadata: { name: 'd-{{run}}' }, spec: {} }),
      ],
    },
    {
      name: 'kinds that say so need a resourceVersion in an update',
      steps: [
        post(LEASES, { metadata: { name: 'l' }, spec: {} }),
        put(`${LEASES}/l`, { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } }),
        post(`${inGroup('policy/v1')}/poddisruptionbudgets`, { metadata: { name: 'p' }, spec: { minAvailable: 1 } }),
        put(`${inGroup('policy/v1')}/poddisruptionbudgets/p`, { metadata: { name: 'p' }, spec: { minAvailable: 2 } }),
        post('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'p-{{run}}' }, value: 5 }),
        put('/apis/scheduling.k8s.io/v1/priorityclasses/p-{{run}}', { metadata: { name: 'p-{{run}}' }, value: 6 }),
        post('/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: 'r-{{run}}' }, handler: 'h' }),
        put('/apis/node.k8s.io/v1/runtimeclasses/r-{{run}}', { metadata: { name: 'r-{{run}}' }, handler: 'i' }),
        post('/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 's-{{run}}' }, provisioner: 'p' }),
        put('/apis/storage.k8s.io/v1/storageclasses/s-{{run}}', { metadata: { name: 's-{{run}}' }, provisioner: 'q' }),
        ...(
          [
            ['storage.k8s.io/v1/csidrivers', { spec: {} }],
            ['storage.k8s.io/v1/csinodes', { spec: { drivers: [] } }],
            [
              'storage.k8s.io/v1/volumeattachments',
              { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'p' } } },
            ],
            ['storage.k8s.io/v1/namespaces/{{ns}}/csistoragecapacities', { storageClassName: 's' }],
            ['admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', { webhooks: [] }],
            ['admissionregistration.k8s.io/v1/validatingwebhookconfigurations', { webhooks: [] }],
            [
              'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
              { spec: { policyName: 'p', validationActions: ['Deny'] } },
            ],
            [
              'flowcontrol.apiserver.k8s.io/v1/flowschemas',
              { spec: { priorityLevelConfiguration: { name: 'exempt' } } },
            ],
            ['networking.k8s.io/v1/ingressclasses', { spec: { controller: 'example.com/c' } }],
            ['scheduling.k8s.io/v1/priorityclasses', { value: 7 }],
          ] as const
        ).flatMap(([resource, rest]) => [
          post(`/apis/${resource}`, { metadata: { name: 'k-{{run}}' }, ...rest }, { unrecorded: true }),
          put(
            `/apis/${resource}/k-{{run}}`,
            { metadata: { name: 'k-{{run}}', labels: { a: 'b' } }, ...rest },
            { keep: ['kind', 'code', 'message', 'details'] },
          ),
        ]),
      ],
    },
    {
      name: 'metadata of the system cannot be changed',
      steps: [
        post(CMS, configMap('a')),
        patch(`${CMS}/a`, 'merge', { metadata: { uid: 'zzz' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { creationTimestamp: '2001-01-01T00:00:00Z' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { deletionTimestamp: '2001-01-01T00:00:00Z' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { generation: 5 } }),
        patch(`${CMS}/a`, 'merge', { metadata: { name: 'b' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { namespace: 'b' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { resourceVersion: '1' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { labels: { 'bad key': 'x' } } }),
        patch(`${CMS}/a`, 'merge', { metadata: { finalizers: ['nodomain'] } }),
        patch(`${CMS}/a`, 'merge', { metadata: { ownerReferences: [{}] } }),
        patch(`${CMS}/a`, 'merge', { metadata: null }),
        patch(`${CMS}/a`, 'merge', { metadata: { selfLink: '/x', generateName: 'g' } }),
      ],
    },
    {
      name: 'immutable config maps and secrets stay as they are',
      steps: [
        post(CMS, configMap('a', { data: { k: '1' }, immutable: true })),
        patch(`${CMS}/a`, 'merge', { data: { k: '2' } }),
        patch(`${CMS}/a`, 'merge', { immutable: false }),
        patch(`${CMS}/a`, 'merge', { metadata: { labels: { a: 'b' } } }),
        post(`${core}/secrets`, { metadata: { name: 's' }, type: 'Opaque', data: { k: 'eA==' }, immutable: true }),
        patch(`${core}/secrets/s`, 'merge', { data: { k: 'eQ==' } }),
        patch(`${core}/secrets/s`, 'merge', { immutable: null }),
        patch(`${core}/secrets/s`, 'merge', { type: 'other' }),
      ],
    },
    {
      name: 'selectors and templates of workloads are fixed as the kind says',
      steps: [
        post(DEPLOYMENTS, deployment('d')),
        patch(`${DEPLOYMENTS}/d`, 'merge', { spec: { selector: { matchLabels: { x: 'y' } } } }),
        patch(`${DEPLOYMENTS}/d`, 'merge', {
          spec: { selector: { matchLabels: { app: 'e' } }, template: { metadata: { labels: { app: 'e' } } } },
        }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { spec: { replicas: -1 } }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { spec: { replicas: 3 } }),
        post(`${inGroup('apps/v1')}/statefulsets`, statefulSet('s')),
        patch(`${inGroup('apps/v1')}/statefulsets/s`, 'merge', { spec: { serviceName: 'x' } }),
        patch(`${inGroup('apps/v1')}/statefulsets/s`, 'merge', { spec: { replicas: 2 } }),
        patch(`${inGroup('apps/v1')}/statefulsets/s`, 'merge', { spec: { podManagementPolicy: 'Parallel' } }),
        post(`${inGroup('batch/v1')}/jobs`, job('j')),
        patch(`${inGroup('batch/v1')}/jobs/j`, 'merge', { spec: { completions: 5 } }),
        patch(`${inGroup('batch/v1')}/jobs/j`, 'merge', { spec: { template: { metadata: { labels: { a: 'b' } } } } }),
        patch(`${inGroup('batch/v1')}/jobs/j`, 'merge', { spec: { selector: { matchLabels: { a: 'b' } } } }),
        patch(`${inGroup('batch/v1')}/jobs/j`, 'merge', { spec: { parallelism: 2 } }),
        patch(`${inGroup('batch/v1')}/jobs/j`, 'merge', { spec: { suspend: true } }),
      ],
    },
    {
      name: 'the immutable parts of services, claims, pods and bindings are refused',
      steps: [
        post(`${core}/services`, { metadata: { name: 's' }, spec: { clusterIP: '10.0.0.77', ports: [{ port: 80 }] } }),
        patch(`${core}/services/s`, 'merge', { spec: { clusterIP: '10.0.0.78' } }),
        patch(`${core}/services/s`, 'merge', { spec: { clusterIP: '10.0.0.78', clusterIPs: ['10.0.0.78'] } }),
        patch(`${core}/services/s`, 'merge', { spec: { clusterIP: 'None' } }),
        remove(`${core}/services/s`, undefined, { unrecorded: true }),
        post(`${core}/persistentvolumeclaims`, claim('c')),
        patch(`${core}/persistentvolumeclaims/c`, 'merge', { spec: { accessModes: ['ReadWriteMany'] } }),
        patch(`${core}/persistentvolumeclaims/c`, 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } }),
        post(`${core}/pods`, pod('p')),
        patch(`${core}/pods/p`, 'merge', { spec: { hostNetwork: true } }),
        patch(`${core}/pods/p`, 'merge', { spec: { nodeName: 'n' } }),
        patch(`${core}/pods/p`, 'strategic', { spec: { containers: [{ name: 'main', image: 'example.com/main:2' }] } }),
        patch(`${core}/pods/p`, 'strategic', { spec: { containers: [{ name: 'other', image: 'x' }] } }),
        patch(`${core}/pods/p`, 'merge', { spec: { activeDeadlineSeconds: 5 } }),
        patch(`${core}/pods/p`, 'merge', { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } }),
        post(`${inGroup('rbac.authorization.k8s.io/v1')}/rolebindings`, {
          metadata: { name: 'b' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
        }),
        patch(`${inGroup('rbac.authorization.k8s.io/v1')}/rolebindings/b`, 'merge', { roleRef: { name: 'other' } }),
        post('/api/v1/nodes', { metadata: { name: 'n-{{run}}' }, spec: { podCIDR: '10.1.0.0/24' } }),
        patch('/api/v1/nodes/n-{{run}}', 'merge', { spec: { podCIDR: '10.2.0.0/24', podCIDRs: ['10.2.0.0/24'] } }),
        patch('/api/v1/nodes/n-{{run}}', 'merge', { spec: { providerID: 'a' } }),
        patch('/api/v1/nodes/n-{{run}}', 'merge', { spec: { providerID: 'b' } }),
      ],
    },
    {
      name: 'status is written by its own endpoint only',
      steps: [
        post(DEPLOYMENTS, { ...deployment('d'), status: { replicas: 5 } }, { keep: ['status'] }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { status: { replicas: 7 } }, { keep: ['status', 'metadata.generation'] }),
        patch(`${DEPLOYMENTS}/d/status`, 'merge', { spec: { replicas: 9 }, status: { replicas: 7 } }),
        patch(`${DEPLOYMENTS}/d/status`, 'merge', {
          metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['ex.io/f'] },
        }),
        get(`${DEPLOYMENTS}/d/status`),
        put(`${DEPLOYMENTS}/d/status`, { ...deployment('d'), status: { replicas: 1, readyReplicas: 1 } }),
        put(`${DEPLOYMENTS}/nope/status`, { ...deployment('nope') }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { metadata: { finalizers: null } }),
        post(`${core}/pods`, pod('p')),
        patch(`${core}/pods/p/status`, 'merge', {
          metadata: { labels: { a: 'b' } },
          status: { phase: 'Running', podIP: '10.9.9.9', conditions: [{ type: 'Ready', status: 'True' }] },
        }),
        patch(`${core}/pods/p/status`, 'strategic', { status: { conditions: [{ type: 'Extra', status: 'False' }] } }),
        patch('/api/v1/namespaces/{{ns}}/status', 'merge', { metadata: { labels: { a: 'b' } } }),
      ],
    },
    {
      name: 'the counts of a status have to make sense',
      steps: [
        post(DEPLOYMENTS, deployment('d'), { keep: ['kind'] }),
        patch(`${DEPLOYMENTS}/d/status`, 'merge', { status: { replicas: -1, readyReplicas: 5 } }),
      ],
    },
    {
      name: 'the generation counts changes of the specification',
      steps: [
        post(DEPLOYMENTS, deployment('d'), { keep: ['metadata.generation'] }),
        ...[
          { metadata: { labels: { a: 'b' } } },
          { spec: { replicas: 2 } },
          { spec: { replicas: 2 } },
          { spec: { template: { spec: { terminationGracePeriodSeconds: 30 } } } },
          { metadata: { finalizers: ['ex.io/f'] } },
        ].map((body) => patch(`${DEPLOYMENTS}/d`, 'merge', body, { keep: ['metadata.generation'] })),
        { request: `DELETE ${DEPLOYMENTS}/d`, keep: ['metadata.generation', 'metadata.deletionGracePeriodSeconds'] },
        patch(`${DEPLOYMENTS}/d`, 'merge', { spec: { replicas: 5 } }, { keep: ['metadata.generation'] }),
        patch(
          `${DEPLOYMENTS}/d`,
          'merge',
          { metadata: { finalizers: null } },
          { keep: ['metadata.generation', 'metadata.finalizers'] },
        ),
        get(`${DEPLOYMENTS}/d`),
      ],
    },
    {
      name: 'the scale of a workload is read and written',
      steps: [
        post(DEPLOYMENTS, deployment('d', { replicas: 2 }), {
          save: { rv: 'metadata.resourceVersion' },
          keep: ['spec.replicas'],
        }),
        get(`${DEPLOYMENTS}/d/scale`),
        put(`${DEPLOYMENTS}/d/scale`, { metadata: { name: 'd' }, spec: { replicas: 3 } }),
        put(`${DEPLOYMENTS}/d/scale`, { metadata: { name: 'd', resourceVersion: '{{rv}}' }, spec: { replicas: 4 } }),
        patch(`${DEPLOYMENTS}/d/scale`, 'merge', { spec: { replicas: 0 } }),
        patch(`${DEPLOYMENTS}/d/scale`, 'merge', { spec: { replicas: -1 } }),
        patch(`${DEPLOYMENTS}/d/scale`, 'merge', { spec: { replicas: 'x' } }),
        put(`${DEPLOYMENTS}/d/scale`, { metadata: { name: 'x' }, spec: { replicas: 3 } }),
        put(`${DEPLOYMENTS}/d/scale`, { kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name: 'd' } }),
        get(`${DEPLOYMENTS}/nope/scale`),
        patch(`${DEPLOYMENTS}/nope/scale`, 'merge', { spec: { replicas: 1 } }),
        put(`${DEPLOYMENTS}/nope/scale`, { metadata: { name: 'nope' }, spec: { replicas: 1 } }),
        patch(`${DEPLOYMENTS}/d/scale?dryRun=All`, 'merge', { spec: { replicas: 8 } }),
        get(`${DEPLOYMENTS}/d`),
        post(`${inGroup('apps/v1')}/statefulsets`, statefulSet('s'), { keep: ['spec.replicas'] }),
        get(`${inGroup('apps/v1')}/statefulsets/s/scale`),
      ],
    },
  ],
};
