import type { JsonObject } from '@opwright/machinery';
import { at, bool, field, int, items, text, textEntries, texts } from '../tree.ts';
import {
  annotation,
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
  type Violation,
} from './check.ts';

/* The checks of the level `baseline`: what is known to lead to more privileges. */

const appArmor: Verify = ({ metadata, ...pod }) => {
  const typeOf = (of: JsonObject) => {
    const profile = at(securityContext(of), 'appArmorProfile');
    return profile === undefined ? undefined : text(profile, 'type');
  };
  const isBad = (of: JsonObject) => !['RuntimeDefault', 'Localhost', undefined].includes(typeOf(of));
  const like = { metadata, ...pod };
  const bad = [pod.spec, ...containersOf(like)].filter(isBad).map((of) => typeOf(of) ?? '');
  const prefix = 'container.apparmor.security.beta.kubernetes.io/';
  const annotations = textEntries(at(metadata, 'annotations'))
    .filter(([key, value]) => key.startsWith(prefix) && !/^(?:$|runtime\/default$|localhost\/)/.test(value))
    .map(([key, value]) => annotation(key, value));
  const who = [
    setters(isBad(pod.spec), badContainers(like, isBad)),
    ...(annotations.length > 0 ? [plural(annotations, 'annotation')] : []),
  ]
    .filter((part) => part !== '')
    .join(' and ');
  const values = [...unique(bad), ...annotations.sort()];
  if (who === '') return undefined;
  return {
    reason: plural(values, 'forbidden AppArmor profile'),
    detail: `${who} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const allowedCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

const capabilities: Verify = (pod) => {
  const added = (container: JsonObject) =>
    texts(at(securityContext(container), 'capabilities'), 'add').filter((name) => !allowedCapabilities.has(name));
  const bad = badContainers(pod, (container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = quoted(unique(containersOf(pod).flatMap(added)));
  return {
    reason: 'non-default capabilities',
    detail: `${containers(bad)} must not include ${names} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: Verify = ({ spec }) => {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => bool(spec, key)).map((key) => `${key}=true`);
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.join(', ') };
};

const hostPathVolumes: Verify = ({ spec }) => {
  const bad = items(spec, 'volumes').filter((volume) => at(volume, 'hostPath') !== undefined);
  if (bad.length === 0) return undefined;
  const names = quoted(bad.map((volume) => text(volume, 'name')));
  return { reason: 'hostPath volumes', detail: `${plural(bad, 'volume')} ${names}` };
};

const hostPorts: Verify = (pod) => {
  const used = (container: JsonObject) =>
    items(container, 'ports')
      .map((port) => int(port, 'hostPort'))
      .filter((port) => port !== 0);
  const bad = badContainers(pod, (container) => used(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = unique(containersOf(pod).flatMap(used).map(String));
  const verb = plural(bad, 'uses', 'use');
  return {
    reason: 'hostPort',
    detail: `${containers(bad)} ${verb} ${plural(ports, 'hostPort')} ${ports.join(', ')}`,
  };
};

const privileged: Verify = (pod) => {
  const bad = badContainers(pod, (container) => bool(securityContext(container), 'privileged'));
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containers(bad)} must not set securityContext.privileged=true` };
};

const procMount: Verify = (pod) => {
  const typeOf = (container: JsonObject) => text(securityContext(container), 'procMount');
  const isBad = (container: JsonObject) => !['', 'Default'].includes(typeOf(container));
  const bad = badContainers(pod, isBad);
  if (bad.length === 0) return undefined;
  const types = quoted(unique(containersOf(pod).filter(isBad).map(typeOf)));
  return { reason: 'procMount', detail: `${containers(bad)} must not set securityContext.procMount to ${types}` };
};

function seLinuxOptions(...allowed: readonly string[]): Verify {
  return (pod) => {
    const options = (of: JsonObject) => at(securityContext(of), 'seLinuxOptions');
    const badType = (of: JsonObject) => {
      const type = text(options(of), 'type');
      return type !== '' && !allowed.includes(type);
    };
    const has = (key: string) => (of: JsonObject) => text(options(of), key) !== '';
    const isBad = (of: JsonObject) => badType(of) || has('user')(of) || has('role')(of);
    const who = setters(isBad(pod.spec), badContainers(pod, isBad));
    if (who === '') return undefined;
    const all = [pod.spec, ...containersOf(pod)];
    const types = unique(all.filter(badType).map((of) => text(options(of), 'type')));
    const what = [
      ...(types.length > 0 ? [`${plural(types, 'type')} ${quoted(types)}`] : []),
      ...(all.some(has('user')) ? ['user may not be set'] : []),
      ...(all.some(has('role')) ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
    };
  };
}

const seccompAnnotations: Verify = (pod) => {
  const annotations = at(pod.metadata, 'annotations');
  const keys = [
    'seccomp.security.alpha.kubernetes.io/pod',
    ...containersOf(pod).map((one) => `container.seccomp.security.alpha.kubernetes.io/${text(one, 'name')}`),
  ];
  const forbidden = unique(
    keys
      .filter((key) => field(annotations, key) !== undefined)
      .filter((key) => !/^(?:runtime\/default$|docker\/default$|localhost\/)/.test(text(annotations, key)))
      .map((key) => annotation(key, text(annotations, key))),
  );
  if (forbidden.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural(forbidden, 'annotation')} ${forbidden.join(', ')}`,
  };
};

