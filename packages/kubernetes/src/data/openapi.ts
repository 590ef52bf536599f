import { type JsonObject, type JsonValue, splitApiVersion } from '@opwright/machinery';
import { type FieldJson, type StructJson, typesJson } from './types-json.ts';

type Schema = { [key: string]: JsonValue };

/**
 * The entry of a built-in type in `components.schemas` of an OpenAPI v3 document, as an API server serves it but for the
 * descriptions. Undefined for a name that no document has.
 */
export function openapiSchema(name: string): JsonObject | undefined {
  const types = typesJson();
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined) return undefined;
  if (type.fields === undefined) return type.openapi;
  return type.internal ? undefined : structSchema(name, type);
}

/** The names of the types that a schema refers to. */
export function openapiReferences(name: string): string[] {
  const fields = typesJson()[name]?.fields ?? [];
  return [...new Set(fields.map(([, text]) => baseType(text)).filter((text) => text.startsWith('io.')))];
}

function structSchema(name: string, type: StructJson): JsonObject {
  const required = type.fields.filter(([, , more]) => more?.required).map(([field]) => field);
  const sorted = [...type.fields].sort(([a], [b]) => (a < b ? -1 : 1));
  const kind = name.slice(name.lastIndexOf('.') + 1);
  const schema: Schema = { type: 'object' };
  if (required.length > 0) schema.required = required;
  schema.properties = Object.fromEntries(sorted.map(([field, text, more]) => [field, property(text, more ?? {})]));
  if (type.versions) {
    schema['x-kubernetes-group-version-kind'] = type.versions.map((apiVersion) => {
      const [group, version] = splitApiVersion(apiVersion);
      return { group, kind, version };
    });
  }
  if (type.map) schema['x-kubernetes-map-type'] = type.map;
  if (type.unions) schema['x-kubernetes-unions'] = type.unions;
  return schema;
}

function property(text: string, more: FieldJson): JsonObject {
  const pointer = text.startsWith('*');
  const schema = value(pointer ? text.slice(1) : text, more);
  if (more.default !== undefined) schema.default = more.default;
  else if (!pointer && more.always && schema.type !== undefined) withZero(schema);
  else if (!pointer && schema.allOf !== undefined && isStruct(text)) schema.default = {};
  if (more.list) schema['x-kubernetes-list-type'] = more.list;
  if (more.keys) schema['x-kubernetes-list-map-keys'] = more.keys;
  if (more.map) schema['x-kubernetes-map-type'] = more.map;
  if (more.patch) schema['x-kubernetes-patch-strategy'] = more.patch;
  if (more.mergeKey) schema['x-kubernetes-patch-merge-key'] = more.mergeKey;
  return schema;
}

function value(text: string, more: FieldJson): Schema {
  switch (text) {
    case 'string':
      return more.enum ? { type: 'string', enum: more.enum } : { type: 'string' };
    case '[]byte':
      return { type: 'string', format: 'byte' };
    case 'int32':
    case 'int64':
      return { type: 'integer', format: text };
    case 'float64':
      return { type: 'number', format: 'double' };
    case 'bool':
      return { type: 'boolean' };
    case 'object':
      return { type: 'object' };
  }
  if (text.startsWith('[]')) return { type: 'array', items: element(text.slice(2), more) };
  if (text.startsWith('map[string]')) {
    return { type: 'object', additionalProperties: element(text.slice('map[string]'.length), more) };
  }
  const reference = { $ref: `#/components/schemas/${text}` };
  return more.bare ? reference : { allOf: [reference] };
}

/** Items and values are always there: they carry Go's zero value. References are bare where the type has no zero. */
function element(text: string, more: FieldJson): Schema {
  const schema = value(text, more.enum ? { enum: more.enum } : {});
  if (schema.allOf !== undefined) {
    return isStruct(text) ? { ...schema, default: {} } : { $ref: `#/components/schemas/${text}` };
  }
  withZero(schema);
  return schema;
}

function withZero(schema: Schema): void {
  if (schema.type === 'string' && schema.format !== 'byte') schema.default = '';
  else if (schema.type === 'integer' || schema.type === 'number') schema.default = 0;
  else if (schema.type === 'boolean') schema.default = false;
}

/** A type whose zero value is {}: not one with a JSON form of its own. */
function isStruct(text: string): boolean {
  return typesJson()[text]?.fields !== undefined;
}

function baseType(text: string): string {
  return text.replace(/^(\*|\[\]|map\[string\])+/, '');
}
