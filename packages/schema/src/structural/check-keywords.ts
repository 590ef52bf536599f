import { type FieldError, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '@opwright/machinery';
import { checkListType } from './check-list-type.ts';
import { checkRuleKeywords } from './check-rules.ts';
import { itemsOf, type LooseSchema, valuesOf } from './loose-schema.ts';
import type { StructuralSchema } from './schema.ts';

/** What the nodes above say about a node. */
interface Context {
  readonly isRoot: boolean;
  /** Inside the apiVersion, kind or metadata of an object. */
  readonly insideMeta: boolean;
  /** Why no default may stand here. */
  readonly forbiddenDefaults?: string;
}

/** The rules about single keywords, everywhere in a schema. */
export function checkKeywords(schema: StructuralSchema, path: string): FieldError[] {
  return checkNode(schema as LooseSchema, path, { isRoot: true, insideMeta: false });
}

const metaFields = ['apiVersion', 'kind', 'metadata'];

function checkNode(schema: LooseSchema, path: string, context: Context): FieldError[] {
  const inner: Context = { ...context, isRoot: false };
  const values = valuesOf(schema);
  const items = itemsOf(schema);
  const isObject = context.isRoot || schema['x-kubernetes-embedded-resource'] === true;

  const valueContext = inner.insideMeta
    ? { ...inner, forbiddenDefaults: 'inside additionalProperties applying to object metadata' }
    : inner;
  const fieldContext = (name: string): Context => {
    if (!isObject || !metaFields.includes(name)) return inner;
    return { ...inner, insideMeta: true, ...(context.isRoot && { forbiddenDefaults: `in top-level ${name}` }) };
  };
  const branches = (['allOf', 'oneOf', 'anyOf'] as const).flatMap((key) =>
    (schema[key] ?? []).flatMap((branch, index) => checkNode(branch, `${path}.${key}[${index}]`, inner)),
  );
  return [
    ...forbiddenKeywords(schema, path, context),
    ...(values ? checkNode(values, `${path}.additionalProperties`, valueContext) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
      checkNode(field, `${path}.properties[${name}]`, fieldContext(name)),
    ),
    ...(schema.not ? checkNode(schema.not, `${path}.not`, inner) : []),
    ...branches,
    ...(items ? checkNode(items, `${path}.items`, inner) : []),
    ...checkMapType(schema, path),
    ...checkListType(schema, path),
    ...checkRuleKeywords(schema, path),
  ];
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function forbiddenKeywords(schema: LooseSchema, path: string, context: Context): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (key: string, detail: string) => errors.push(forbiddenValue(`${path}.${key}`, detail));
  if (schema.type && !types.includes(schema.type)) errors.push(unsupportedValue(`${path}.type`, schema.type, types));
  if (schema.default !== undefined && schema.default !== null && context.forbiddenDefaults) {
    forbid('default', `must not be set ${context.forbiddenDefaults}`);
  }
  for (const key of ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const) {
    if (schema[key] !== undefined) forbid(key, `${key} is not supported`);
  }
  if (schema.type === 'null') forbid('type', 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(schema.items)) forbid('items', 'items must be a schema object and not an array');
  if (context.insideMeta && schema['x-kubernetes-embedded-resource']) {
    forbid('x-kubernetes-embedded-resource', 'must not be used inside of resource meta');
  }
  if (schema.uniqueItems) {
    forbid('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  }
  const hasProperties = Object.keys(schema.properties ?? {}).length > 0;
  if (hasProperties && schema.additionalProperties !== undefined && schema.additionalProperties !== true) {
    forbid('additionalProperties', 'additionalProperties and properties are mutual exclusive');
  }
  const preserve = schema['x-kubernetes-preserve-unknown-fields'];
  if (preserve === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, preserve, 'must be true or undefined'));
  }
  return errors;
}

function checkMapType(schema: LooseSchema, path: string): FieldError[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const errors: FieldError[] = [];
  const detail = 'must be object if x-kubernetes-map-type is specified';
  if (!schema.type) errors.push(requiredValue(`${path}.type`, detail));
  else if (schema.type !== 'object') errors.push(invalidValue(`${path}.type`, schema.type, detail));
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(unsupportedValue(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  return errors;
}
