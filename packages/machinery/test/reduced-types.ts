import {
  always,
  anything,
  atomicList,
  bool,
  field,
  int,
  listBy,
  mapOf,
  merging,
  orNull,
  scalar,
  setOf,
  string,
  struct,
  withDefault,
} from './type-builders.ts';

/** Parts of a few built-in kinds, with the facts that merging and ownership depend on. */

const reference = (name: string) => struct(name, { name: string }, { atomic: true });

const ownerReference = struct(
  'OwnerReference',
  { apiVersion: always(string), kind: always(string), name: always(string), uid: always(string), controller: bool },
  { atomic: true },
);

export const objectMeta = struct('ObjectMeta', {
  name: string,
  namespace: string,
  uid: string,
  resourceVersion: string,
  generation: scalar('int64'),
  creationTimestamp: orNull(scalar('time')),
  labels: mapOf(string),
  annotations: mapOf(string),
  ownerReferences: merging(listBy('uid', ownerReference), 'uid'),
  finalizers: merging(setOf(string)),
  managedFields: atomicList(anything),
});

const typeMeta = { kind: string, apiVersion: string, metadata: always(objectMeta) };

export const configMap = struct('ConfigMap', { ...typeMeta, immutable: bool, data: mapOf(string) });

const labelSelector = struct('LabelSelector', { matchLabels: mapOf(string) }, { atomic: true });

const containerPort = struct('ContainerPort', {
  name: string,
  containerPort: always(int),
  protocol: withDefault(string, 'TCP'),
});
const envVar = struct('EnvVar', { name: always(string), value: string });
const volumeMount = struct('VolumeMount', { name: always(string), mountPath: always(string) });
const container = struct('Container', {
  name: always(string),
  image: string,
  args: atomicList(string),
  ports: merging(listBy(['containerPort', 'protocol'], containerPort), 'containerPort'),
  env: merging(listBy('name', envVar), 'name'),
  resources: always(struct('ResourceRequirements', { limits: mapOf(scalar('quantity')) })),
  volumeMounts: merging(listBy('mountPath', volumeMount), 'mountPath'),
  imagePullPolicy: string,
});
const volume = struct('Volume', {
  name: always(string),
  emptyDir: struct('EmptyDirVolumeSource', { medium: string }),
  configMap: struct('ConfigMapVolumeSource', { name: string, optional: bool }),
});
const podSpec = struct('PodSpec', {
  volumes: merging(listBy('name', volume), 'name', 'retainKeys'),
  containers: [listBy('name', container), { ...merging(string, 'name')[1], whenAbsent: 'null' }],
  terminationGracePeriodSeconds: scalar('int64'),
  nodeSelector: mapOf(string, true),
  imagePullSecrets: merging(listBy('name', reference('LocalObjectReference')), 'name'),
  tolerations: atomicList(struct('Toleration', { key: string, operator: string })),
});
const podTemplate = struct('PodTemplateSpec', { metadata: always(objectMeta), spec: always(podSpec) });

const condition = struct('DeploymentCondition', {
  type: always(string),
  status: always(string),
  reason: string,
});

export const deployment = struct('Deployment', {
  ...typeMeta,
  spec: always(
    struct('DeploymentSpec', {
      replicas: int,
      selector: orNull(labelSelector),
      template: always(podTemplate),
      strategy: field(
        struct('DeploymentStrategy', {
          type: string,
          rollingUpdate: struct('RollingUpdateDeployment', { maxSurge: scalar('intOrString') }),
        }),
        { whenAbsent: 'zero', patchStrategy: ['retainKeys'] },
      ),
      minReadySeconds: int,
    }),
  ),
  status: always(
    struct('DeploymentStatus', {
      observedGeneration: scalar('int64'),
      replicas: int,
      conditions: merging(listBy('type', condition), 'type'),
    }),
  ),
});

const servicePort = struct('ServicePort', {
  name: string,
  protocol: withDefault(string, 'TCP'),
  port: always(int),
  targetPort: always(scalar('intOrString')),
});

export const service = struct('Service', {
  ...typeMeta,
  spec: always(
    struct('ServiceSpec', {
      ports: merging(listBy(['port', 'protocol'], servicePort), 'port'),
      selector: mapOf(string, true),
      clusterIP: string,
      type: string,
    }),
  ),
});
