import { deepEqual, type FieldError, forbiddenValue, invalidValue, requiredValue } from '@opwright/machinery';
import { itemsOf, type LooseSchema, propertyOf, valuesOf } from './loose-schema.ts';
import { compileRegex } from './regex.ts';
import type { StructuralSchema } from './schema.ts';

type Level = 'root' | 'item' | 'field';

/** Whether a schema is structural: every value has a type outside of allOf, anyOf, oneOf and not. Sorted as the API server does. */
export function checkStructure(schema: StructuralSchema, path: string): FieldError[] {
  const loose = schema as LooseSchema;
  const errors = [...checkNode(loose, 'root', path), ...checkCompleteness(loose, loose, path, path)];
  return errors.sort((a, b) => compareText(`${a.field}: ${a.message}`, `${b.field}: ${b.message}`));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function checkNode(schema: LooseSchema, level: Level, path: string): FieldError[] {
  const items = itemsOf(schema);
  const values = valuesOf(schema);
  return [
    ...(schema.type === 'array' && schema.items === undefined
      ? [requiredValue(`${path}.items`, 'must be specified')]
      : []),
    ...(items ? checkNode(items, 'item', `${path}.items`) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
      checkNode(field, 'field', `${path}.properties[${name}]`),
    ),
    ...(schema.additionalProperties !== undefined && level === 'root'
      ? [forbiddenValue(`${path}.additionalProperties`, 'must not be used at the root')]
      : []),
    ...(values ? checkNode(values, 'field', `${path}.additionalProperties`) : []),
    ...checkExtensions(schema, path),
    ...checkJunctors(schema, path, isIntOrString(schema.anyOf), isIntOrString(schema.allOf?.[0]?.anyOf)),
    ...checkType(schema, level, path),
    ...checkMeta(schema, level, path),
  ];
}

function checkExtensions(schema: LooseSchema, path: string): FieldError[] {
  if (!schema['x-kubernetes-int-or-string']) return [];
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    .filter((key) => schema[key])
    .map((key) => invalidValue(`${path}.${key}`, true, 'must be false if x-kubernetes-int-or-string is true'));
}

const missingType = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
} as const;

function checkType(schema: LooseSchema, level: Level, path: string): FieldError[] {
  const { type = '' } = schema;
  const errors: FieldError[] = [];
  const isOpen = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? requiredValue(`${path}.type`, detail) : invalidValue(`${path}.type`, type, detail));
  } else if (type === '' && !isOpen && schema.$ref === undefined) {
    errors.push(requiredValue(`${path}.type`, missingType[level]));
  }
  if (schema['x-kubernetes-embedded-resource'] && schema.additionalProperties !== undefined) {
    errors.push(
      forbiddenValue(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'),
    );
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalidValue(`${path}.type`, type, 'must be object at the root'));
  }
  return errors;
}

/** apiVersion, kind and metadata of whole objects are Kubernetes' own. */
function checkMeta(schema: LooseSchema, level: Level, path: string): FieldError[] {
  const { properties = {} } = schema;
  const isObject = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
  const errors: FieldError[] = [];
  for (const name of ['kind', 'apiVersion']) {
    const field = properties[name];
    if (isObject && field && field.type !== 'string') {
      errors.push(invalidValue(`${path}.properties[${name}].type`, field.type ?? '', 'must be string'));
    }
  }
  const { metadata } = properties;
  if (metadata && isObject && metadata.type !== 'object') {
    errors.push(invalidValue(`${path}.properties[metadata].type`, metadata.type ?? '', 'must be object'));
  }
  if (metadata && level === 'root' && !isPlainMetadata(metadata)) {
    errors.push(
      forbiddenValue(
        `${path}.properties[metadata]`,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  }
  const isEmpty = !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0;
  if (schema['x-kubernetes-embedded-resource'] && isEmpty) {
    errors.push(
      requiredValue(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
  return errors;
}

function isPlainMetadata({ type: _type, default: _default, properties = {}, ...rest }: LooseSchema): boolean {
  const others = Object.keys(properties).filter((name) => name !== 'name' && name !== 'generateName');
  return others.length === 0 && Object.keys(rest).length === 0;
}

function isIntOrString(anyOf: readonly LooseSchema[] | undefined): boolean {
  return deepEqual(anyOf, [{ type: 'integer' }, { type: 'string' }]);
}

function checkJunctors(schema: LooseSchema, path: string, skipAnyOf: boolean, skipFirstAllOf: boolean): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema;
  const compiled = pattern ? compileRegex(pattern) : undefined;
  return [
    ...(skipAnyOf ? [] : anyOf.flatMap((branch, index) => checkBranch(branch, `${path}.anyOf[${index}]`))),
    ...allOf.flatMap((branch, index) => checkBranch(branch, `${path}.allOf[${index}]`, skipFirstAllOf && index === 0)),
    ...oneOf.flatMap((branch, index) => checkBranch(branch, `${path}.oneOf[${index}]`)),
    ...(not ? checkBranch(not, `${path}.not`) : []),
    ...(compiled && 'error' in compiled
      ? [invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${compiled.error}`)]
      : []),
  ];
}

/** The keys that a branch must not have, with the words for each. */
const forbiddenInBranch = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
] as const;

function checkBranch(branch: LooseSchema, path: string, skipAnyOf = false): FieldError[] {
  const items = itemsOf(branch);
  const { properties = {} } = branch;
  return [
    ...checkJunctors(branch, path, skipAnyOf, false),
    ...(items ? checkBranch(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, field]) => checkBranch(field, `${path}.properties[${name}]`)),
    ...forbiddenInBranch
      .filter(([key]) => branch[key] !== undefined && branch[key] !== false && branch[key] !== '')
      .map(([key, detail]) => forbiddenValue(`${path}.${key}`, detail)),
    ...(Object.hasOwn(properties, 'metadata')
      ? [forbiddenValue(`${path}.properties[metadata]`, 'must not be specified in a nested context')]
      : []),
  ];
}

/** What a branch restricts must exist outside of it. The API server looks at the branches of the root only. */
function checkCompleteness(branch: LooseSchema, schema: LooseSchema, schemaPath: string, path: string): FieldError[] {
  const { allOf = [], anyOf = [], oneOf = [], not } = branch;
  const below = (nested: LooseSchema, nestedPath: string) => checkNested(nested, schema, schemaPath, nestedPath);
  return [
    ...(not ? below(not, `${path}.not`) : []),
    ...allOf.flatMap((nested, index) => below(nested, `${path}.allOf[${index}]`)),
    ...anyOf.flatMap((nested, index) => below(nested, `${path}.anyOf[${index}]`)),
    ...oneOf.flatMap((nested, index) => below(nested, `${path}.oneOf[${index}]`)),
  ];
}

function checkNested(
  branch: LooseSchema,
  schema: LooseSchema | undefined,
  schemaPath: string,
  path: string,
): FieldError[] {
  if (!schema) return [requiredValue(schemaPath, `because it is defined in ${path}`)];
  const items = itemsOf(branch);
  return [
    ...checkCompleteness(branch, schema, schemaPath, path),
    ...(items ? checkNested(items, itemsOf(schema), `${schemaPath}.items`, `${path}.items`) : []),
    ...Object.entries(branch.properties ?? {}).flatMap(([name, field]) =>
      checkNested(field, propertyOf(schema, name), `${schemaPath}.properties[${name}]`, `${path}.properties[${name}]`),
    ),
  ];
}
