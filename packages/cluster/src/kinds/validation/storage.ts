import {
  deepEqual,
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  validateDns1123Subdomain,
  valueTooLong,
} from '@opwright/machinery';
import { at, field, items, text, textEntries, texts } from '../tree.ts';
import { labelKeyErrors, nonNegative, oneOf, presentOneOf, qualifiedNameErrors } from './checks.ts';
import { immutable } from './immutable.ts';

export function validateStorageClass(storageClass: JsonObject): FieldError[] {
  const provisioner = text(storageClass, 'provisioner');
  return [
    ...(provisioner === ''
      ? [requiredValue('provisioner')]
      : qualifiedNameErrors(provisioner.toLowerCase(), 'provisioner')),
    ...textEntries(at(storageClass, 'parameters')).flatMap(([name]) =>
      name === '' ? [invalidValue('parameters', name, 'field can not be empty.')] : [],
    ),
    ...oneOf(storageClass, 'reclaimPolicy', '', ['Delete', 'Retain']),
    ...presentOneOf(storageClass, 'volumeBindingMode', '', ['Immediate', 'WaitForFirstConsumer']),
    ...topologyErrors(items(storageClass, 'allowedTopologies')),
  ];
}

function topologyErrors(terms: readonly JsonObject[]): FieldError[] {
  const expressions = terms.map((term) => field(term, 'matchLabelExpressions'));
  return terms.flatMap((term, index) => {
    const path = `allowedTopologies[${index}].matchLabelExpressions`;
    // Kubernetes compares with as many empty terms as there are terms, too.
    const empties = isEmpty(expressions[index]) ? terms.length : 0;
    const before = expressions.slice(0, index).filter((other) => isSame(other, expressions[index])).length;
    return [
      ...items(term, 'matchLabelExpressions').flatMap((one, at, all) => requirementErrors(one, at, all, path)),
      ...Array.from({ length: empties + before }, () => duplicateValue(path, '')),
    ];
  });
}

function isEmpty(expressions: unknown): boolean {
  return expressions === undefined || (Array.isArray(expressions) && expressions.length === 0);
}

function isSame(a: unknown, b: unknown): boolean {
  return isEmpty(a) ? isEmpty(b) : deepEqual(a, b);
}

function requirementErrors(
  requirement: JsonObject,
  index: number,
  all: readonly JsonObject[],
  path: string,
): FieldError[] {
  const [key, values] = [text(requirement, 'key'), texts(requirement, 'values')];
  const here = `${path}[${index}]`;
  return [
    ...(values.length === 0 ? [requiredValue(`${here}.values`)] : []),
    ...values.flatMap((value, at) =>
      values.indexOf(value) < at ? [duplicateValue(`${here}.values[${at}]`, value)] : [],
    ),
    ...labelKeyErrors(key, `${here}.key`),
    ...(all.findIndex((one) => text(one, 'key') === key) < index ? [duplicateValue(`${here}.key`, key)] : []),
  ];
}

export function validateStorageClassUpdate(storageClass: JsonObject, old: JsonObject): FieldError[] {
  const changed = ['parameters', 'provisioner', 'reclaimPolicy'].filter(
    (key) => !deepEqual(field(storageClass, key), field(old, key)),
  );
  return [
    ...changed.map((key) => forbiddenValue(key, `updates to ${key} are forbidden.`)),
    ...immutable(storageClass, old, 'volumeBindingMode', ''),
  ];
}

const LONGEST_NODE_ID = 256;
const LONGEST_DRIVER_NAME = 63;

export function validateCSINode(node: JsonObject): FieldError[] {
  const drivers = items(at(node, 'spec'), 'drivers');
  const names = drivers.map((driver) => text(driver, 'name'));
  return drivers.flatMap((driver, index) => {
    const path = `spec.drivers[${index}]`;
    const [name, id] = [names[index] ?? '', text(driver, 'nodeID')];
    const tooLong = `must be ${LONGEST_NODE_ID} characters or less`;
    return [
      ...driverNameErrors(name, `${path}.name`),
      ...(id === '' ? [requiredValue(`${path}.nodeID`)] : []),
      ...(id.length > LONGEST_NODE_ID ? [invalidValue(`${path}.nodeID`, id, tooLong)] : []),
      ...nonNegative(at(driver, 'allocatable'), 'count', `${path}.allocatable`),
      ...(names.indexOf(name) < index ? [duplicateValue(`${path}.name`, name)] : []),
      ...texts(driver, 'topologyKeys').flatMap((key, at, keys) => [
        ...(key === '' ? [requiredValue(path)] : []),
        ...(keys.indexOf(key) < at ? [duplicateValue(path, key)] : []),
        ...qualifiedNameErrors(key, path),
      ]),
    ];
  });
}

function driverNameErrors(name: string, path: string): FieldError[] {
  return [
    ...(name === '' ? [requiredValue(path)] : []),
    ...(name.length > LONGEST_DRIVER_NAME ? [valueTooLong(path, LONGEST_DRIVER_NAME)] : []),
    ...validateDns1123Subdomain(name.toLowerCase()).map((why) => invalidValue(path, name, why)),
  ];
}
