import { goQuote, type JsonObject, parseQuantity, validateDns1123Label } from '@opwright/machinery';
import { containersOf } from '../app-armor.ts';
import { at, field, int, items, text } from '../tree.ts';
import { SECCOMP_CONTAINER, SECCOMP_POD } from '../validation/pod/seccomp.ts';
import { appArmorWarnings } from './app-armor.ts';
import { claimSpecWarnings } from './claim.ts';
import { labelWarnings, namedLabelWarnings, nodeSelectorTermWarnings } from './node-labels.ts';
import { overlapWarnings } from './path-overlaps.ts';
import { portWarnings } from './ports.ts';

/* What is allowed in a pod, but hardly meant. */

export function podWarnings(pod: JsonObject, old: JsonObject | undefined): string[] {
  if (old !== undefined) return [];
  const where = "this is used in the Pod's hostname";
  return [...hostnameWarnings(pod, where), ...podSpecWarnings(at(pod, 'spec'), at(pod, 'metadata'), '')];
}

/** Names that make no names of hosts. @param where the name goes */
export function hostnameWarnings(object: JsonObject, where = 'this is used in Pod names and hostnames'): string[] {
  const problems = validateDns1123Label(text(at(object, 'metadata'), 'name'));
  if (problems.length === 0) return [];
  const advice = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: ${where}, ${advice}: [${problems.join(' ')}]`];
}

/** Doubts about the pods of a template, once the object is new or wants something else. */
export function templateWarnings(object: JsonObject, old: JsonObject | undefined, path: readonly string[]): string[] {
  const generationOf = (of: JsonObject) => field(at(of, 'metadata'), 'generation');
  if (old !== undefined && generationOf(old) === generationOf(object)) return [];
  const template = at(object, ...path);
  const [metadata, spec] = [at(template, 'metadata'), at(template, 'spec')];
  const here = path.join('.');
  return [...podSpecWarnings(spec, metadata, here), ...appArmorWarnings(metadata, spec, here)];
}

/** @param path of the template; '' for a pod */
function podSpecWarnings(spec: JsonObject | undefined, metadata: JsonObject | undefined, path: string): string[] {
  const prefix = path === '' ? '' : `${path}.`;
  const here = `${prefix}spec`;
  return [
    ...nodeWarnings(spec, here),
    ...spreadWarnings(spec, here),
    ...annotationWarnings(metadata, `${prefix}metadata`),
    ...items(spec, 'volumes').flatMap((volume, index) => volumeWarnings(volume, `${here}.volumes[${index}]`)),
    ...overlapWarnings(items(spec, 'volumes')),
    ...repeatedWarnings(spec, here),
    ...byteWarnings(at(spec, 'overhead'), `${here}.overhead`),
    ...seccompWarnings(spec, metadata, `${prefix}metadata`),
    ...containersOf(spec, here).flatMap(([container, at]) => containerWarnings(container, at)),
    ...portWarnings(spec, here),
    ...graceWarnings(spec, here),
    ...affinityWarnings(at(spec, 'affinity'), `${here}.affinity`),
  ];
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function nodeWarnings(spec: JsonObject | undefined, path: string): string[] {
  const affinity = at(spec, 'affinity', 'nodeAffinity');
  const here = `${path}.affinity.nodeAffinity`;
  return [
    ...Object.keys(at(spec, 'nodeSelector') ?? {}).flatMap((label) =>
      labelWarnings(label, `${path}.nodeSelector[${label}]`),
    ),
    ...items(at(affinity, REQUIRED), 'nodeSelectorTerms').flatMap((term, index) =>
      nodeSelectorTermWarnings(term, `${here}.${REQUIRED}.nodeSelectorTerms[${index}]`),
    ),
    ...items(affinity, PREFERRED).flatMap((term, index) =>
      nodeSelectorTermWarnings(at(term, 'preference'), `${here}.${PREFERRED}[${index}].preference`),
    ),
  ];
}

const NO_SELECTOR = 'a null labelSelector results in matching no pod';

function spreadWarnings(spec: JsonObject | undefined, path: string): string[] {
  return items(spec, 'topologySpreadConstraints').flatMap((constraint, index) => {
    const here = `${path}.topologySpreadConstraints[${index}]`;
    const unselective = at(constraint, 'labelSelector') === undefined;
    return [
      ...namedLabelWarnings(text(constraint, 'topologyKey'), `${here}.topologyKey`),
      ...(unselective ? [`${here}.labelSelector: ${NO_SELECTOR}`] : []),
    ];
  });
}

function affinityWarnings(affinity: JsonObject | undefined, path: string): string[] {
  return ['podAffinity', 'podAntiAffinity'].flatMap((key) => {
    const [required, preferred] = [REQUIRED, PREFERRED].map((list) => items(at(affinity, key), list));
    const unselective = (term: JsonObject | undefined) => at(term, 'labelSelector') === undefined;
    return [
      ...(required ?? []).flatMap((term, index) =>
        unselective(term) ? [`${path}.${key}.${REQUIRED}[${index}].labelSelector: ${NO_SELECTOR}`] : [],
      ),
      ...(preferred ?? []).flatMap((weighted, index) =>
        unselective(at(weighted, 'podAffinityTerm'))
          ? [`${path}.${key}.${PREFERRED}[${index}].podAffinityTerm.labelSelector: ${NO_SELECTOR}`]
          : [],
      ),
    ];
  });
}

const deadAnnotations = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

function annotationWarnings(metadata: JsonObject | undefined, path: string): string[] {
  return deadAnnotations
    .filter(([key]) => field(at(metadata, 'annotations'), key) !== undefined)
    .map(([key, why]) => `${path}.annotations[${key}]: ${why}`);
}

function seccompWarnings(spec: JsonObject | undefined, metadata: JsonObject | undefined, path: string): string[] {
  const places = [
    [SECCOMP_POD, spec] as const,
    ...containersOf(spec, '').map(
      ([container]) => [`${SECCOMP_CONTAINER}${text(container, 'name')}`, container] as const,
    ),
  ];
  return places
    .filter(([key, of]) => {
      const hasField = at(of, 'securityContext', 'seccompProfile') !== undefined;
      return !hasField && field(at(metadata, 'annotations'), key) !== undefined;
    })
    .map(([key]) => `${path}.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
}

