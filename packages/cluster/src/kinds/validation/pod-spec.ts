import {
  compareQuantities,
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
  validatePortNumber,
  valueNotFound,
} from '@opwright/machinery';
import { isNative } from '../quota/pod-usage.ts';
import { asNumber, at, bool, field, int, items, text, texts } from '../tree.ts';
import { appArmorProfileErrors } from './app-armor.ts';

/** What is wrong with a PodSpec: of a pod, or of a template of one. */
export function podSpecErrors(spec: JsonObject, path: string): FieldError[] {
  const volumes = items(spec, 'volumes');
  const volumeNames = new Set(volumes.map((volume) => text(volume, 'name')));
  // Claims that a StatefulSet makes are volumes of its pods, too.
  const errors = [...volumeErrors(volumes, `${path}.volumes`)];
  const names = new Set<string>();
  const containers = items(spec, 'containers');
  if (containers.length === 0) errors.push(requiredValue(`${path}.containers`));
  errors.push(...containerListErrors(containers, `${path}.containers`, names, volumeNames));
  errors.push(...containerListErrors(items(spec, 'initContainers'), `${path}.initContainers`, names, volumeNames));
  errors.push(...oneOf(spec, 'restartPolicy', path, ['Always', 'OnFailure', 'Never']));
  errors.push(...oneOf(spec, 'dnsPolicy', path, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']));
  const deadline = field(spec, 'activeDeadlineSeconds');
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2147483647)) {
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'));
  }
  errors.push(...identityErrors(at(spec, 'securityContext'), `${path}.securityContext`));
  errors.push(
    ...appArmorProfileErrors(at(spec, 'securityContext', 'appArmorProfile'), `${path}.securityContext.appArmorProfile`),
  );
  const grace = int(spec, 'terminationGracePeriodSeconds');
  if (grace < 0) {
    errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than or equal to 0'));
  }
  return errors;
}

function volumeErrors(volumes: readonly JsonObject[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const here = `${path}[${index}]`;
    const name = text(volume, 'name');
    const sources = Object.keys(volume).filter((key) => key !== 'name' && field(volume, key) !== undefined);
    if (sources.length === 0) errors.push(requiredValue(here, 'must specify a volume type'));
    for (const source of sources.slice(1)) {
      const message = 'Forbidden: may not specify more than 1 volume type';
      errors.push({ field: `${here}.${source}`, reason: 'FieldValueForbidden', message });
    }
    if (name === '') errors.push(requiredValue(`${here}.name`));
    else for (const why of validateDns1123Label(name)) errors.push(invalidValue(`${here}.name`, name, why));
    errors.push(...tokenErrors(at(volume, 'projected'), `${here}.projected`));
    if (seen.has(name)) errors.push(duplicateValue(`${here}.name`, name));
    seen.add(name);
  }
  return errors;
}

/** Tokens that are projected have a place and last for a sensible time. */
function tokenErrors(projected: JsonObject | undefined, path: string): FieldError[] {
  return items(projected, 'sources').flatMap((source, index) => {
    const token = at(source, 'serviceAccountToken');
    if (token === undefined) return [];
    const here = `${path}.sources[${index}].serviceAccountToken.expirationSeconds`;
    const seconds = int(token, 'expirationSeconds');
    return [
      ...(seconds < 600 ? [invalidValue(here, seconds, 'may not specify a duration less than 10 minutes')] : []),
      ...(seconds > 2 ** 32
        ? [invalidValue(here, seconds, 'may not specify a duration larger than 2^32 seconds')]
        : []),
      ...(text(token, 'path') === '' ? [requiredValue(`${path}.path`)] : []),
    ];
  });
}

/** Ids of users and groups are 31 bits. */
function identityErrors(context: JsonObject | undefined, path: string): FieldError[] {
  const ids: [field: string, id: unknown][] = ['fsGroup', 'runAsUser', 'runAsGroup'].map((key) => [
    key,
    field(context, key),
  ]);
  const groups = field(context, 'supplementalGroups');
  if (Array.isArray(groups))
    ids.push(...groups.map((id, index) => [`supplementalGroups[${index}]`, id] as [string, unknown]));
  return ids
    .filter(([, id]) => {
      const number = asNumber(id) ?? 0;
      return number < 0 || number > 2147483647;
    })
    .map(([key, id]) => invalidValue(`${path}.${key}`, id, 'must be between 0 and 2147483647, inclusive'));
}

