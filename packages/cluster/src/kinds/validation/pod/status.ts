import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  internalFieldError,
  invalidValue,
  isIPv4,
  isIPv6,
  type JsonObject,
  RawGoText,
  unsupportedValue,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { at, field, items, text } from '../../tree.ts';
import { inRange, ipErrors, qualifiedNameErrors, textErrors } from '../checks.ts';
import { goStruct } from '../go-values.ts';
import { immutable } from '../immutable.ts';
import { annotationUpdateErrors } from './annotations.ts';

/** What a kubelet may not say about its pods. */
export function validatePodStatusUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  const [status, before] = [at(pod, 'status'), at(old, 'status')];
  const spec = at(pod, 'spec');
  const nominated = text(status, 'nominatedNodeName');
  const isNew = nominated !== '' && nominated !== text(before, 'nominatedNodeName');
  return [
    ...annotationUpdateErrors(pod, old),
    ...conditionErrors(status),
    ...(isNew ? textErrors(nominated, 'status.nominatedNodeName', validateDns1123Subdomain) : []),
    ...immutable(status, before, 'qosClass', 'status.'),
    ...transitionErrors(status, before, spec, 'containerStatuses'),
    ...transitionErrors(status, before, spec, 'initContainerStatuses'),
    ...transitionErrors(status, before, { restartPolicy: 'Never' }, 'ephemeralContainerStatuses'),
    ...claimErrors(status, spec),
    ...addressErrors(status, 'podIPs'),
    ...hostAddressErrors(status),
    ...LISTS.flatMap(([key]) => userErrors(status, key, text(at(spec, 'os'), 'name'))),
    ...LISTS.flatMap(([key, containers]) => healthErrors(status, key, containers, spec)),
  ];
}

/** Lists of statuses, and where their containers are; those that came later request nothing. */
const LISTS = [
  ['containerStatuses', 'containers'],
  ['initContainerStatuses', 'initContainers'],
  ['ephemeralContainerStatuses', undefined],
] as const;

/** Kubernetes' own conditions have names that need not be checked. It reports others as metadata. */
function conditionErrors(status: JsonObject | undefined): FieldError[] {
  return items(status, 'conditions').flatMap((condition, index) => {
    const type = text(condition, 'type');
    if (['PodScheduled', 'Ready', 'Initialized'].includes(type)) return [];
    return qualifiedNameErrors(type, `metadata.conditions[${index}].Type`);
  });
}

/** What has ended, and is not to be started again, has ended. */
function transitionErrors(
  status: JsonObject | undefined,
  before: JsonObject | undefined,
  spec: JsonObject | undefined,
  key: string,
): FieldError[] {
  const policy = text(spec, 'restartPolicy');
  if (policy === 'Always') return [];
  return items(before, key).flatMap((old, index) => {
    const ended = at(old, 'state', 'terminated');
    const name = text(old, 'name');
    if (ended === undefined) return [];
    if (policy === 'OnFailure' && (field(ended, 'exitCode') ?? 0) !== 0) return [];
    const container = items(spec, 'initContainers').find((one) => text(one, 'name') === name);
    if (key === 'initContainerStatuses' && text(container, 'restartPolicy') === 'Always') return [];
    return items(status, key)
      .filter((now) => text(now, 'name') === name && at(now, 'state', 'terminated') === undefined)
      .map(() => forbiddenValue(`status.${key}[${index}].state`, 'may not be transitioned to non-terminated state'));
  });
}

function claimErrors(status: JsonObject | undefined, spec: JsonObject | undefined): FieldError[] {
  const claims = items(spec, 'resourceClaims').map((claim) => text(claim, 'name'));
  const names = items(status, 'resourceClaimStatuses').map((claim) => text(claim, 'name'));
  return items(status, 'resourceClaimStatuses').flatMap((claim, index) => {
    const here = `status.resourceClaimStatuses[${index}].name`;
    const name = text(claim, 'name');
    const made = field(claim, 'resourceClaimName');
    return [
      ...(claims.includes(name)
        ? []
        : [invalidValue(here, name, 'must match the name of an entry in `spec.resourceClaims`')]),
      ...(names.indexOf(name) < index ? [duplicateValue(here, name)] : []),
      ...(made === undefined ? [] : textErrors(String(made), here, validateDns1123Subdomain)),
    ];
  });
}

