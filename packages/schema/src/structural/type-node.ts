import type { AnyNode, FieldNode, ListNode, MapNode, ScalarNode, StructNode, TypeNode } from '@opwright/machinery';
import { objectMetaType } from './object-meta.ts';
import type { StructuralSchema } from './schema.ts';

/**
 * The structure that a schema describes, for the walkers of machinery (decode, patch, server-side apply).
 *
 * @param options.root the schema is that of a whole resource: apiVersion, kind and metadata are implied
 */
export function typeNodeOf(schema: StructuralSchema, options: { readonly root?: boolean } = {}): TypeNode {
  if (schema['x-kubernetes-int-or-string']) return scalar('intOrString', schema);
  switch (schema.type) {
    case 'object':
      return objectNode(schema, options.root === true);
    case 'array':
      return listNode(schema);
    case 'integer':
      return scalar(schema.format === 'int32' || schema.format === 'int64' ? schema.format : 'integer', schema);
    case 'string':
    case 'number':
    case 'boolean':
      return scalar(schema.type, schema);
    default:
      return anyNode;
  }
}

const anyNode: AnyNode = Object.freeze({ node: 'any', name: '' });

function scalar(name: ScalarNode['scalar'], schema: StructuralSchema): ScalarNode {
  return Object.freeze({ node: 'scalar', scalar: name, ...(schema.enum && { enum: schema.enum }) });
}

function listNode(schema: StructuralSchema): ListNode {
  return Object.freeze({
    node: 'list',
    item: schema.items ? typeNodeOf(schema.items) : anyNode,
    listType: schema['x-kubernetes-list-type'] ?? 'atomic',
    keys: schema['x-kubernetes-list-map-keys'] ?? [],
  });
}

function objectNode(schema: StructuralSchema, isRoot: boolean): StructNode | MapNode {
  const atomic = schema['x-kubernetes-map-type'] === 'atomic';
  const { additionalProperties, properties = {} } = schema;
  if (additionalProperties !== undefined && additionalProperties !== false && !schema.properties) {
    const value = additionalProperties === true ? anyNode : typeNodeOf(additionalProperties);
    return Object.freeze({ node: 'map', value, atomic });
  }
  const embeddedResource = schema['x-kubernetes-embedded-resource'] === true;
  const fields = new Map<string, FieldNode>();
  if (isRoot || embeddedResource) for (const field of typeMetaFields) fields.set(field.name, field);
  for (const [name, property] of Object.entries(properties)) {
    if (fields.has(name)) continue;
    fields.set(name, fieldNode(name, property, schema.required?.includes(name) ?? false));
  }
  return Object.freeze({
    node: 'struct',
    name: '',
    fields,
    atomic,
    preserveUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    embeddedResource,
  });
}

function fieldNode(name: string, schema: StructuralSchema, required: boolean): FieldNode {
  return Object.freeze({
    name,
    type: typeNodeOf(schema),
    required,
    whenAbsent: 'omit',
    pointer: true,
    nullable: schema.nullable === true,
    ...(schema.default !== undefined && { default: schema.default }),
    patchStrategy: [],
  });
}

const text: StructuralSchema = { type: 'string' };
const typeMetaFields: readonly FieldNode[] = [
  fieldNode('apiVersion', text, true),
  fieldNode('kind', text, true),
  Object.freeze({ ...fieldNode('metadata', { type: 'object' }, false), type: objectMetaType }),
];
