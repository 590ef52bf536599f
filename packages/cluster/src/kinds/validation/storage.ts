import {
  deepEqual,
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
} from '@opwright/machinery';
import { at, field, items, text, textEntries, texts } from '../tree.ts';
import { labelKeyErrors, oneOf, presentOneOf, qualifiedNameErrors } from './checks.ts';
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