/** How a container is secured. */
function securityErrors(context: JsonObject | undefined, path: string): FieldError[] {
  const errors = identityErrors(context, path);
  const fixed = field(context, 'allowPrivilegeEscalation') === false;
  const cannot = (what: string) => {
    const detail = `cannot set \`allowPrivilegeEscalation\` to false and ${what}`;
    errors.push(invalidValue(path, new RawGoText('core.SecurityContext{}'), detail));
  };
  if (fixed && bool(context, 'privileged')) cannot('`privileged` to true');
  const added = texts(at(context, 'capabilities'), 'add');
  for (const name of added) if (fixed && name === 'CAP_SYS_ADMIN') cannot('`capabilities.Add` CAP_SYS_ADMIN');
  return [...errors, ...appArmorProfileErrors(at(context, 'appArmorProfile'), `${path}.appArmorProfile`)];
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

function containerListErrors(
  containers: readonly JsonObject[],
  path: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, container] of containers.entries()) {
    const here = `${path}[${index}]`;
    const name = text(container, 'name');
    errors.push(...nameErrors(name, `${here}.name`));
    const image = text(container, 'image');
    if (image === '') errors.push(requiredValue(`${here}.image`));
    else if (image !== image.trim()) {
      errors.push(invalidValue(`${here}.image`, image, 'must not have leading or trailing whitespace'));
    }
    errors.push(...portErrors(items(container, 'ports'), `${here}.ports`));
    errors.push(...environmentErrors(items(container, 'env'), `${here}.env`));
    errors.push(...mountErrors(items(container, 'volumeMounts'), `${here}.volumeMounts`, volumes));
    errors.push(...oneOf(container, 'imagePullPolicy', here, pullPolicies));
    errors.push(...resourceErrors(at(container, 'resources'), `${here}.resources`));
    errors.push(...securityErrors(at(container, 'securityContext'), `${here}.securityContext`));
    if (name !== '' && names.has(name)) errors.push(duplicateValue(`${here}.name`, name));
    names.add(name);
  }
  return errors;
}

function nameErrors(name: string, path: string): FieldError[] {
  if (name === '') return [requiredValue(path)];
  return validateDns1123Label(name).map((why) => invalidValue(path, name, why));
}

function portErrors(ports: readonly JsonObject[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const here = `${path}[${index}]`;
    const name = text(port, 'name');
    if (name !== '') {
      if (names.has(name)) errors.push(duplicateValue(`${here}.name`, name));
      names.add(name);
    }
    const number = int(port, 'containerPort');
    if (number === 0) errors.push(requiredValue(`${here}.containerPort`));
    else for (const why of validatePortNumber(number)) errors.push(invalidValue(`${here}.containerPort`, number, why));
    const hostPort = int(port, 'hostPort');
    if (hostPort !== 0) {
      for (const why of validatePortNumber(hostPort)) errors.push(invalidValue(`${here}.hostPort`, hostPort, why));
    }
    errors.push(...oneOf(port, 'protocol', here, ['SCTP', 'TCP', 'UDP']));
  }
  return errors;
}

function environmentErrors(variables: readonly JsonObject[], path: string): FieldError[] {
  return variables.flatMap((variable, index) => {
    const here = `${path}[${index}]`;
    if (text(variable, 'name') === '') return [requiredValue(`${here}.name`)];
    if (text(variable, 'value') !== '' && at(variable, 'valueFrom') !== undefined) {
      return [invalidValue(`${here}.valueFrom`, '', 'may not be specified when `value` is not empty')];
    }
    return [];
  });
}

function mountErrors(mounts: readonly JsonObject[], path: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const here = `${path}[${index}]`;
    const name = text(mount, 'name');
    const mountPath = text(mount, 'mountPath');
    if (name === '') errors.push(requiredValue(`${here}.name`));
    else if (!volumes.has(name)) errors.push(valueNotFound(`${here}.name`, name));
    if (mountPath === '') errors.push(requiredValue(`${here}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalidValue(`${here}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
  }
  return errors;
}

/** What is requested must fit into what is allowed; what cannot be shared must be just that. */
function resourceErrors(resources: JsonObject | undefined, path: string): FieldError[] {
  const limits = at(resources, 'limits');
  const requests = at(resources, 'requests') ?? {};
  const errors: FieldError[] = [];
  for (const [list, amounts] of [
    ['limits', limits ?? {}],
    ['requests', requests],
  ] as const) {
    for (const name of Object.keys(amounts)) {
      const amount = String(amounts[name]);
      if (compareQuantities(amount, '0') < 0) {
        errors.push(invalidValue(`${path}.${list}[${name}]`, amount, 'must be greater than or equal to 0'));
      }
    }
  }
  for (const name of Object.keys(requests).sort()) {
    const limit = field(limits, name);
    const request = String(requests[name]);
    const isExact = !isNative(name) || name.startsWith('hugepages-');
    if (limit === undefined) {
      const detail = 'Limit must be set for non overcommitable resources';
      if (isExact) errors.push(requiredValue(`${path}.limits`, detail));
      continue;
    }
    const order = compareQuantities(request, String(limit));
    const detail = `must be ${isExact ? '' : 'less than or '}equal to ${name} limit of ${limit}`;
    if (isExact ? order !== 0 : order > 0) errors.push(invalidValue(`${path}.requests`, request, detail));
  }
  return errors;
}

/** One of the values that an enumeration allows, below `path` ('' = the root). An empty value is the defaults' business. */
export function oneOf(
  object: JsonObject | undefined,
  key: string,
  path: string,
  supported: readonly string[],
): FieldError[] {
  const value = text(object, key);
  return value === '' || supported.includes(value)
    ? []
    : [unsupportedValue(path === '' ? key : `${path}.${key}`, value, supported)];
}
