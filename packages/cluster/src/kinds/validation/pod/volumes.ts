import {
  compareQuantities,
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { at, field, items, text } from '../../tree.ts';
import { required, requiredName } from '../checks.ts';
import { claimSpecErrors } from '../claim.ts';
import { annotationErrors, labelErrors } from '../metadata.ts';
import { descendingPathErrors } from '../paths.ts';
import { type SourceCheck, sharedSources } from '../volume-sources.ts';
import type { Volumes } from './mounts.ts';
import { downwardFileErrors, keyToPathErrors, modeErrors, projectedErrors } from './projections.ts';

/** In the order in which Kubernetes looks for them: the first one counts. */
const sourceNames = [
  ...['emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi'],
  ...['glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte', 'downwardAPI', 'fc'],
  ...['flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk'],
  ...['storageos', 'projected', 'scaleIO', 'csi', 'ephemeral'],
];

/** Sources that messages about a second one call otherwise. */
const otherNames: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

const podSources: Readonly<Record<string, SourceCheck>> = {
  ...sharedSources,
  emptyDir(source, path) {
    const limit = field(source, 'sizeLimit');
    if (limit === undefined || compareQuantities(String(limit), '0') >= 0) return [];
    return [forbiddenValue(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')];
  },
  gitRepo: (source, path) => [
    ...required(source, 'repository', path),
    ...descendingPathErrors(text(source, 'directory'), `${path}.directory`),
  ],
  secret: (source, path) => objectErrors(source, 'secretName', path),
  configMap: (source, path) => objectErrors(source, 'name', path),
  persistentVolumeClaim: (source, path) => required(source, 'claimName', path),
  downwardAPI: (source, path) => [
    ...modeErrors(source, 'defaultMode', path),
    ...items(source, 'items').flatMap((file) => downwardFileErrors(file, path)),
  ],
  projected: projectedErrors,
  ephemeral: ephemeralErrors,
};

function objectErrors(source: JsonObject, key: string, path: string): FieldError[] {
  return [...required(source, key, path), ...modeErrors(source, 'defaultMode', path), ...keyToPathErrors(source, path)];
}

/**
 * The volumes of a pod that nothing is wrong with, and what is wrong with the others.
 * @param podName of a pod, which its claims are named after; '' in a template
 */
export function checkVolumes(
  spec: JsonObject,
  path: string,
  podName: string,
): { readonly volumes: Volumes; readonly errors: FieldError[] } {
  const all = items(spec, 'volumes');
  const made = new Set(
    all
      .filter((volume) => podName !== '' && at(volume, 'ephemeral') !== undefined)
      .map((volume) => claimOf(podName, volume)),
  );
  const volumes = new Map<string, JsonObject>();
  const errors: FieldError[] = [];
  for (const [index, volume] of all.entries()) {
    const here = `${path}[${index}]`;
    const name = text(volume, 'name');
    const own = [...sourceErrors(volume, here, podName), ...requiredName(volume, 'name', here)];
    if (volumes.has(name)) own.push(duplicateValue(`${here}.name`, name));
    if (own.length === 0) volumes.set(name, volume);
    errors.push(...own);
    const claim = text(at(volume, 'persistentVolumeClaim'), 'claimName');
    if (!made.has(claim)) continue;
    const why = 'must not reference a PVC that gets created for an ephemeral volume';
    errors.push(invalidValue(`${here}.persistentVolumeClaim.claimName`, claim, why));
  }
  return { volumes, errors };
}

function claimOf(podName: string, volume: JsonObject): string {
  return `${podName}-${text(volume, 'name')}`;
}

function sourceErrors(volume: JsonObject, path: string, podName: string): FieldError[] {
  const [first, ...more] = sourceNames.filter((name) => at(volume, name) !== undefined);
  if (first === undefined) return [requiredValue(path, 'must specify a volume type')];
  return [
    ...(podSources[first]?.(at(volume, first) ?? {}, `${path}.${first}`, false) ?? []),
    ...more.map((name) => {
      return forbiddenValue(`${path}.${otherNames[name] ?? name}`, 'may not specify more than 1 volume type');
    }),
    ...nameErrors(volume, first, path, podName),
  ];
}

/** Names become part of others, which have limits of their own. */
function nameErrors(volume: JsonObject, source: string, path: string, podName: string): FieldError[] {
  const name = text(volume, 'name');
  const iscsi = at(volume, 'iscsi');
  const errors: FieldError[] = [];
  if (iscsi !== undefined && field(iscsi, 'initiatorName') !== undefined) {
    const why =
      'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
    if (`${name}:${text(iscsi, 'targetPortal')}`.length > 64) errors.push(invalidValue(`${path}.name`, name, why));
  }
  if (source !== 'ephemeral' || podName === '' || name === '') return errors;
  const claim = claimOf(podName, volume);
  const problems = validateDns1123Subdomain(claim).map((why) => `PVC name ${JSON.stringify(claim)}: ${why}`);
  return [...errors, ...problems.map((why) => invalidValue(`${path}.name`, name, why))];
}

/** A claim that is made for the pod: a template of one has labels and annotations and nothing else. */
function ephemeralErrors(source: JsonObject, path: string): FieldError[] {
  const template = at(source, 'volumeClaimTemplate');
  const here = `${path}.volumeClaimTemplate`;
  if (template === undefined) return [requiredValue(here)];
  const metadata = at(template, 'metadata');
  const others = Object.keys(metadata ?? {}).filter((key) => key !== 'labels' && key !== 'annotations');
  return [
    ...annotationErrors(field(metadata, 'annotations'), `${here}.metadata.annotations`),
    ...labelErrors(field(metadata, 'labels'), `${here}.metadata.labels`),
    ...others
      .filter((key) => !isZero(field(metadata, key)))
      .map((key) => forbiddenValue(`${here}.metadata.${key === 'uid' ? 'uID' : key}`, 'cannot be set')),
    ...claimSpecErrors(at(template, 'spec'), `${here}.spec`),
  ];
}

function isZero(value: unknown): boolean {
  return value === undefined || value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
}