/** Kinds of volume that are going or gone, and how messages call them where they call them otherwise. */
const dyingVolumes: readonly (readonly [key: string, why: string, named?: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** A volume of a pod, or the source of a persistent one. @param except kinds that are not spoken of there */
export function volumeWarnings(volume: JsonObject | undefined, path: string, except: readonly string[] = []): string[] {
  const claim = at(volume, 'ephemeral', 'volumeClaimTemplate');
  return [
    ...dyingVolumes
      .filter(([key]) => at(volume, key) !== undefined && !except.includes(key))
      .map(([key, why, named = key]) => `${path}.${named}: ${why}`),
    ...claimSpecWarnings(at(claim, 'spec'), `${path}.ephemeral.volumeClaimTemplate.spec`),
  ];
}

function repeatedWarnings(spec: JsonObject | undefined, path: string): string[] {
  const repeated = (list: string, key: string) => {
    const values = items(spec, list).map((item) => text(item, key));
    return values.flatMap((value, index) =>
      values.indexOf(value) < index ? [`${path}.${list}[${index}].${key}: duplicate ${key} ${goQuote(value)}`] : [],
    );
  };
  return [
    ...repeated('hostAliases', 'ip'),
    ...repeated('imagePullSecrets', 'name'),
    ...items(spec, 'imagePullSecrets').flatMap((secret, index) =>
      text(secret, 'name') === '' ? [`${path}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
  ];
}

function graceWarnings(spec: JsonObject | undefined, path: string): string[] {
  if (int(spec, 'terminationGracePeriodSeconds') >= 0) return [];
  const why = 'must be >= 0; negative values are invalid and will be treated as 1';
  return [`${path}.terminationGracePeriodSeconds: ${why}`];
}

/** Bytes come whole. */
function byteWarnings(amounts: JsonObject | undefined, path: string): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) => fractionWarnings(field(amounts, name), `${path}[${name}]`));
}

/** @param path of the amount */
export function fractionWarnings(amount: unknown, path: string): string[] {
  if (amount === undefined || parseQuantity(String(amount)).nanos % 1_000_000_000n === 0n) return [];
  return [`${path}: fractional byte value ${goQuote(String(amount))} is invalid, must be an integer`];
}

function containerWarnings(container: JsonObject, path: string): string[] {
  const resources = at(container, 'resources');
  return [
    ...['memory', 'ephemeral-storage'].flatMap((name) =>
      ['limits', 'requests'].flatMap((list) =>
        fractionWarnings(field(at(resources, list), name), `${path}.resources.${list}[${name}]`),
      ),
    ),
    ...environmentWarnings(container, path),
  ];
}

/** Client-side apply merges variables by name: of two with one name it may drop the first, but for one that adds to it. */
function environmentWarnings(container: JsonObject, path: string): string[] {
  const seen = new Set<string>();
  return items(container, 'env').flatMap((variable, index) => {
    const name = text(variable, 'name');
    const again = seen.has(name);
    seen.add(name);
    const [value, reference] = [text(variable, 'value'), `$(${name})`];
    const adds = value !== reference && value.includes(reference) && at(variable, 'valueFrom') === undefined;
    if (!again || adds) return [];
    return [
      `${path}.env[${index}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`,
    ];
  });
}
