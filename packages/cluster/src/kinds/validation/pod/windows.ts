import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { containersOf } from '../../app-armor.ts';
import { at, bool, field, text } from '../../tree.ts';
import { textErrors } from '../checks.ts';

/* What pods of one operating system have that those of the other have not. */

const LONGEST_SPEC = 64 * 1024;

export function windowsOptionsErrors(options: JsonObject | undefined, path: string): FieldError[] {
  if (options === undefined) return [];
  const errors: FieldError[] = [];
  const name = field(options, 'gmsaCredentialSpecName');
  if (name !== undefined) {
    errors.push(...textErrors(String(name), `${path}.gmsaCredentialSpecName`, validateDns1123Subdomain));
  }
  const spec = field(options, 'gmsaCredentialSpec');
  if (spec !== undefined) {
    const wrong = (why: string) => errors.push(invalidValue(`${path}.gmsaCredentialSpec`, spec, why));
    if (spec === '') wrong('gmsaCredentialSpec cannot be an empty string');
    else if (Buffer.byteLength(String(spec)) > LONGEST_SPEC) wrong('gmsaCredentialSpec size must be under 64 KiB');
  }
  const user = field(options, 'runAsUserName');
  if (user === undefined) return errors;
  return [...errors, ...textErrors(String(user), `${path}.runAsUserName`, userNameProblems)];
}

const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);

/** `user` or `DOMAIN\user`. */
function userNameProblems(name: string): string[] {
  const parts = name.split('\\');
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters'];
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (parts.length === 2) {
    const domain = parts[0] ?? '';
    if (domain.length >= 256) problems.push("runAsUserName's Domain length must be under 256 characters");
    if (!NETBIOS.test(domain) && !DNS.test(domain)) {
      problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === '') problems.push("runAsUserName's User cannot be empty");
  else if (user.length > 104) problems.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    problems.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  }
  return problems;
}

/** Containers that are processes of the host: all of a pod or none, on the network of the host. */
export function hostProcessErrors(spec: JsonObject, path: string): FieldError[] {
  const ofPod = field(at(spec, 'securityContext', 'windowsOptions'), 'hostProcess');
  const containers = containersOf(spec, path);
  const errors: FieldError[] = [];
  let count = 0;
  for (const [container, here] of containers) {
    const own = field(at(container, 'securityContext', 'windowsOptions'), 'hostProcess');
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const why = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalidValue(`${here}.securityContext.windowsOptions.hostProcess`, own, why));
    }
    if ((own ?? ofPod) === true) count++;
  }
  if (count === 0) return errors;
  if (count < containers.length) {
    const why = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalidValue(path, '', why));
  }
  if (!bool(spec, 'hostNetwork')) {
    const why = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalidValue(`${path}.hostNetwork`, false, why));
  }
  return errors;
}

const podFields = [
  ...['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls'],
  ...['runAsUser', 'runAsGroup', 'supplementalGroups'],
];
const containerFields = [
  ...['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged'],
  ...['allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup'],
];

/** A pod that says where it runs has nothing that is not there. */
export function osErrors(spec: JsonObject, path: string): FieldError[] {
  const os = at(spec, 'os');
  if (os === undefined) return [];
  const name = text(os, 'name');
  if (name === '') return [requiredValue(`${path}.os.name`, 'cannot be empty')];
  if (name === 'linux')
    return foreignErrors(spec, path, ['windowsOptions'], 'windows options cannot be set for a linux pod');
  if (name !== 'windows') return [unsupportedValue(`${path}.os`, name, ['linux', 'windows'])];
  const why = 'cannot be set for a windows pod';
  const shared = ['hostPID', 'hostIPC'].filter((key) => bool(spec, key));
  if (field(spec, 'shareProcessNamespace') !== undefined) shared.push('shareProcessNamespace');
  return [
    ...foreignErrors(spec, path, podFields, why, containerFields),
    ...shared.map((key) => forbiddenValue(`${path}.${key}`, why)),
  ];
}

function foreignErrors(
  spec: JsonObject,
  path: string,
  ofPod: readonly string[],
  why: string,
  ofContainers: readonly string[] = ofPod,
): FieldError[] {
  const places = [
    [spec, path, ofPod] as const,
    ...containersOf(spec, path).map(([container, here]) => [container, here, ofContainers] as const),
  ];
  return places.flatMap(([of, here, keys]) =>
    keys
      .filter((key) => !isEmpty(field(at(of, 'securityContext'), key)))
      .map((key) => forbiddenValue(`${here}.securityContext.${key}`, why)),
  );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
