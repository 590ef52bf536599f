import {
  compareQuantities,
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  quantityAsInteger,
  RawGoText,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
} from '@opwright/machinery';
import { isNative } from '../quota/pod-usage.ts';
import { at, field, text, textEntries, texts } from '../tree.ts';
import { NOT_POSITIVE, optionalName, presentOneOf, qualifiedNameErrors, required } from './checks.ts';
import { goStruct } from './go-values.ts';
import { immutable } from './immutable.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { amountErrors } from './resource-names.ts';

/** What is wrong with the spec of a PersistentVolumeClaim: of one, or of a template of one. */
export function claimSpecErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const storage = field(at(spec, 'resources', 'requests'), 'storage');
  const errors: FieldError[] = [];
  if (texts(spec, 'accessModes').length === 0) {
    errors.push(requiredValue(`${path}.accessModes`, 'at least 1 access mode is required'));
  }
  errors.push(...labelSelectorErrors(at(spec, 'selector'), `${path}.selector`));
  errors.push(...accessModeErrors(spec, path));
  if (storage === undefined) errors.push(requiredValue(`${path}.resources[storage]`));
  else if (compareQuantities(String(storage), '0') <= 0) {
    errors.push(invalidValue(`${path}.resources[storage]`, String(storage), NOT_POSITIVE));
  }
  return [
    ...errors,
    ...optionalName(spec, 'storageClassName', path),
    ...presentOneOf(spec, 'volumeMode', path, VOLUME_MODES),
    ...dataSourceErrors(spec, path),
  ];
}

