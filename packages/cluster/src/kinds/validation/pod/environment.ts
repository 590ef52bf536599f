import {
  compareQuantities,
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateConfigKey,
  validateDns1123Subdomain,
  validateEnvironmentName,
} from '@opwright/machinery';
import { at, field, items, text } from '../../tree.ts';
import { optionalName, qualifiedNameErrors, requiredName, textErrors } from '../checks.ts';

/* Variables of containers, and what they and volumes tell a container of its pod. */

export function environmentErrors(container: JsonObject, path: string): FieldError[] {
  return [
    ...items(container, 'env').flatMap((variable, index) => {
      const here = `${path}.env[${index}]`;
      return [
        ...requiredName(variable, 'name', here, validateEnvironmentName),
        ...valueFromErrors(variable, `${here}.valueFrom`),
      ];
    }),
    ...items(container, 'envFrom').flatMap((source, index) => envFromErrors(source, `${path}.envFrom`, index)),
  ];
}

/** Fields that variables can show. */
const variableFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

function valueFromErrors(variable: JsonObject, path: string): FieldError[] {
  const source = at(variable, 'valueFrom');
  if (source === undefined) return [];
  const [fieldRef, resource] = [at(source, 'fieldRef'), at(source, 'resourceFieldRef')];
  const [map, secret] = [at(source, 'configMapKeyRef'), at(source, 'secretKeyRef')];
  const errors: FieldError[] = [];
  if (fieldRef !== undefined) errors.push(...fieldRefErrors(fieldRef, `${path}.fieldRef`, variableFields));
  if (resource !== undefined) errors.push(...resourceRefErrors(resource, `${path}.resourceFieldRef`));
  if (map !== undefined) errors.push(...keyRefErrors(map, `${path}.configMapKeyRef`));
  if (secret !== undefined) errors.push(...keyRefErrors(secret, `${path}.secretKeyRef`));
  const count = [fieldRef, resource, map, secret].filter((one) => one !== undefined).length;
  const wrong = (why: string) => errors.push(invalidValue(path, '', why));
  if (count === 0) wrong('must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`');
  else if (text(variable, 'value') !== '') wrong('may not be specified when `value` is not empty');
  else if (count > 1) wrong('may not have more than one field specified at a time');
  return errors;
}

function keyRefErrors(reference: JsonObject, path: string): FieldError[] {
  return [
    ...textErrors(text(reference, 'name'), `${path}.name`, validateDns1123Subdomain),
    ...requiredName(reference, 'key', path, validateConfigKey),
  ];
}

function envFromErrors(source: JsonObject, path: string, index: number): FieldError[] {
  const here = `${path}[${index}]`;
  const kinds = ['configMapRef', 'secretRef'].filter((key) => at(source, key) !== undefined);
  const wrong = (why: string) => [invalidValue(path, '', why)];
  return [
    ...optionalName(source, 'prefix', here, validateEnvironmentName),
    // Names that are prefixes of generated ones may end in a dash, and so may these.
    ...kinds.flatMap((key) =>
      requiredName(at(source, key), 'name', `${here}.${key}`, (name) =>
        validateDns1123Subdomain(name.length > 1 ? name.replace(/-$/, 'a') : name),
      ),
    ),
    ...(kinds.length === 0 ? wrong('must specify one of: `configMapRef` or `secretRef`') : []),
    ...(kinds.length > 1 ? wrong('may not have more than one field specified at a time') : []),
  ];
}

/** Fields that have a name in the API, though not every place can show them. */
const labelledFields = [
  ...variableFields,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
];

/** A reference to a field of the pod. @param shown fields that the place can show, in order */
export function fieldRefErrors(reference: JsonObject, path: string, shown: readonly string[]): FieldError[] {
  const [version, name] = [text(reference, 'apiVersion'), text(reference, 'fieldPath')];
  if (version === '') return [requiredValue(`${path}.apiVersion`)];
  if (name === '') return [requiredValue(`${path}.fieldPath`)];
  const cannot = (why: string) => [invalidValue(`${path}.fieldPath`, name, `error converting fieldPath: ${why}`)];
  if (version !== 'v1') return cannot(`unsupported pod version: ${version}`);
  const [, map, key] = /^(.+?)\['(.*)'\]$/s.exec(name) ?? [];
  if (map === undefined || key === undefined) {
    if (!labelledFields.includes(name)) return cannot(`field label not supported: ${name}`);
    const found = name === 'spec.host' ? 'spec.nodeName' : name;
    return shown.includes(found) ? [] : [unsupportedValue(`${path}.fieldPath`, found, shown)];
  }
  if (map === 'metadata.annotations') return keyErrors(key.toLowerCase(), path);
  if (map === 'metadata.labels') return keyErrors(key, path);
  return cannot(`field label does not support subscript: ${name}`);
}

const keyErrors = qualifiedNameErrors;

const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const hugePages = /^(?:limits|requests)\.hugepages-/;

/** A reference to an amount of a container. @param named the container has to be named */
export function resourceRefErrors(reference: JsonObject, path: string, named = false): FieldError[] {
  const name = text(reference, 'resource');
  const errors: FieldError[] = [];
  if (named && text(reference, 'containerName') === '') errors.push(requiredValue(`${path}.containerName`));
  else if (name === '') errors.push(requiredValue(`${path}.resource`));
  else if (!resources.includes(name) && !hugePages.test(name)) {
    errors.push(unsupportedValue(`${path}.resource`, name, resources));
  }
  return [...errors, ...divisorErrors(name, String(field(reference, 'divisor') ?? '0'), `${path}.divisor`)];
}

const byteUnits = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** Amounts are shown in whole units of some sizes. */
function divisorErrors(resource: string, divisor: string, path: string): FieldError[] {
  if (compareQuantities(divisor, '0') === 0) return [];
  const wrong = (units: string, of: string) => [
    invalidValue(path, resource, `only divisor's values ${units} are supported with the ${of} resource`),
  ];
  if (/^(?:limits|requests)\.cpu$/.test(resource)) {
    return divisor === '1m' || divisor === '1' ? [] : wrong('1m and 1', 'cpu');
  }
  const [, kind] = /^(?:limits|requests)\.(memory$|ephemeral-storage$|hugepages(?=-))/.exec(resource) ?? [];
  if (kind === undefined || byteUnits.includes(divisor)) return [];
  return wrong(byteUnits.join(', '), kind === 'ephemeral-storage' ? 'local ephemeral storage' : kind);
}
