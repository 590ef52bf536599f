import {
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  tooManyItems,
} from '@opwright/machinery';
import { at, text } from '../../tree.ts';

/*
 * What is wrong with the parts of a version beside its schema.
 */

const paths = [
  ['specReplicasPath', '.spec'],
  ['statusReplicasPath', '.status'],
] as const;

export function scaleErrors(scale: JsonObject | undefined, path: string): FieldError[] {
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  for (const [key, root] of paths) {
    const value = text(scale, key);
    if (value === '') errors.push(requiredValue(`${path}.${key}`));
    else errors.push(...jsonPathErrors(value, `${path}.${key}`, [root]));
  }
  const selector = text(scale, 'labelSelectorPath');
  if (selector !== '') errors.push(...jsonPathErrors(selector, `${path}.labelSelectorPath`, ['.spec', '.status']));
  return errors;
}

function jsonPathErrors(value: string, path: string, roots: readonly string[]): FieldError[] {
  if (!/^(\.[A-Za-z_][\w-]*|\['[^']+'\])+$/.test(value) || !value.startsWith('.')) {
    return [invalidValue(path, value, 'must be a simple json path starting with .')];
  }
  if (roots.some((root) => value.startsWith(`${root}.`))) return [];
  return [
    invalidValue(
      path,
      value,
      `should be a json path under ${roots.length === 1 ? roots[0] : 'either .spec or .status'}`,
    ),
  ];
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export function columnErrors(column: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (text(column, 'name') === '') errors.push(requiredValue(`${path}.name`));
  if (text(column, 'type') === '')
    errors.push(requiredValue(`${path}.type`, `must be one of ${columnTypes.join(',')}`));
  else if (!columnTypes.includes(text(column, 'type'))) {
    errors.push(invalidValue(`${path}.type`, text(column, 'type'), `must be one of ${columnTypes.join(',')}`));
  }
  const format = text(column, 'format');
  if (format !== '' && !columnFormats.includes(format)) {
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  const jsonPath = text(column, 'jsonPath');
  if (jsonPath === '') errors.push(requiredValue(`${path}.JSONPath`));
  else if (!jsonPath.startsWith('.')) {
    errors.push(invalidValue(`${path}.JSONPath`, jsonPath, 'must be a simple json path starting with .'));
  }
  return errors;
}

/** Fields to select by have to be in the schema. */
export function selectableErrors(fields: readonly JsonObject[], schema: JsonObject, path: string): FieldError[] {
  const paths = fields.map((each) => text(each, 'jsonPath'));
  const count = new Set(paths).size;
  return [
    ...paths.flatMap((jsonPath, index) =>
      selectablePathErrors(jsonPath, schema, `${path}[${index}].jsonPath`, paths.indexOf(jsonPath) < index),
    ),
    ...(count > MOST_SELECTABLE ? [tooManyItems(path, count, MOST_SELECTABLE)] : []),
  ];
}

const MOST_SELECTABLE = 8;

function selectablePathErrors(jsonPath: string, schema: JsonObject, path: string, isRepeated: boolean): FieldError[] {
  if (jsonPath === '') return [requiredValue(path)];
  const keys = jsonPath.split('.').slice(1);
  let found: JsonObject | undefined = schema;
  for (const key of keys) found = at(found, 'properties', key);
  if (found === undefined) {
    return [invalidValue(path, jsonPath, 'is an invalid path: does not refer to a valid field')];
  }
  const why =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [
    ...(keys[0] === 'metadata' ? [invalidValue(path, jsonPath, 'must not point to fields in metadata')] : []),
    ...(['string', 'boolean', 'integer'].includes(text(found, 'type')) ? [] : [invalidValue(path, jsonPath, why)]),
    ...(isRepeated ? [duplicateValue(path, jsonPath)] : []),
  ];
}
