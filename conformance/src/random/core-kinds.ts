import { configMap, core, pod } from '../steps.ts';
import { type Kind, named } from './kind.ts';

/** Kinds of the core group. */
export const coreKinds: readonly Kind[] = [
  {
    path: `${core}/configmaps`,
    object: (name) => configMap(name, { data: { k: 'v' } }),
    places: [
      ['data.k', 'v', 'w'],
      ['data.l', ''],
      ['data.bad key', 'x'],
      ['binaryData.b', 'AAE=', 'no'],
      ['immutable', true, false],
      ['data', {}, undefined],
    ],
  },
  {
    path: `${core}/secrets`,
    fields: ['type'],
    object: named('v1', 'Secret', { data: { k: 'dg==' } }),
    places: [
      ['data.k', 'dg==', 'AAE=', '!'],
      ['stringData.s', 'text', ''],
      ['type', 'Opaque', 'kubernetes.io/basic-auth', 'kubernetes.io/tls'],
      ['immutable', true],
    ],
  },
  {
    path: `${core}/pods`,
    subresources: ['status', 'ephemeralcontainers'],
    fields: ['spec.nodeName', 'status.phase', 'spec.restartPolicy'],
    parts: [
      ['POST eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a' } }],
      ['POST eviction', { metadata: { name: 'b' }, deleteOptions: { dryRun: ['All'] } }],
      ['POST eviction', { deleteOptions: { gracePeriodSeconds: 0, preconditions: { uid: '{{uid}}' } } }],
      ['POST binding', { target: { kind: 'Node', name: 'n' } }],
      ['POST binding', { metadata: { name: 'a', annotations: { x: 'y' } }, target: { kind: 'Bogus', name: '' } }],
      ['PATCH ephemeralcontainers', { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } }],
      ['PATCH ephemeralcontainers', { spec: { ephemeralContainers: [{ name: 'main', image: '' }] } }],
    ],
    object: (name) => pod(name),
    places: [
      ['spec.nodeName', 'n', ''],
      ['spec.containers.0.image', 'example.com/main:2', ''],
      ['spec.containers.0.ports', [{ containerPort: 80 }], [{ containerPort: 0 }]],
      ['spec.containers.0.env', [{ name: 'A', value: '1' }], [{ name: 'A' }, { name: 'A', value: '2' }]],
      [
        'spec.containers.0.resources',
        { limits: { cpu: '0.5' } },
        { requests: { memory: '1Gi' }, limits: { memory: '1' } },
      ],
      ['spec.containers', [], [{ name: 'b', image: 'i' }]],
      ['spec.restartPolicy', 'Never', 'Bogus'],
      ['spec.tolerations', [{ key: 'a', operator: 'Exists' }]],
      ['spec.terminationGracePeriodSeconds', 0, 5],
      ['status.phase', 'Running', 'Succeeded'],
      ['status.conditions', [{ type: 'Ready', status: 'True' }]],
    ],
  },
  {
    path: `${core}/services`,
    subresources: ['status'],
    fields: ['spec.type', 'spec.clusterIP'],
    object: named('v1', 'Service', { spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } }),
    places: [
      [
        'spec.ports',
        [{ port: 81 }],
        [
          { name: 'a', port: 80 },
          { name: 'b', port: 81 },
        ],
        [],
      ],
      ['spec.ports.0.targetPort', 8080, 'http', 0],
      ['spec.type', 'ClusterIP', 'ExternalName', 'Bogus'],
      ['spec.clusterIP', 'None', ''],
      ['spec.sessionAffinity', 'ClientIP', 'None'],
      ['spec.selector.a', 'c', undefined],
    ],
  },
  {
    path: `${core}/persistentvolumeclaims`,
    subresources: ['status'],
    object: named('v1', 'PersistentVolumeClaim', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
    places: [
      ['spec.resources.requests.storage', '1.0Gi', '1024Mi', 5, 'lots'],
      ['spec.accessModes', ['ReadWriteMany'], []],
      ['spec.storageClassName', '', 'fast'],
    ],
  },
  {
    path: `${core}/serviceaccounts`,
    parts: [
      ['POST token', { spec: { audiences: ['a'], expirationSeconds: 600 } }],
      ['POST token', { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: { expirationSeconds: 5 } }],
      ['POST token', { spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'a' } } }],
    ],
    object: named('v1', 'ServiceAccount', {}),
    places: [
      ['secrets', [{ name: 's' }], []],
      ['automountServiceAccountToken', false],
    ],
  },
  {
    path: `${core}/resourcequotas`,
    subresources: ['status'],
    object: named('v1', 'ResourceQuota', { spec: { hard: { 'count/widgets.example.com': '5' } } }),
    places: [
      ['spec.hard', { secrets: '9' }, { bogus: '1' }, {}],
      ['spec.scopes', ['Terminating'], ['Bogus']],
      ['status.used', { 'count/widgets.example.com': '1' }, { pods: '-1' }],
    ],
  },
  {
    path: `${core}/limitranges`,
    object: named('v1', 'LimitRange', { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } }),
    places: [
      ['spec.limits.0.min', { cpu: '1' }, { cpu: '5' }],
      ['spec.limits.0.default', { memory: '1Gi' }],
      ['spec.limits.0.type', 'Pod', 'Bogus'],
    ],
  },
];
