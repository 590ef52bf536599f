import type { JsonObject } from '@opwright/machinery';
import { at, field, items, text, texts } from '../tree.ts';
import { badSeccompProfiles, isBadSeccomp, seccompType } from './baseline.ts';
import {
  badContainers,
  type Check,
  containers,
  containersOf,
  type PodLike,
  plural,
  quoted,
  securityContext,
  setters,
  unique,
  type Verify,
} from './check.ts';

/* What the level `restricted` demands beside the checks of `baseline`. */

const allowPrivilegeEscalation: Verify = (pod) => {
  const bad = badContainers(
    pod,
    (container) => field(securityContext(container), 'allowPrivilegeEscalation') !== false,
  );
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containers(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: Verify = (pod) => {
  const listed = (container: JsonObject, key: string) => texts(at(securityContext(container), 'capabilities'), key);
  const forbidden = (container: JsonObject) => listed(container, 'add').filter((name) => name !== 'NET_BIND_SERVICE');
  const keeping = badContainers(pod, (container) => !listed(container, 'drop').includes('ALL'));
  const adding = badContainers(pod, (container) => forbidden(container).length > 0);
  const details = [
    ...(keeping.length > 0 ? [`${containers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [
          `${containers(adding)} must not include ${quoted(unique(containersOf(pod).flatMap(forbidden)))} in securityContext.capabilities.add`,
        ]
      : []),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
/** By the name of their field; others are called unknown. */
const namedVolumes = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

const volumes: Verify = ({ spec }) => {
  const has = (volume: JsonObject) => (key: string) => field(volume, key) !== undefined;
  const bad = items(spec, 'volumes').filter((volume) => !allowedVolumes.some(has(volume)));
  if (bad.length === 0) return undefined;
  const names = quoted(bad.map((volume) => text(volume, 'name')));
  const types = unique(bad.map((volume) => namedVolumes.find(has(volume)) ?? 'unknown'));
  const verb = plural(bad, 'uses', 'use');
  return {
    reason: 'restricted volume types',
    detail: `${plural(bad, 'volume')} ${names} ${verb} ${plural(types, 'restricted volume type')} ${quoted(types)}`,
  };
};

const runAsNonRoot: Verify = (pod) => {
  const reason = 'runAsNonRoot != true';
  const setting = (of: JsonObject) => field(securityContext(of), 'runAsNonRoot');
  const isRoot = (of: JsonObject) => setting(of) === false;
  const who = setters(isRoot(pod.spec), badContainers(pod, isRoot));
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  if (setting(pod.spec) === true) return undefined;
  const silent = badContainers(pod, (container) => setting(container) === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containers(silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: Verify = (pod) => {
  const isRoot = (of: JsonObject) => field(securityContext(of), 'runAsUser') === 0;
  const who = setters(isRoot(pod.spec), badContainers(pod, isRoot));
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};

const seccomp: Verify = (pod) => {
  const bad = badSeccompProfiles(pod);
  if (bad !== undefined) return bad;
  if (seccompType(pod.spec) !== undefined && !isBadSeccomp(pod.spec)) return undefined;
  const silent = badContainers(pod, (container) => seccompType(container) === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

/** Windows knows nothing of it. */
function onLinux(verify: Verify): Verify {
  return (pod: PodLike) => (text(at(pod.spec, 'os'), 'name') === 'windows' ? undefined : verify(pod));
}

export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      [8, allowPrivilegeEscalation],
      [25, onLinux(allowPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    versions: [
      [22, capabilities],
      [25, onLinux(capabilities)],
    ],
    replaces: 'capabilities_baseline',
  },
  { id: 'restrictedVolumes', versions: [[0, volumes]], replaces: 'hostPathVolumes' },
  { id: 'runAsNonRoot', versions: [[0, runAsNonRoot]] },
  { id: 'runAsUser', versions: [[23, runAsUser]] },
  {
    id: 'seccompProfile_restricted',
    versions: [
      [19, seccomp],
      [25, onLinux(seccomp)],
    ],
    replaces: 'seccompProfile_baseline',
  },
];
