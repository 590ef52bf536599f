import {
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
  validateDns1123Subdomain,
  valueTooLong,
} from '@opwright/machinery';
import { at, bool, field, int, text, texts } from '../tree.ts';
import { inRange, optionalName, presentOneOf, required, requiredName, textErrors } from './checks.ts';
import { goList } from './go-values.ts';
import { backstepErrors } from './paths.ts';

/* Sources that volumes of pods and persistent volumes share. Persistent ones name secrets with their namespaces. */

/** @param persistent of a persistent volume */
export type SourceCheck = (source: JsonObject, path: string, persistent: boolean) => FieldError[];

const needs =
  (...keys: readonly string[]): SourceCheck =>
  (source, path) =>
    keys.flatMap((key) => required(source, key, path));

/** Checks by the name of the source. */
export const sharedSources: Readonly<Record<string, SourceCheck>> = {
  hostPath(source, path) {
    if (text(source, 'path') === '') return [requiredValue(`${path}.path`)];
    return [
      ...backstepErrors(text(source, 'path'), `${path}.path`),
      ...presentOneOf(source, 'type', path, hostPathTypes),
    ];
  },
  gcePersistentDisk: (source, path) =>
    diskErrors(source, 'pdName', path.replace(/gcePersistentDisk$/, 'persistentDisk')),
  awsElasticBlockStore: (source, path) => diskErrors(source, 'volumeID', path),
  nfs(source, path) {
    const name = text(source, 'path');
    const relative = name.startsWith('/') ? [] : [invalidValue(`${path}.path`, name, 'must be an absolute path')];
    return [...required(source, 'server', path), ...required(source, 'path', path), ...relative];
  },
  glusterfs(source, path, persistent) {
    const namespace = persistent ? field(source, 'endpointsNamespace') : undefined;
    const empty = () => ['if the endpointnamespace is set, it must be a valid namespace name'];
    return [
      ...needs('endpoints', 'path')(source, path, persistent),
      ...(namespace === undefined
        ? []
        : textErrors(String(namespace), `${path}.endpointsNamespace`, namespace === '' ? empty : validateDns1123Label)),
    ];
  },
  flocker(source, path) {
    const [name, uuid] = [text(source, 'datasetName'), text(source, 'datasetUUID')];
    const errors: FieldError[] = [];
    if (name === '' && uuid === '') errors.push(requiredValue(path, 'one of datasetName and datasetUUID is required'));
    if (name !== '' && uuid !== '') {
      const why = 'datasetName and datasetUUID can not be specified simultaneously';
      errors.push(invalidValue(path, 'resource', why));
    }
    if (name.includes('/')) errors.push(invalidValue(`${path}.datasetName`, name, "must not contain '/'"));
    return errors;
  },
  rbd: (source, path) => [...monitorErrors(source, path), ...required(source, 'image', path)],
  cephfs: (source, path) => monitorErrors(source, path),
  cinder: (source, path, persistent) => [
    ...required(source, 'volumeID', path),
    ...secretErrors(source, 'secretRef', path, persistent),
  ],
  quobyte(source, path) {
    const registry = text(source, 'registry');
    const why = 'must be a host:port pair or multiple pairs separated by commas';
    const errors: FieldError[] = [];
    if (registry === '') errors.push(requiredValue(`${path}.registry`, why));
    else if (text(source, 'tenant').length >= 65) {
      const detail = 'must be a UUID and may not exceed a length of 64 characters';
      errors.push(requiredValue(`${path}.tenant`, detail));
    } else {
      const wrong = registry.split(',').filter((pair) => !/^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(pair));
      errors.push(...wrong.map(() => invalidValue(`${path}.registry`, registry, why)));
    }
    return [...errors, ...required(source, 'volume', path)];
  },
  fc(source, path) {
    const [names, ids] = [texts(source, 'targetWWNs'), texts(source, 'wwids')];
    const errors: FieldError[] = [];
    const here = `${path}.targetWWNs`;
    if (names.length + ids.length === 0) {
      errors.push(requiredValue(here, 'must specify either targetWWNs or wwids, but not both'));
    }
    if (names.length > 0 && ids.length > 0) {
      const why = 'targetWWNs and wwids can not be specified simultaneously';
      errors.push(invalidValue(here, goList(names), why));
    }
    if (names.length === 0) return errors;
    return field(source, 'lun') === undefined
      ? [...errors, requiredValue(`${path}.lun`, 'lun is required if targetWWNs is specified')]
      : [...errors, ...inRange(source, 'lun', path, 0, 255)];
  },
  flexVolume: (source, path) => [
    ...required(source, 'driver', path),
    ...Object.keys(at(source, 'options') ?? {})
      .filter((key) => /(?:^|\.)(?:kubernetes|k8s)\.io$/i.test(key.split('/', 1)[0] ?? ''))
      .map((key) => {
        const why = 'kubernetes.io and k8s.io namespaces are reserved';
        return invalidValue(`${path}.options[${key}]`, key, why);
      }),
  ],
  iscsi: (source, path, persistent) => iscsiErrors(source, path, persistent),
  azureFile: (source, path, persistent) => [
    ...needs('secretName', 'shareName')(source, path, persistent),
    ...(persistent && field(source, 'secretNamespace') !== undefined ? required(source, 'secretNamespace', path) : []),
  ],
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: (source, path) => azureDiskErrors(source, path),
  storageos: (source, path, persistent) => [
    ...requiredName(source, 'volumeName', path),
    ...optionalName(source, 'volumeNamespace', path, validateDns1123Label),
    ...secretErrors(source, 'secretRef', path, persistent),
  ],
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi: (source, path, persistent) => csiErrors(source, path, persistent),
};

