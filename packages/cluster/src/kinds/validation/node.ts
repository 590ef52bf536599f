import {
  deepEqual,
  duplicateValue,
  type FieldError,
  forbiddenValue,
  internalFieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateCidr,
  validateLabelValue,
} from '@opwright/machinery';
import { at, field, items, text, textEntries, texts } from '../tree.ts';
import { labelKeyErrors, textErrors } from './checks.ts';
import { goList, goStruct } from './go-values.ts';
import { TAINT_EFFECTS } from './pod/scheduling.ts';
import { amountErrors } from './resource-names.ts';

export function validateNode(node: JsonObject): FieldError[] {
  return [...taintErrors(node), ...amountsErrors(node), ...rangeErrors(texts(at(node, 'spec'), 'podCIDRs'))];
}

/** Messages place taints where they once were, in the metadata. */
function taintErrors(node: JsonObject): FieldError[] {
  const taints = items(at(node, 'spec'), 'taints');
  const identities = taints.map((taint) => `${text(taint, 'effect')} ${text(taint, 'key')}`);
  return taints.flatMap((taint, index) => {
    const path = `metadata.taints[${index}]`;
    const [value, effect] = [text(taint, 'value'), text(taint, 'effect')];
    const wrongValue = validateLabelValue(value).join(';');
    const isRepeated = identities.indexOf(identities[index]!) < index;
    return [
      ...labelKeyErrors(text(taint, 'key'), `${path}.key`),
      ...(wrongValue === '' ? [] : [invalidValue(`${path}.value`, value, wrongValue)]),
      ...effectErrors(effect, `${path}.effect`),
      ...(isRepeated ? [repeated(path)] : []),
    ];
  });
}

function effectErrors(effect: string, path: string): FieldError[] {
  if (effect === '') return [requiredValue(path)];
  return TAINT_EFFECTS.includes(effect) ? [] : [unsupportedValue(path, effect, TAINT_EFFECTS)];
}

function repeated(path: string): FieldError {
  const error = duplicateValue(path, goStruct('core.Taint'));
  return { ...error, message: `${error.message}: taints must be unique by key and effect pair` };
}

/** What a node has, and of that what pods may have. */
function amountsErrors(node: JsonObject): FieldError[] {
  return ['capacity', 'allocatable'].flatMap((key) =>
    textEntries(at(node, 'status', key)).flatMap(([name, amount]) =>
      amountErrors(name, amount, `status.${key}.${name}`),
    ),
  );
}

function rangeErrors(ranges: readonly string[]): FieldError[] {
  const path = 'spec.podCIDRs';
  const wrong = ranges.flatMap((range, index) => textErrors(range, `${path}[${index}]`, validateCidr));
  if (ranges.length < 2) return wrong;
  const families = new Set(ranges.map((range) => range.includes(':')));
  const bad = ranges.find((range) => validateCidr(range).length > 0);
  const repeats = ranges.flatMap((range, index) =>
    ranges.indexOf(range) < index ? [duplicateValue(`${path}[${index}]`, range)] : [],
  );
  const why = 'may specify no more than one CIDR for each IP family';
  const isDual = bad === undefined && families.size === 2;
  return [
    ...wrong,
    ...(bad === undefined ? [] : [notDual(path, bad)]),
    ...(isDual && ranges.length === 2 ? [] : [invalidValue(path, goList(ranges), why)]),
    ...repeats,
  ];
}

function notDual(path: string, range: string): FieldError {
  const why = `invalid CIDR[0]: <nil> (invalid CIDR address: ${range})`;
  return internalFieldError(path, `invalid PodCIDRs. failed to check with dual stack with error:${why}`);
}

/** Beside what a node may be: what it was given once, it keeps. */
export function validateNodeUpdate(node: JsonObject, old: JsonObject): FieldError[] {
  return [...changeErrors(node, old), ...taintErrors(node), ...amountsErrors(node)];
}

function changeErrors(node: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(node, 'spec'), at(old, 'spec')];
  const kept = (key: string, name: string): FieldError[] => {
    const was = field(before, key) ?? '';
    if (was === '' || (Array.isArray(was) && was.length === 0) || deepEqual(was, field(spec, key) ?? '')) return [];
    return [forbiddenValue(`spec.${key}`, `node updates may not change ${name} except from "" to valid`)];
  };
  const externalId = text(spec, 'externalID') === text(before, 'externalID');
  return [
    ...repeatedAddresses(items(at(node, 'status'), 'addresses')),
    ...kept('podCIDRs', 'podCIDR'),
    ...kept('providerID', 'providerID'),
    ...(externalId ? [] : [forbiddenValue('spec.externalID', 'may not be updated')]),
  ];
}

function repeatedAddresses(addresses: readonly JsonObject[]): FieldError[] {
  const identities = addresses.map((address) => JSON.stringify([text(address, 'type'), text(address, 'address')]));
  return identities.flatMap((identity, index) =>
    identities.indexOf(identity) < index
      ? [duplicateValue(`status.addresses[${index}]`, goStruct('core.NodeAddress'))]
      : [],
  );
}
