import type { FieldNode, ListNode, MapNode, ScalarNode, StructNode, TypeNode } from '@opwright/machinery';
import { QUANTITY_PATTERN } from './quantity-pattern.ts';
import type { StructuralSchema } from './schema.ts';

/** How {@link schemaOfType} writes what a schema can say in several ways. */
export interface SchemaOfTypeOptions {
  /**
   * The schema of ObjectMeta inside the type (a pod template's metadata). A bare object, as controller-gen has it by default,
   * would be pruned to nothing.
   */
  readonly objectMeta: StructuralSchema;
}

/**
 * The structural schema of a built-in type, for embedding it in a custom resource: the inverse of `typeNodeOf`, as
 * controller-gen writes it, so without the values of enums (the built-in kind checks them when it gets the value).
 *
 * @throws {Error} that names the path of a type that contains itself
 */
export function schemaOfType(type: TypeNode, options: SchemaOfTypeOptions): StructuralSchema {
  return schemaOf(type, { options, path: '', structs: [] });
}

interface Context {
  readonly options: SchemaOfTypeOptions;
  readonly path: string;
  /** The structs around this place. */
  readonly structs: readonly StructNode[];
}

function schemaOf(type: TypeNode, context: Context): StructuralSchema {
  switch (type.node) {
    case 'struct':
      return type.name === 'ObjectMeta' ? context.options.objectMeta : structSchema(type, context);
    case 'map':
      return mapSchema(type, context);
    case 'list':
      return listSchema(type, context);
    case 'scalar':
      return scalars[type.scalar];
    case 'any':
      return type.name === 'JSON'
        ? { 'x-kubernetes-preserve-unknown-fields': true }
        : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
}

function structSchema(type: StructNode, context: Context): StructuralSchema {
  if (context.structs.includes(type)) {
    throw new Error(
      `${context.path}: ${type.name} contains itself; a structural schema cannot, use k.preserveUnknown()`,
    );
  }
  const structs = [...context.structs, type];
  const fields = [...type.fields.values()];
  const required = fields.filter((field) => field.required).map((field) => field.name);
  const properties = fields.map((field): [string, StructuralSchema] => [
    field.name,
    fieldSchema(field, { ...context, structs, path: `${context.path}.${field.name}` }),
  ]);
  return {
    type: 'object',
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required: required.sort() }),
    ...(type.atomic && { 'x-kubernetes-map-type': 'atomic' }),
  };
}

function fieldSchema(field: FieldNode, context: Context): StructuralSchema {
  const schema = schemaOf(field.type, context);
  const isScalar = field.type.node === 'scalar';
  return isScalar && field.default !== undefined ? { ...schema, default: field.default } : schema;
}

function mapSchema(type: MapNode, context: Context): StructuralSchema {
  return {
    type: 'object',
    additionalProperties: schemaOf(type.value, { ...context, path: `${context.path}{}` }),
    ...(type.atomic && { 'x-kubernetes-map-type': 'atomic' }),
  };
}

function listSchema(type: ListNode, context: Context): StructuralSchema {
  const items = schemaOf(type.item, { ...context, path: `${context.path}[]` });
  if (type.listType !== 'map') return { type: 'array', items, 'x-kubernetes-list-type': type.listType };
  return {
    type: 'array',
    items: type.keys.reduce(withKey, items),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': type.keys,
  };
}

/** In a custom resource a key must be required or have a default; where the built-in type has neither, its zero value is meant. */
function withKey(items: StructuralSchema, key: string): StructuralSchema {
  const property = items.properties?.[key];
  if (!property || property.default !== undefined || items.required?.includes(key)) return items;
  const zero = property.type === 'boolean' ? false : property.type === 'string' ? '' : 0;
  return { ...items, properties: { ...items.properties, [key]: { ...property, default: zero } } };
}

const intOrString = { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true } as const;

const scalars: Readonly<Record<ScalarNode['scalar'], StructuralSchema>> = {
  string: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  intOrString,
  quantity: { ...intOrString, pattern: QUANTITY_PATTERN },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  duration: { type: 'string' },
};
