import { deepEqual, setOwn } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault, within } from '../tree.ts';
import { setClaimSpecDefaults } from './claim.ts';
import { setPodSpecDefaults, setPodTemplateDefaults, setVolumeSourceDefaults } from './pod-spec.ts';

export function setPodDefaults(pod: MutableObject): void {
  const spec = ensure(pod, 'spec');
  for (const list of ['containers', 'initContainers']) {
    for (const container of each(spec, list)) requestLimits(container);
  }
  setDefault(spec, 'enableServiceLinks', true);
  setPodSpecDefaults(spec);
  // Templates may ask for what pods cannot have.
  if ((spec.terminationGracePeriodSeconds as number) < 0) spec.terminationGracePeriodSeconds = 1;
  firstOf(within(pod, 'status'), 'podIP', 'podIPs', (ip) => ({ ip }));
  if (spec.hostNetwork === true) {
    for (const list of ['containers', 'initContainers']) {
      for (const port of each(spec, list).flatMap((container) => each(container, 'ports'))) {
        if (!port.hostPort) port.hostPort = port.containerPort;
      }
    }
  }
}

/** What is limited but not requested is requested at its limit. */
function requestLimits(container: MutableObject): void {
  const resources = within(container, 'resources');
  const limits = within(resources, 'limits');
  if (resources === undefined || limits === undefined) return;
  const requests = ensure(resources, 'requests');
  for (const name of Object.keys(limits)) if (!Object.hasOwn(requests, name)) setOwn(requests, name, limits[name]);
}

export function setReplicationControllerDefaults(controller: MutableObject): void {
  const spec = ensure(controller, 'spec');
  setDefault(spec, 'replicas', 1);
  const template = within(spec, 'template');
  const labels = within(within(template, 'metadata'), 'labels');
  if (labels !== undefined && Object.keys(labels).length > 0) {
    if (isEmpty(within(spec, 'selector'))) spec.selector = { ...labels };
    const metadata = ensure(controller, 'metadata');
    if (isEmpty(within(metadata, 'labels'))) metadata.labels = { ...labels };
  }
  if (template !== undefined) setPodTemplateDefaults(spec);
}

function isEmpty(object: MutableObject | undefined): boolean {
  return object === undefined || Object.keys(object).length === 0;
}

export function setServiceDefaults(service: MutableObject): void {
  const spec = ensure(service, 'spec');
  setDefault(spec, 'sessionAffinity', 'None');
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    setDefault(ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', 10800);
  }
  setDefault(spec, 'type', 'ClusterIP');
  for (const port of each(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP');
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')
      port.targetPort = port.port ?? 0;
  }
  const hasExternalIPs = Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0;
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && hasExternalIPs)) {
    setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  }
  if (['NodePort', 'LoadBalancer', 'ClusterIP'].includes(String(spec.type))) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
  const status = within(service, 'status');
  if (spec.type === 'LoadBalancer' && status !== undefined) {
    for (const ingress of each(within(status, 'loadBalancer'), 'ingress')) {
      if (typeof ingress.ip === 'string' && ingress.ip !== '') setDefault(ingress, 'ipMode', 'VIP');
    }
  }
}

/** A service that is a name has no traffic inside, whatever was stored. */
export function dropInternalTraffic(service: MutableObject): boolean {
  const spec = within(service, 'spec');
  if (spec?.type !== 'ExternalName' || spec.internalTrafficPolicy === undefined) return false;
  delete spec.internalTrafficPolicy;
  return true;
}

export function setEndpointsDefaults(endpoints: MutableObject): void {
  for (const port of each(endpoints, 'subsets').flatMap((subset) => each(subset, 'ports'))) {
    setDefault(port, 'protocol', 'TCP');
  }
}

/** `type`, and `stringData`, which is for writing only: its texts go into `data`. */
export function setSecretDefaults(secret: MutableObject): void {
  setDefault(secret, 'type', 'Opaque');
  const stringData = within(secret, 'stringData');
  if (stringData !== undefined) {
    const entries = Object.entries(stringData);
    if (entries.length > 0) {
      const data = new Map<string, unknown>(Object.entries(within(secret, 'data') ?? {}));
      for (const [key, value] of entries) data.set(key, Buffer.from(String(value), 'utf8').toString('base64'));
      secret.data = Object.fromEntries(data);
    }
  }
  delete secret.stringData;
}

export function setNamespaceDefaults(namespace: MutableObject): void {
  const metadata = ensure(namespace, 'metadata');
  if (typeof metadata.name === 'string' && metadata.name !== '') {
    ensure(metadata, 'labels')['kubernetes.io/metadata.name'] = metadata.name;
  }
}

/** A list whose first item has a field of its own follows that field. */
function firstOf(
  owner: MutableObject | undefined,
  one: string,
  all: string,
  item: (value: string) => MutableObject | string,
): void {
  const value = owner?.[one];
  if (owner === undefined || typeof value !== 'string' || value === '') return;
  const list = owner[all];
  const [first] = Array.isArray(list) ? list : [];
  if (!deepEqual(first, item(value))) owner[all] = [item(value)];
}

/** What a node has, a pod may use, until its kubelet says less. */
export function setNodeDefaults(node: MutableObject): void {
  firstOf(within(node, 'spec'), 'podCIDR', 'podCIDRs', (cidr) => cidr);
  const status = within(node, 'status');
  const capacity = within(status, 'capacity');
  if (status === undefined || capacity === undefined) return;
  const allocatable = ensure(status, 'allocatable');
  if (Object.keys(allocatable).length === 0) status.allocatable = { ...capacity };
}

export function setPersistentVolumeDefaults(volume: MutableObject): void {
  const spec = ensure(volume, 'spec');
  setDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain');
  spec.volumeMode ??= 'Filesystem';
  setDefault(ensure(volume, 'status'), 'phase', 'Pending');
  setVolumeSourceDefaults(spec);
}

export function setPersistentVolumeClaimDefaults(claim: MutableObject): void {
  setClaimSpecDefaults(ensure(claim, 'spec'));
  setClaimPhase(claim);
}

/** A claim waits until somebody says otherwise. False when it has a phase. */
export function setClaimPhase(claim: MutableObject): boolean {
  const status = ensure(claim, 'status');
  if (status.phase) return false;
  status.phase = 'Pending';
  return true;
}

/** For containers: the default is the maximum, the default request is the default or else the minimum. */
export function setLimitRangeDefaults(range: MutableObject): void {
  for (const limit of each(within(range, 'spec'), 'limits')) {
    if (limit.type !== 'Container') continue;
    const defaults: MutableObject = { ...within(limit, 'max'), ...within(limit, 'default') };
    const requests: MutableObject = { ...within(limit, 'min'), ...defaults, ...within(limit, 'defaultRequest') };
    if (Object.keys(defaults).length > 0) limit.default = defaults;
    if (Object.keys(requests).length > 0) limit.defaultRequest = requests;
  }
}
