import {
  compareQuantities,
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { at, field, text, textEntries, texts } from '../tree.ts';
import { NOT_POSITIVE, oneOf, optionalName, presentOneOf, required } from './checks.ts';
import { accessModeErrors, basicErrors, VOLUME_MODES } from './claim.ts';
import { goStruct } from './go-values.ts';
import { immutable } from './immutable.ts';
import { nodeSelectorErrors } from './node-selector.ts';
import { backstepErrors } from './paths.ts';
import { type SourceCheck, sharedSources } from './volume-sources.ts';

/** In the order in which Kubernetes looks for them: the first one counts. */
const sourceNames = [
  ...['hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte'],
  ...['cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk'],
  ...['portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi'],
];

const sources: Readonly<Record<string, SourceCheck>> = {
  ...sharedSources,
  local: (source, path) => [...required(source, 'path', path), ...backstepErrors(text(source, 'path'), `${path}.path`)],
};

const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';
const mountable = [
  ...['gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'nfs', 'rbd', 'quobyte', 'iscsi', 'cinder', 'cephfs'],
  ...['azureFile', 'vsphereVolume', 'azureDisk', 'photonPersistentDisk', 'csi'],
];

export function validatePersistentVolume(volume: JsonObject): FieldError[] {
  const spec = at(volume, 'spec');
  const options = field(at(volume, 'metadata', 'annotations'), MOUNT_OPTIONS);
  const isMountable = mountable.some((name) => at(spec, name) !== undefined);
  const errors = specErrors(spec, text(at(volume, 'metadata'), 'name'));
  if (options === undefined || isMountable) return errors;
  const path = `metadata.annotations.${MOUNT_OPTIONS}`;
  return [...errors, forbiddenValue(path, 'may not specify mount options for this volume type')];
}

function specErrors(spec: JsonObject | undefined, name: string): FieldError[] {
  return [
    ...accessErrors(spec, 'spec'),
    ...capacityErrors(at(spec, 'capacity')),
    ...oneOf(spec, 'persistentVolumeReclaimPolicy', 'spec', ['Delete', 'Recycle', 'Retain']),
    ...affinityErrors(at(spec, 'nodeAffinity')),
    ...sourceErrors(spec, name, 'spec'),
    ...recycleErrors(spec, 'spec'),
    ...optionalName(spec, 'storageClassName', 'spec'),
    ...presentOneOf(spec, 'volumeMode', 'spec', VOLUME_MODES),
  ];
}

/** A volume that is described where it is attached: one of a CSI driver, with nothing that only a volume of its own has. */
export function inlineVolumeErrors(spec: JsonObject, path: string): FieldError[] {
  const inline = 'in the context of inline volumes';
  const [policy, mode] = [text(spec, 'persistentVolumeReclaimPolicy'), field(spec, 'volumeMode')];
  const forbidden = [
    ...(Object.keys(at(spec, 'capacity') ?? {}).length > 0 ? ['capacity'] : []),
    ...(at(spec, 'nodeAffinity') === undefined ? [] : ['nodeAffinity']),
    ...(text(spec, 'storageClassName') === '' ? [] : ['storageClassName']),
  ];
  const only = (key: string, why: string) => forbiddenValue(`${path}.${key}`, `may ${why} ${inline}`);
  return [
    ...(at(spec, 'claimRef') === undefined ? [] : [only('claimRef', 'not be specified')]),
    ...(at(spec, 'csi') === undefined ? [requiredValue(`${path}.csi`, `has to be specified ${inline}`)] : []),
    ...accessErrors(spec, path),
    ...forbidden.map((key) => only(key, 'not be specified')),
    ...(policy === '' || policy === 'Retain' ? [] : [only('persistentVolumeReclaimPolicy', 'only be Retain')]),
    ...sourceErrors(spec, '', path),
    ...recycleErrors(spec, path),
    ...(mode === undefined || mode === 'Filesystem'
      ? []
      : [only('volumeMode', 'not specify volumeMode other than Filesystem')]),
  ];
}

function accessErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const missing = texts(spec, 'accessModes').length === 0 ? [requiredValue(`${path}.accessModes`)] : [];
  return [...missing, ...accessModeErrors(spec, path)];
}

/** A volume has room, and nothing else. */
function capacityErrors(capacity: JsonObject | undefined): FieldError[] {
  const entries = textEntries(capacity);
  const path = 'spec.capacity';
  const resourceList = new RawGoText(`core.ResourceList${capacity === undefined ? '(nil)' : '{}'}`);
  const isStorage = entries.length === 1 && entries[0]?.[0] === 'storage';
  return [
    ...(entries.length === 0 ? [requiredValue(path)] : []),
    ...(isStorage ? [] : [unsupportedValue(path, resourceList, ['storage'])]),
    ...entries.flatMap(([name, amount]) => [
      ...basicErrors(amount, `${path}[${name}]`),
      ...(compareQuantities(amount, '0') > 0 ? [] : [invalidValue(`${path}[${name}]`, amount, NOT_POSITIVE)]),
    ]),
  ];
}

function affinityErrors(affinity: JsonObject | undefined): FieldError[] {
  if (affinity === undefined) return [];
  const required = at(affinity, 'required');
  const path = 'spec.nodeAffinity.required';
  return required === undefined
    ? [requiredValue(path, 'must specify required node constraints')]
    : nodeSelectorErrors(required, path);
}

function sourceErrors(spec: JsonObject | undefined, name: string, path: string): FieldError[] {
  const [first, ...more] = sourceNames.filter((key) => at(spec, key) !== undefined);
  if (first === undefined) return [requiredValue(path, 'must specify a volume type')];
  const check = (key: string) => sources[key]?.(at(spec, key) ?? {}, `${path}.${key}`, true) ?? [];
  const iscsi = at(spec, 'iscsi');
  const portal = text(iscsi, 'targetPortal');
  const isLong = first === 'iscsi' && field(iscsi, 'initiatorName') !== undefined && `${name}:${portal}`.length > 64;
  const tooLong =
    'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
  const lacksNode = first === 'local' && at(spec, 'nodeAffinity') === undefined;
  return [
    ...check(first),
    ...(isLong ? [invalidValue(`${path}.iscsi.targetportal`, portal, tooLong)] : []),
    ...(lacksNode ? [requiredValue(`${path}.nodeAffinity`, 'Local volume requires node affinity')] : []),
    // Kubernetes takes a flexible volume beside another one.
    ...more.flatMap((key) => {
      if (key === 'flexVolume') return check(key);
      return [
        forbiddenValue(`${path}.${key === 'cephfs' ? 'cephFS' : key}`, 'may not specify more than 1 volume type'),
      ];
    }),
  ];
}

function recycleErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const isRoot = /^\/+(?:\.?\/*)*$/.test(text(at(spec, 'hostPath'), 'path'));
  if (!isRoot || text(spec, 'persistentVolumeReclaimPolicy') !== 'Recycle') return [];
  const here = `${path}.persistentVolumeReclaimPolicy`;
  return [forbiddenValue(here, "may not be 'recycle' for a hostPath mount of '/'")];
}

/** The differences that Kubernetes prints after a message are left out. */
export function validatePersistentVolumeUpdate(volume: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(volume, 'spec'), at(old, 'spec')];
  // Kubernetes checks the spec twice.
  const errors = specErrors(spec, text(at(volume, 'metadata'), 'name'));
  const isAddable = at(before, 'csi', 'controllerExpandSecretRef') === undefined;
  const sourceOf = (of: JsonObject | undefined) =>
    sourceNames.map((key) => {
      const { controllerExpandSecretRef: secret, ...source } = at(of, key) ?? {};
      return [field(of, key) === undefined, source, isAddable ? undefined : secret];
    });
  if (!deepEqual(sourceOf(spec), sourceOf(before))) {
    errors.push(
      forbiddenValue('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'),
    );
  }
  errors.push(...immutable(spec, before, 'volumeMode', ''));
  const affinity = at(before, 'nodeAffinity');
  if (affinity !== undefined && !deepEqual(renamed(field(spec, 'nodeAffinity')), renamed(affinity))) {
    const why = 'field is immutable, except for updating from beta label to GA';
    errors.push(invalidValue('nodeAffinity', goStruct('core.VolumeNodeAffinity'), why));
  }
  return errors;
}

const betaLabels: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

/** With the names that labels have now. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value === 'string') return betaLabels[value] ?? value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, renamed(of)]));
}
