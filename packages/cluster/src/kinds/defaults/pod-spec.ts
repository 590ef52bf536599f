import { formatQuantity, roundUpToMilli, setOwn } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault, setDefaultNonZero, within } from '../tree.ts';
import { setClaimSpecDefaults } from './claim.ts';
import { defaultPullPolicy } from './image.ts';

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Defaults of a PodSpec, the same in a pod and in every kind that has a pod template. */
export function setPodSpecDefaults(spec: MutableObject): void {
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  ensure(spec, 'securityContext');
  setDefault(spec, 'schedulerName', 'default-scheduler');
  // The field has an older name, which says the same.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  for (const list of containerLists) for (const container of each(spec, list)) setContainerDefaults(container);
  for (const volume of each(spec, 'volumes')) setVolumeDefaults(volume);
}

/** Defaults of `template: {metadata, spec}`. */
export function setPodTemplateDefaults(owner: MutableObject | undefined): void {
  if (owner !== undefined) setPodSpecDefaults(ensure(ensure(owner, 'template'), 'spec'));
}

function setContainerDefaults(container: MutableObject): void {
  const resources = within(container, 'resources');
  for (const list of ['limits', 'requests']) roundUp(within(resources, list));
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  setDefault(container, 'imagePullPolicy', defaultPullPolicy(container.image));
  for (const port of each(container, 'ports')) setDefault(port, 'protocol', 'TCP');
  for (const variable of each(container, 'env')) setFieldRefDefaults(within(variable, 'valueFrom'));
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) setProbeDefaults(within(container, probe));
  const lifecycle = within(container, 'lifecycle');
  for (const hook of ['postStart', 'preStop']) setHttpGetDefaults(within(lifecycle, hook));
}

/** Nothing is counted finer than in thousandths. */
function roundUp(amounts: MutableObject | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    // Only these suffixes of canonical quantities are finer than milli.
    if (amounts !== undefined && typeof amount === 'string' && /[nu]$/.test(amount)) {
      setOwn(amounts, name, formatQuantity(roundUpToMilli(amount)));
    }
  }
}

function setProbeDefaults(probe: MutableObject | undefined): void {
  if (probe === undefined) return;
  setHttpGetDefaults(probe);
  const grpc = within(probe, 'grpc');
  if (grpc !== undefined) setDefault(grpc, 'service', '');
  setDefaultNonZero(probe, 'timeoutSeconds', 1);
  setDefaultNonZero(probe, 'periodSeconds', 10);
  setDefaultNonZero(probe, 'successThreshold', 1);
  setDefaultNonZero(probe, 'failureThreshold', 3);
}

function setHttpGetDefaults(handler: MutableObject | undefined): void {
  const httpGet = within(handler, 'httpGet');
  if (httpGet === undefined) return;
  setDefault(httpGet, 'path', '/');
  setDefault(httpGet, 'scheme', 'HTTP');
}

function setFieldRefDefaults(source: MutableObject | undefined): void {
  const fieldRef = within(source, 'fieldRef');
  if (fieldRef !== undefined) setDefault(fieldRef, 'apiVersion', 'v1');
}

const fileMode = 0o644;

/** Defaults of the volume sources that have any, by the name of the source. */
const volumeSources: Readonly<Record<string, (source: MutableObject) => void>> = {
  secret: (source) => setDefault(source, 'defaultMode', fileMode),
  configMap: (source) => setDefault(source, 'defaultMode', fileMode),
  downwardAPI: (source) => {
    setDefault(source, 'defaultMode', fileMode);
    for (const item of each(source, 'items')) setFieldRefDefaults(item);
  },
  projected: (source) => {
    setDefault(source, 'defaultMode', fileMode);
    for (const projection of each(source, 'sources')) {
      for (const item of each(within(projection, 'downwardAPI'), 'items')) setFieldRefDefaults(item);
      const token = within(projection, 'serviceAccountToken');
      if (token !== undefined) setDefault(token, 'expirationSeconds', 3600);
    }
  },
  ephemeral: (source) => {
    const template = within(source, 'volumeClaimTemplate');
    if (template !== undefined) setClaimSpecDefaults(ensure(template, 'spec'));
  },
  hostPath: (source) => setDefault(source, 'type', ''),
  iscsi: (source) => setDefault(source, 'iscsiInterface', 'default'),
  rbd: (source) => {
    setDefault(source, 'pool', 'rbd');
    setDefault(source, 'user', 'admin');
    setDefault(source, 'keyring', '/etc/ceph/keyring');
  },
  azureDisk: (source) => {
    setDefault(source, 'cachingMode', 'ReadWrite');
    setDefault(source, 'kind', 'Shared');
    setDefault(source, 'fsType', 'ext4');
    setDefault(source, 'readOnly', false);
  },
  scaleIO: (source) => {
    setDefault(source, 'storageMode', 'ThinProvisioned');
    setDefault(source, 'fsType', 'xfs');
  },
};

/** Sources that pods and persistent volumes share get their defaults here too. */
export function setVolumeSourceDefaults(volume: MutableObject): void {
  for (const name of Object.keys(volumeSources)) {
    const source = within(volume, name);
    if (source !== undefined) volumeSources[name]?.(source);
  }
}

function setVolumeDefaults(volume: MutableObject): void {
  const hasSource = Object.keys(volume).some(
    (key) => key !== 'name' && volume[key] !== undefined && volume[key] !== null,
  );
  if (!hasSource) volume.emptyDir = {};
  setVolumeSourceDefaults(volume);
}
