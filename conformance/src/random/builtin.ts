import fc, { type Arbitrary } from 'fast-check';
import { configMap, core, deployment, inGroup, pod } from '../steps.ts';
import type { Edit } from './edits.ts';
import type { Target } from './requests.ts';
import { edit, junk, metadataEdit } from './values.ts';

interface Kind {
  readonly path: string;
  readonly subresources?: readonly string[];
  readonly fields?: readonly string[];
  object(name: string): object;
  /** Places with good values. */
  readonly places: readonly (readonly [path: string, ...values: unknown[]])[];
}

const named = (apiVersion: string, kind: string, rest: object) => (name: string) => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});

const KINDS: readonly Kind[] = [
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
    path: `${inGroup('apps/v1')}/deployments`,
    subresources: ['status', 'scale'],
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
    object: named('v1', 'ServiceAccount', {}),
    places: [
      ['secrets', [{ name: 's' }], []],
      ['automountServiceAccountToken', false],
    ],
  },
];

/** Requests about built-in kinds. */
export const builtinTarget: Arbitrary<Target> = fc.constantFrom(...KINDS).map(
  ({ path, subresources = [], fields = [], object, places }): Target => ({
    path,
    subresources,
    object,
    fields: ['metadata.name', ...fields],
    edit: fc.oneof(
      { weight: 4, arbitrary: placeEdit(places) },
      { weight: 3, arbitrary: metadataEdit },
      { weight: 1, arbitrary: junkEdit(places) },
    ),
  }),
);

function placeEdit(places: Kind['places']): Arbitrary<Edit> {
  return fc.oneof(...places.map(([path, ...values]) => edit(path.split('.'), fc.constantFrom(...values))));
}

/** A place, or one above it, with something that does not belong there. */
function junkEdit(places: Kind['places']): Arbitrary<Edit> {
  return fc.tuple(fc.constantFrom(...places), fc.nat(3), junk).map(([[path], up, value]) => {
    const keys = path.split('.');
    return { path: keys.slice(0, Math.max(1, keys.length - up)), value };
  });
}