/** The type of a seccomp profile; undefined where there is none. */
export function seccompType(of: JsonObject): string | undefined {
  const profile = at(securityContext(of), 'seccompProfile');
  return profile === undefined ? undefined : text(profile, 'type');
}

/** A profile that confines nothing. */
export function isBadSeccomp(of: JsonObject): boolean {
  return !['RuntimeDefault', 'Localhost', undefined].includes(seccompType(of));
}

/** Profiles that are set and confine nothing. */
export function badSeccompProfiles(pod: PodLike): Violation | undefined {
  const who = setters(isBadSeccomp(pod.spec), badContainers(pod, isBadSeccomp));
  if (who === '') return undefined;
  const all = [pod.spec, ...containersOf(pod)];
  const types = quoted(unique(all.filter(isBadSeccomp).map((of) => seccompType(of) ?? '')));
  return { reason: 'seccompProfile', detail: `${who} must not set securityContext.seccompProfile.type to ${types}` };
}

const sysctlsFirst = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const sysctls27 = [...sysctlsFirst, 'net.ipv4.ip_local_reserved_ports'];
const sysctls29 = [
  ...sysctls27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const sysctls32 = [...sysctls29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

function sysctls(allowed: readonly string[]): Verify {
  return ({ spec }) => {
    const bad = items(securityContext(spec), 'sysctls')
      .map((sysctl) => text(sysctl, 'name'))
      .filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };
}

const windowsHostProcess: Verify = (pod) => {
  const isBad = (of: JsonObject) => bool(at(securityContext(of), 'windowsOptions'), 'hostProcess');
  const who = setters(isBad(pod.spec), badContainers(pod, isBad));
  if (who === '') return undefined;
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};

const since = (verify: Verify): Check['versions'] => [[0, verify]];
const seLinuxTypes = ['container_t', 'container_init_t', 'container_kvm_t'];

export const baselineChecks: readonly Check[] = [
  { id: 'appArmorProfile', versions: since(appArmor) },
  { id: 'capabilities_baseline', versions: since(capabilities) },
  { id: 'hostNamespaces', versions: since(hostNamespaces) },
  { id: 'hostPathVolumes', versions: since(hostPathVolumes) },
  { id: 'hostPorts', versions: since(hostPorts) },
  { id: 'privileged', versions: since(privileged) },
  { id: 'procMount', versions: since(procMount) },
  {
    id: 'seLinuxOptions',
    versions: [
      [0, seLinuxOptions(...seLinuxTypes)],
      [31, seLinuxOptions(...seLinuxTypes, 'container_engine_t')],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      [0, seccompAnnotations],
      [19, badSeccompProfiles],
    ],
  },
  {
    id: 'sysctls',
    versions: [
      [0, sysctls(sysctlsFirst)],
      [27, sysctls(sysctls27)],
      [29, sysctls(sysctls29)],
      [32, sysctls(sysctls32)],
    ],
  },
  { id: 'windowsHostProcess', versions: since(windowsHostProcess) },
];