const hostPathTypes = [
  ...['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'],
];

function diskErrors(source: JsonObject, id: string, path: string): FieldError[] {
  const why = 'must be between 1 and 255, inclusive';
  return [...required(source, id, path), ...inRange(source, 'partition', path, 0, 255, why)];
}

function monitorErrors(source: JsonObject, path: string): FieldError[] {
  return texts(source, 'monitors').length === 0 ? [requiredValue(`${path}.monitors`)] : [];
}

function secretErrors(source: JsonObject, key: string, path: string, persistent: boolean): FieldError[] {
  const secret = at(source, key);
  if (secret === undefined) return [];
  const here = `${path}.${key}`;
  return [...required(secret, 'name', here), ...(persistent ? required(secret, 'namespace', here) : [])];
}

const iscsiNames = {
  iqn: /iqn\.\d{4}-\d{2}\.[-.a-zA-Z0-9]+:[^,;*&$|\s]+$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
};

function iscsiErrors(source: JsonObject, path: string, persistent: boolean): FieldError[] {
  const errors = required(source, 'targetPortal', path);
  const iqn = text(source, 'iqn');
  if (iqn === '') errors.push(requiredValue(`${path}.iqn`));
  else errors.push(...iscsiNameErrors(iqn, `${path}.iqn`, persistent));
  errors.push(...inRange({ lun: int(source, 'lun') }, 'lun', path, 0, 255));
  const secret = at(source, 'secretRef');
  const authenticates = bool(source, 'chapAuthDiscovery') || bool(source, 'chapAuthSession');
  if (authenticates && secret === undefined) errors.push(requiredValue(`${path}.secretRef`));
  if (persistent && secret !== undefined) errors.push(...required(secret, 'name', `${path}.secretRef`));
  const initiator = field(source, 'initiatorName');
  if (initiator === undefined) return errors;
  return [...errors, ...iscsiNameErrors(String(initiator), `${path}.initiatorname`, persistent)];
}

function iscsiNameErrors(name: string, path: string, persistent: boolean): FieldError[] {
  const pattern = iscsiNames[name.slice(0, 3) as keyof typeof iscsiNames];
  if (pattern?.test(name)) return [];
  const starts = pattern === undefined && !persistent ? ' starting with iqn, eui, or naa' : '';
  return [invalidValue(path, name, `must be valid format${starts}`)];
}

function azureDiskErrors(source: JsonObject, path: string): FieldError[] {
  const [kind, uri] = [text(source, 'kind'), text(source, 'diskURI')];
  const isManaged = kind === 'Managed';
  const start = isManaged ? '/subscriptions/' : 'https://';
  const form = isManaged
    ? '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
    : 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
  return [
    ...needs('diskName', 'diskURI')(source, path, false),
    ...presentOneOf(source, 'cachingMode', path, ['None', 'ReadOnly', 'ReadWrite']),
    ...presentOneOf(source, 'kind', path, ['Dedicated', 'Managed', 'Shared']),
    ...(field(source, 'kind') === undefined || uri.startsWith(start)
      ? []
      : [unsupportedValue(`${path}.diskURI`, uri, [form])]),
  ];
}

/** The name of a driver. */
export function csiDriverNameErrors(name: string, path: string): FieldError[] {
  return [
    ...(name === '' ? [requiredValue(path)] : []),
    ...(name.length > 63 ? [valueTooLong(path, 63)] : []),
    ...textErrors(name, path, (text) => validateDns1123Subdomain(text.toLowerCase())),
  ];
}

const csiSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

function csiErrors(source: JsonObject, path: string, persistent: boolean): FieldError[] {
  const errors = csiDriverNameErrors(text(source, 'driver'), `${path}.driver`);
  if (persistent) {
    errors.push(...required(source, 'volumeHandle', path));
    for (const key of csiSecrets) {
      const secret = at(source, key);
      if (secret === undefined) continue;
      errors.push(...requiredName(secret, 'name', `${path}.${key}`, validateDns1123Subdomain));
      errors.push(...requiredName(secret, 'namespace', `${path}.${key}`));
    }
    return errors;
  }
  const secret = at(source, 'nodePublishSecretRef');
  if (secret === undefined) return errors;
  const name = text(secret, 'name');
  if (name === '') return [...errors, requiredValue(`${path}.nodePublishSecretRef.name`)];
  return [...errors, ...textErrors(name, `${path}.name`, validateDns1123Subdomain)];
}
