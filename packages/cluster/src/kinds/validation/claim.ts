import {
  compareQuantities,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
} from '@opwright/machinery';
import { at, field, text, texts } from '../tree.ts';
import { NOT_POSITIVE, optionalName, presentOneOf, required } from './checks.ts';
import { goStruct } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';

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
