import { deployment, inGroup } from '../steps.ts';
import { type Kind, named, SCALES } from './kind.ts';

const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { app: 'x' } };

/** Kinds of other groups. */
export const groupKinds: readonly Kind[] = [
  {
    path: `${inGroup('apps/v1')}/deployments`,
    subresources: ['status', 'scale'],
    parts: SCALES,
    object: (name) => deployment(name),
    places: [
      ['spec.replicas', 0, 3, -1],
      ['spec.paused', true, false],
      ['spec.strategy', { type: 'Recreate' }, { rollingUpdate: { maxSurge: '50%' } }],
      ['spec.template.metadata.labels.app', 'other'],
      ['spec.template.spec.containers', [{ name: 'main', image: 'i:2' }], [{ name: 'side', image: 'j' }]],
      ['spec.template.spec.volumes', [{ name: 'v', emptyDir: {} }]],
      ['spec.minReadySeconds', 5],
      ['status.replicas', 2],
      ['status.observedGeneration', 1],
    ],
  },
  {
    path: `${inGroup('batch/v1')}/jobs`,
    subresources: ['status'],
    fields: ['status.successful'],
    object: named('batch/v1', 'Job', {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
    }),
    places: [
      ['spec.parallelism', 2, -1],
      ['spec.suspend', true],
      ['spec.backoffLimit', 0],
      ['spec.completionMode', 'Indexed', 'Bogus'],
      ['status.active', 1],
    ],
  },
  {
    path: `${inGroup('rbac.authorization.k8s.io/v1')}/roles`,
    object: named('rbac.authorization.k8s.io/v1', 'Role', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
    places: [
      ['rules', [], null, [{ verbs: ['get'] }]],
      ['rules.0.verbs', [], ['*'], ['list', 'watch']],
    ],
  },
  {
    path: `${inGroup('coordination.k8s.io/v1')}/leases`,
    object: named('coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'h' } }),
    places: [
      ['spec.holderIdentity', 'i', '', undefined],
      ['spec.leaseDurationSeconds', 5, 0, -1],
      ['spec.renewTime', '2020-01-01T00:00:00Z', '2020-01-01T00:00:00.123456Z', 'never'],
      ['spec.leaseTransitions', 1, -1],
    ],
  },
  {
    path: `${inGroup('apps/v1')}/statefulsets`,
    subresources: ['status', 'scale'],
    parts: SCALES,
    object: named('apps/v1', 'StatefulSet', { spec: { serviceName: 's', selector, template } }),
    places: [
      ['spec.replicas', 0, 2, -1],
      ['spec.podManagementPolicy', 'Parallel', 'Bogus'],
      ['spec.updateStrategy', { type: 'OnDelete' }, { rollingUpdate: { partition: 1 } }],
      ['spec.serviceName', 't', ''],
      ['spec.template.spec.containers.0.image', 'j', ''],
      ['spec.persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Delete' }, { whenScaled: 'Bogus' }],
      ['spec.ordinals.start', 1, -1],
      ['status.replicas', 1, -1],
    ],
  },
  {
    path: `${inGroup('apps/v1')}/replicasets`,
    subresources: ['status', 'scale'],
    fields: ['status.replicas'],
    parts: SCALES,
    object: named('apps/v1', 'ReplicaSet', { spec: { selector, template } }),
    places: [
      ['spec.replicas', 0, 2],
      ['spec.selector.matchLabels.app', 'y'],
      ['spec.minReadySeconds', 1, -1],
      ['status.replicas', 1],
      ['status.conditions', [{ type: 'ReplicaFailure', status: 'True' }]],
    ],
  },
  {
    path: `${inGroup('apps/v1')}/daemonsets`,
    subresources: ['status'],
    object: named('apps/v1', 'DaemonSet', { spec: { selector, template } }),
    places: [
      ['spec.updateStrategy', { type: 'OnDelete' }, { rollingUpdate: { maxSurge: 1 } }, { type: 'Bogus' }],
      ['spec.template.spec.nodeSelector', { a: 'b' }],
      ['spec.revisionHistoryLimit', 0, -1],
      ['status.numberReady', 1, -1],
    ],
  },
  {
    path: `${inGroup('batch/v1')}/cronjobs`,
    subresources: ['status'],
    object: named('batch/v1', 'CronJob', {
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
        },
      },
    }),
    places: [
      ['spec.schedule', '@daily', 'never', ''],
      ['spec.timeZone', 'Europe/Berlin', 'Nowhere', ''],
      ['spec.suspend', true],
      ['spec.concurrencyPolicy', 'Forbid', 'Bogus'],
      ['spec.successfulJobsHistoryLimit', 0, -1],
      ['spec.jobTemplate.spec.backoffLimit', 1, -1],
      ['status.lastScheduleTime', '2020-01-01T00:00:00Z'],
    ],
  },
  {
    path: `${inGroup('autoscaling/v2')}/horizontalpodautoscalers`,
    subresources: ['status'],
    object: named('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    }),
    places: [
      ['spec.minReplicas', 1, 5, 0],
      ['spec.metrics', [], [{ type: 'Bogus' }]],
      ['spec.behavior', { scaleDown: { selectPolicy: 'Disabled' } }, { scaleUp: { policies: [] } }],
      ['spec.scaleTargetRef.kind', 'X', ''],
      ['status.currentReplicas', 1, -1],
    ],
  },
  {
    path: `${inGroup('autoscaling/v1')}/horizontalpodautoscalers`,
    subresources: ['status'],
    object: named('autoscaling/v1', 'HorizontalPodAutoscaler', {
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    }),
    places: [
      ['spec.minReplicas', 1, 5],
      ['spec.targetCPUUtilizationPercentage', 50, 0],
      ['status.currentCPUUtilizationPercentage', 10],
      ['status.desiredReplicas', 2, -1],
    ],
  },
  {
    path: `${inGroup('networking.k8s.io/v1')}/networkpolicies`,
    object: named('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }),
    places: [
      ['spec.podSelector', { matchLabels: { a: 'b' } }, { matchExpressions: [{ key: 'a', operator: 'Bogus' }] }],
      ['spec.policyTypes', ['Egress'], ['Bogus'], []],
      ['spec.ingress', [{}], [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }], [{ ports: [{ port: 0 }] }]],
    ],
  },
  {
    path: `${inGroup('networking.k8s.io/v1')}/ingresses`,
    subresources: ['status'],
    object: named('networking.k8s.io/v1', 'Ingress', {
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    }),
    places: [
      ['spec.ingressClassName', 'nginx', ''],
      ['spec.rules', [{ host: 'a.example.com' }], [{ host: '*' }]],
      ['spec.tls', [{ hosts: ['a.example.com'] }], [{ hosts: ['-'] }]],
      ['spec.defaultBackend.service.port', { name: 'http' }, {}],
      ['status.loadBalancer.ingress', [{ ip: '1.2.3.4' }], [{ ip: 'x' }]],
    ],
  },
  {
    path: `${inGroup('policy/v1')}/poddisruptionbudgets`,
    subresources: ['status'],
    object: named('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1, selector } }),
    places: [
      ['spec.minAvailable', '50%', -1, 'x', undefined],
      ['spec.maxUnavailable', 1, '150%'],
      ['spec.unhealthyPodEvictionPolicy', 'AlwaysAllow', 'Bogus'],
      ['status.currentHealthy', 1, -1],
      ['status.disruptedPods', { a: '2020-01-01T00:00:00Z' }],
    ],
  },
  {
    path: `${inGroup('discovery.k8s.io/v1')}/endpointslices`,
    object: named('discovery.k8s.io/v1', 'EndpointSlice', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.2.3'] }],
      ports: [{ name: 'http', port: 80 }],
    }),
    places: [
      ['addressType', 'IPv6', 'FQDN', 'Bogus'],
      ['endpoints.0.addresses', ['10.1.2.4', '10.1.2.5'], ['x'], []],
      ['endpoints.0.conditions', { ready: true }],
      ['ports', [{ port: 81 }, { port: 82 }], null],
    ],
  },
  {
    path: `${inGroup('rbac.authorization.k8s.io/v1')}/rolebindings`,
    object: named('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' }],
    }),
    places: [
      ['subjects', [], [{ kind: 'ServiceAccount', name: 'a' }], [{ kind: 'Bogus', name: 'x' }]],
      ['roleRef.name', 's', ''],
      ['roleRef.kind', 'ClusterRole', 'Bogus'],
    ],
  },
  {
    path: `${inGroup('events.k8s.io/v1')}/events`,
    object: named('events.k8s.io/v1', 'Event', {
      eventTime: '2020-01-01T00:00:00.000000Z',
      reportingController: 'example.com/c',
      reportingInstance: 'c-1',
      action: 'Act',
      reason: 'Because',
      type: 'Normal',
      regarding: { kind: 'Pod', namespace: '{{ns}}', name: 'a' },
    }),
    places: [
      ['series', { count: 3, lastObservedTime: '2020-01-01T00:00:01.000000Z' }, { count: 1 }],
      ['type', 'Warning', 'Bogus'],
      ['note', 'text'],
      ['regarding.namespace', 'default', ''],
    ],
  },
];