export const VOLUME_MODES = ['Block', 'Filesystem'];

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Ways in which a volume can be used; by one pod alone or in other ways. */
export function accessModeErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const here = `${path}.accessModes`;
  const modes = texts(spec, 'accessModes');
  const known = modes.filter((mode) => accessModes.includes(mode));
  const errors = modes
    .filter((mode) => !accessModes.includes(mode))
    .map((mode) => unsupportedValue(here, mode, accessModes));
  const isMixed = known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod');
  if (isMixed) errors.push(forbiddenValue(here, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

/** What a volume is filled with; the older of both fields says the same where both are. */
function dataSourceErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const [source, reference] = [at(spec, 'dataSource'), at(spec, 'dataSourceRef')];
  const errors = [
    ...(source === undefined ? [] : sourceErrors(source, `${path}.dataSource`)),
    ...(reference === undefined ? [] : sourceErrors(reference, `${path}.dataSourceRef`)),
    ...optionalName(reference, 'namespace', `${path}.dataSourceRef`, validateDns1123Label),
  ];
  if (source === undefined || reference === undefined) return errors;
  const wrong = (why: string) => [...errors, invalidValue(path, goStruct('field.Path'), why)];
  if (text(reference, 'namespace') !== '')
    return wrong('may not be specified when dataSourceRef.namespace is specified');
  const isSame = ['apiGroup', 'kind', 'name'].every((key) => field(source, key) === field(reference, key));
  return isSame ? errors : wrong('must match dataSourceRef');
}

function sourceErrors(source: JsonObject, path: string): FieldError[] {
  const [group, kind] = [text(source, 'apiGroup'), text(source, 'kind')];
  const isForeign = group === '' && kind !== 'PersistentVolumeClaim';
  const why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
  return [
    ...required(source, 'name', path),
    ...required(source, 'kind', path),
    ...(isForeign ? [invalidValue(path, kind, why)] : []),
    ...optionalName(source, 'apiGroup', path),
  ];
}

export function validatePersistentVolumeClaim(claim: JsonObject): FieldError[] {
  return claimSpecErrors(at(claim, 'spec'), 'spec');
}

const STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The difference that Kubernetes prints after a message is left out. */
export function validatePersistentVolumeClaimUpdate(claim: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(claim, 'spec'), at(old, 'spec')];
  const [name, oldName] = [claim, old].map((of) => field(at(of, 'metadata', 'annotations'), STORAGE_CLASS));
  const isMoved =
    oldName !== undefined &&
    field(before, 'storageClassName') === undefined &&
    field(spec, 'storageClassName') === oldName &&
    (name === undefined || name === oldName);
  const errors = validatePersistentVolumeClaim(claim);
  if (!isMoved && (name ?? '') !== (oldName ?? '')) {
    errors.push(invalidValue(`metadata.annotations.${STORAGE_CLASS}`, name ?? '', 'field is immutable'));
  }
  const isBound = text(at(claim, 'status'), 'phase') === 'Bound';
  // A default class may come late.
  const fitsOld = isMoved || oldName === undefined || field(spec, 'storageClassName') === oldName;
  const classFree = field(before, 'storageClassName') === undefined && fitsOld;
  const fixed = (of: JsonObject | undefined) => fixedPart(of, before, isBound, classFree);
  if (!deepEqual(fixed(spec), fixed(before))) {
    const why =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbiddenValue('spec', why));
  }
  const storage = (of: JsonObject | undefined) => String(field(at(of, 'resources', 'requests'), 'storage') ?? 0);
  const capacity = String(field(at(old, 'status', 'capacity'), 'storage') ?? 0);
  const isLess = compareQuantities(storage(spec), storage(before)) < 0;
  if (isLess && compareQuantities(storage(spec), capacity) <= 0) {
    errors.push(forbiddenValue('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  return [...errors, ...immutable(spec, before, 'volumeMode', '')];
}

/** A spec without what the binder and the owner of a claim may still change. */
function fixedPart(
  of: JsonObject | undefined,
  before: JsonObject | undefined,
  isBound: boolean,
  classFree: boolean,
): JsonObject {
  const free = [
    ...(text(before, 'volumeName') === '' ? ['volumeName'] : []),
    ...(classFree ? ['storageClassName'] : []),
    ...(isBound ? ['volumeAttributesClassName'] : []),
  ];
  const rest = Object.fromEntries(Object.entries(of ?? {}).filter(([key]) => !free.includes(key)));
  if (!isBound) return rest;
  const resources = at(of, 'resources') ?? {};
  const { storage: _storage, ...requests } = at(resources, 'requests') ?? {};
  return { ...rest, resources: { ...resources, requests } };
}

const resizeStates = [
  ...['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible'],
  'NodeResizePending',
].sort();

export function validatePersistentVolumeClaimStatusUpdate(claim: JsonObject): FieldError[] {
  const status = at(claim, 'status');
  const states = 'status.allocatedResourceStatus';
  return [
    ...textEntries(at(status, 'capacity')).flatMap(([name, amount]) => basicErrors(amount, `status.capacity[${name}]`)),
    ...textEntries(at(status, 'allocatedResourceStatuses')).flatMap(([name, state]) => [
      ...claimResourceErrors(name, states),
      ...(resizeStates.includes(state) ? [] : [unsupportedValue(states, new RawGoText(name), resizeStates)]),
    ]),
    ...textEntries(at(status, 'allocatedResources')).flatMap(([name, amount]) => {
      const errors = claimResourceErrors(name, 'status.allocatedResources');
      if (errors.length > 0) return errors;
      const path = `status.allocatedResources[${name}]`;
      const basic = basicErrors(amount, path);
      return basic.length > 0 ? basic : amountErrors('storage', amount, path);
    }),
  ];
}

function claimResourceErrors(name: string, path: string): FieldError[] {
  const errors = qualifiedNameErrors(name, path);
  if (errors.length > 0 || !isNative(name) || name === 'storage') return errors;
  return [unsupportedValue(path, name, ['storage'])];
}

/** An amount that is not below nothing, once it is rounded. */
export function basicErrors(amount: string, path: string): FieldError[] {
  const value = quantityAsInteger(amount);
  return value < 0n ? [invalidValue(path, Number(value), 'must be a valid resource quantity')] : [];
}
