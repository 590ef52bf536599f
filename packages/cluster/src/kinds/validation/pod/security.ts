import { duplicateValue, type FieldError, invalidValue, type JsonObject, requiredValue } from '@opwright/machinery';
import { at, bool, field, items, text, texts } from '../../tree.ts';
import { appArmorProfileErrors } from '../app-armor.ts';
import { inRange, presentOneOf } from '../checks.ts';
import { goStruct } from '../go-values.ts';
import { seccompProfileErrors } from './seccomp.ts';
import { windowsOptionsErrors } from './windows.ts';

/** Ids of users and groups are 31 bits. */
const HIGHEST_ID = 2147483647;

/** How all containers of a pod are secured. `path` is that of the pod's spec. */
export function podSecurityErrors(spec: JsonObject, specPath: string): FieldError[] {
  const context = at(spec, 'securityContext');
  const path = `${specPath}.securityContext`;
  const groups = field(context, 'supplementalGroups');
  const errors = ['fsGroup', 'runAsUser', 'runAsGroup'].flatMap((key) => idErrors(context, key, path));
  for (const [index, id] of (Array.isArray(groups) ? groups : []).entries()) {
    errors.push(...idErrors({ [`supplementalGroups[${index}]`]: id }, `supplementalGroups[${index}]`, path));
  }
  if (bool(spec, 'shareProcessNamespace') && bool(spec, 'hostPID')) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalidValue(`${path}.shareProcessNamespace`, true, why));
  }
  return [
    ...errors,
    ...sysctlErrors(spec, `${path}.sysctls`),
    ...presentOneOf(context, 'fsGroupChangePolicy', path, ['Always', 'OnRootMismatch']),
    ...seccompProfileErrors(at(context, 'seccompProfile'), `${path}.seccompProfile`),
    ...windowsOptionsErrors(at(context, 'windowsOptions'), `${path}.windowsOptions`),
    ...appArmorProfileErrors(at(context, 'appArmorProfile'), `${path}.appArmorProfile`),
  ];
}

function idErrors(context: JsonObject | undefined, key: string, path: string): FieldError[] {
  return inRange(context, key, path, 0, HIGHEST_ID);
}

const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL = `^(${SEGMENT}[\\./])*${SEGMENT}$`;
const SYSCTL_PATTERN = new RegExp(SYSCTL);
const LONGEST_SYSCTL = 253;

function sysctlErrors(spec: JsonObject, path: string): FieldError[] {
  const seen = new Set<string>();
  return items(at(spec, 'securityContext'), 'sysctls').flatMap((sysctl, index) => {
    const here = `${path}[${index}].name`;
    const name = text(sysctl, 'name');
    const errors: FieldError[] = [];
    if (name === '') errors.push(requiredValue(here));
    else if (name.length > LONGEST_SYSCTL || !SYSCTL_PATTERN.test(name)) {
      const why = `must have at most ${LONGEST_SYSCTL} characters and match regex ${SYSCTL}`;
      errors.push(invalidValue(here, name, why));
    } else if (seen.has(name)) errors.push(duplicateValue(here, name));
    seen.add(name);
    const shared = sharedNamespace(spec, name);
    if (shared !== undefined) errors.push(invalidValue(here, name, `may not be specified when '${shared}' is true`));
    return errors;
  });
}

const ipcSysctls = new Set(
  'sem shmall shmmax shmmni shm_rmid_forced shm msgmax msgmnb msgmni msg'.split(' ').map((name) => `kernel.${name}`),
);

/** The field by which a pod shares with its node what a sysctl sets. */
function sharedNamespace(spec: JsonObject, sysctl: string): string | undefined {
  // Dots and slashes trade places when a slash comes first.
  const isSlashed = /^[^./]*\//.test(sysctl);
  const name = isSlashed ? sysctl.replace(/[./]/g, (mark) => (mark === '.' ? '/' : '.')) : sysctl;
  const prefix = name.replace(/\*.*$/s, '');
  if (prefix.startsWith('net.')) return bool(spec, 'hostNetwork') ? 'hostNetwork' : undefined;
  const isIpc = ipcSysctls.has(prefix) || prefix.startsWith('fs.mqueue.');
  return isIpc && bool(spec, 'hostIPC') ? 'hostIPC' : undefined;
}

/** How one container is secured. */
export function securityErrors(context: JsonObject | undefined, path: string): FieldError[] {
  if (context === undefined) return [];
  const errors = [...idErrors(context, 'runAsUser', path), ...idErrors(context, 'runAsGroup', path)];
  errors.push(...presentOneOf(context, 'procMount', path, ['Default', 'Unmasked']));
  errors.push(...seccompProfileErrors(at(context, 'seccompProfile'), `${path}.seccompProfile`));
  const isFixed = field(context, 'allowPrivilegeEscalation') === false;
  const cannot = (what: string) => {
    const detail = `cannot set \`allowPrivilegeEscalation\` to false and ${what}`;
    errors.push(invalidValue(path, goStruct('core.SecurityContext'), detail));
  };
  if (isFixed && bool(context, 'privileged')) cannot('`privileged` to true');
  for (const name of isFixed ? texts(at(context, 'capabilities'), 'add') : []) {
    if (name === 'CAP_SYS_ADMIN') cannot('`capabilities.Add` CAP_SYS_ADMIN');
  }
  return [
    ...errors,
    ...windowsOptionsErrors(at(context, 'windowsOptions'), `${path}.windowsOptions`),
    ...appArmorProfileErrors(at(context, 'appArmorProfile'), `${path}.appArmorProfile`),
  ];
}