/** One address of each family at most. */
function addressErrors(status: JsonObject | undefined, key: 'podIPs' | 'hostIPs'): FieldError[] {
  const addresses = items(status, key).map((item) => text(item, 'ip'));
  const path = `status.${key}`;
  const type = key === 'podIPs' ? 'core.PodIP' : 'core.HostIP';
  const wrong = addresses.findIndex((address) => !isIPv4(address) && !isIPv6(address));
  const isDual = wrong < 0 && addresses.length === 2 && addresses.some(isIPv4) && addresses.some(isIPv6);
  const why = 'may specify no more than one IP for each IP family';
  return [
    ...addresses.flatMap((address, index) => ipErrors(address, `${path}[${index}]`)),
    ...(addresses.length > 1 && wrong >= 0
      ? [
          internalFieldError(
            path,
            `failed to check for dual stack with error:invalid IP[${wrong}]: ${addresses[wrong]}`,
          ),
        ]
      : []),
    ...(addresses.length > 1 && !isDual ? [invalidValue(path, goStruct(`[]${type}`), why)] : []),
    ...addresses.flatMap((address, index) =>
      addresses.indexOf(address) < index ? [duplicateValue(`${path}[${index}]`, goStruct(type))] : [],
    ),
  ];
}

function hostAddressErrors(status: JsonObject | undefined): FieldError[] {
  const [first] = items(status, 'hostIPs');
  if (first === undefined) return [];
  const errors = addressErrors(status, 'hostIPs');
  if (text(first, 'ip') === text(status, 'hostIP')) return errors;
  return [invalidValue('status.hostIPs[0].ip', text(first, 'ip'), 'must be equal to `hostIP`'), ...errors];
}

/** As whom a container runs. */
function userErrors(status: JsonObject | undefined, key: string, os: string): FieldError[] {
  return items(status, key).flatMap((container, index) => {
    const user = at(container, 'user', 'linux');
    const here = `status.${key}[${index}].linux`;
    if (user === undefined) return [];
    if (os === 'windows') return [forbiddenValue(here, 'cannot be set for a windows pod')];
    const groups = field(user, 'supplementalGroups');
    return [
      ...['uid', 'gid'].flatMap((id) => inRange(user, id, here, 0, 2147483647)),
      ...(Array.isArray(groups) ? groups : []).flatMap((id, position) =>
        inRange({ id }, 'id', here, 0, 2147483647).map((error) => ({
          ...error,
          field: `${here}.supplementalGroups[${position}]`,
        })),
      ),
    ];
  });
}

const health = ['Healthy', 'Unhealthy', 'Unknown'];

/** How the devices fare that a container has. */
function healthErrors(
  status: JsonObject | undefined,
  key: string,
  containers: string | undefined,
  spec: JsonObject | undefined,
): FieldError[] {
  return items(status, key).flatMap((container, index) => {
    const here = `status.${key}[${index}].allocatedResourcesStatus`;
    const all = items(container, 'allocatedResourcesStatus');
    if (containers === undefined) {
      return all.length === 0 ? [] : [forbiddenValue(here, 'must not be specified in container status')];
    }
    const of = items(spec, containers).find((one) => text(one, 'name') === text(container, 'name'));
    return all.flatMap((resource, position) => [
      ...(of === undefined ? [] : allocatedErrors(of, text(resource, 'name'), `${here}[${position}].name`)),
      ...deviceErrors(resource, `${here}[${position}].resources`),
    ]);
  });
}

function allocatedErrors(container: JsonObject, name: string, path: string): FieldError[] {
  if (!name.startsWith('claim:')) {
    const isRequested = field(at(container, 'resources', 'requests'), name) !== undefined;
    return isRequested
      ? []
      : [invalidValue(path, new RawGoText(name), "must match one of the container's resource requests")];
  }
  const claims = items(at(container, 'resources'), 'claims').map((claim) => {
    const request = text(claim, 'request');
    return `claim:${text(claim, 'name')}${request === '' ? '' : `/${request}`}`;
  });
  const why =
    "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
  return claims.includes(name) ? [] : [invalidValue(path, new RawGoText(name), why)];
}

function deviceErrors(resource: JsonObject, path: string): FieldError[] {
  const ids = items(resource, 'resources').map((device) => text(device, 'resourceID'));
  return items(resource, 'resources').flatMap((device, index) => {
    const state = text(device, 'health');
    return [
      ...(health.includes(state) ? [] : [unsupportedValue(`${path}[${index}].health`, state, health)]),
      ...(ids.indexOf(ids[index] ?? '') < index ? [duplicateValue(`${path}[${index}].resourceID`, ids[index])] : []),
    ];
  });
}
