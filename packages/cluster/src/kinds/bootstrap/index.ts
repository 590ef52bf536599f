import { formatTime, type JsonObject } from '@opwright/machinery';
import { clusterRoleBindings, roleBindings } from './bindings.ts';
import { clusterRoles } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { flowSchemas, priorityLevels } from './flow-control.ts';
import { aggregatedRules, parseBindings, parseRoles, roleObject } from './rbac.ts';
import { roles } from './roles.ts';

/** `envtest`: an API server alone; `cluster`: with controllers. */
export type Profile = 'envtest' | 'cluster';

export interface BootstrapOptions {
  /** Milliseconds since the epoch, for conditions. */
  readonly nowMs: number;
  /** PEM of the authority that signs client certificates. */
  readonly clientCa: string;
  /** What other API servers have to know of the proxy in front of this one, by the keys of their config map. */
  readonly frontProxy?: JsonObject;
  /** Where the server listens; without it there is no `kubernetes` service. */
  readonly server?: { readonly address: string; readonly port: number };
  /** The first address of the service range; default 10.0.0.1. */
  readonly serviceIP?: string;
}

/**
 * What a fresh API server holds: namespaces, priority classes, RBAC, flow control, its own service. In an order in which
 * they can be created; without what the store adds (uid, resourceVersion, creationTimestamp, generation). What
 * controllers make (service accounts, `kube-root-ca.crt`) is not among them, but the rules of aggregated roles are, in
 * the `cluster` profile.
 */
export function bootstrapObjects(profile: Profile, options: BootstrapOptions): readonly JsonObject[] {
  return [
    ...namespaces.map(namespace),
    ...Object.entries(priorities).map(([name, rest]) => priorityClass(name, rest)),
    ...rbacObjects(profile),
    ...flowControlObjects(options.nowMs),
    configMap('extension-apiserver-authentication', { 'client-ca-file': options.clientCa, ...options.frontProxy }),
    ...serviceObjects(options),
  ];
}

/** In the order in which Kubernetes makes them. */
const namespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

function namespace(name: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

const priorities = {
  'system-cluster-critical': {
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  'system-node-critical': {
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
};

function priorityClass(name: string, rest: JsonObject): JsonObject {
  const preemptionPolicy = 'PreemptLowerPriority';
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, ...rest, preemptionPolicy };
}

const madeRbacObjects = new Map<Profile, readonly JsonObject[]>();

/** The same ones each time. */
function rbacObjects(profile: Profile): readonly JsonObject[] {
  let objects = madeRbacObjects.get(profile);
  if (objects === undefined) {
    objects = makeRbacObjects(profile);
    madeRbacObjects.set(profile, objects);
  }
  return objects;
}

function makeRbacObjects(profile: Profile): readonly JsonObject[] {
  const entries = [...parseRoles(clusterRoles), ...parseRoles(controllerRoles)];
  return [
    ...entries.map((entry) => {
      if (entry.from === undefined) return roleObject('ClusterRole', entry, entry.rules);
      return roleObject('ClusterRole', entry, profile === 'cluster' ? aggregatedRules(entries, entry.from) : null);
    }),
    ...parseRoles(roles).map((entry) => roleObject('Role', entry, entry.rules)),
    ...parseBindings('ClusterRoleBinding', clusterRoleBindings),
    ...parseBindings('RoleBinding', roleBindings),
  ];
}

function flowControlObjects(nowMs: number): readonly JsonObject[] {
  return [
    ...specs(priorityLevels).map(([name, spec]) => flowControlObject('PriorityLevelConfiguration', name, spec, {})),
    ...specs(flowSchemas).map(([name, spec]) => {
      const level = (spec.priorityLevelConfiguration as JsonObject).name;
      const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} and it exists`;
      const lastTransitionTime = formatTime(nowMs);
      const condition = { type: 'Dangling', status: 'False', lastTransitionTime, reason: 'Found', message };
      return flowControlObject('FlowSchema', name, spec, { conditions: [condition] });
    }),
  ];
}

function flowControlObject(kind: string, name: string, spec: JsonObject, status: JsonObject): JsonObject {
  const metadata = { name, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } };
  return { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind, metadata, spec, status };
}

function specs(notation: string): readonly (readonly [name: string, spec: JsonObject])[] {
  return notation
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), JSON.parse(line.slice(space + 1)) as JsonObject] as const;
    });
}

function configMap(name: string, data: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system' }, data };
}

/** The API server as a service of the cluster, with itself as the only endpoint. */
function serviceObjects({ server, serviceIP = '10.0.0.1' }: BootstrapOptions): readonly JsonObject[] {
  if (server === undefined) return [];
  const about = { name: 'kubernetes', namespace: 'default' };
  const service: JsonObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...about, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: server.port }],
      clusterIP: serviceIP,
      clusterIPs: [serviceIP],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  };
  const ports = [{ name: 'https', port: server.port, protocol: 'TCP' }];
  const endpoints: JsonObject = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...about, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: server.address }], ports }],
  };
  const slice: JsonObject = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...about, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [server.address], conditions: { ready: true } }],
    ports,
  };
  return [service, endpoints, slice];
}
