import type { AnyNode, FieldNode, ListNode, MapNode, ScalarNode, StructNode, TypeNode } from '@opwright/machinery';
import { objectMetaType } from './object-meta.ts';
import type { StructuralSchema } from './schema.ts';

/**
 * The structure that a schema describes, for the walkers of machinery (decode, patch, server-side apply).
 *
 * @param options.root the schema is that of a whole resource: apiVersion, kind and metadata are implied
 */
export function typeNodeOf(schema: StructuralSchema, options: { readonly root?: boolean } = {}): TypeNode {
  return nodeOf(schema, { isRoot: options.root === true, isFreeForm: false });
}

interface Place {
  readonly isRoot: boolean;
  /** A part around it preserves unknown fields: to server-side apply everything below it does. */
  readonly isFreeForm: boolean;
}

function nodeOf(schema: StructuralSchema, place: Place): TypeNode {
  if (schema['x-kubernetes-int-or-string']) return scalar('intOrString', schema);
  const isFreeForm = place.isFreeForm || preserves(schema);
  switch (schema.type) {
    case 'object':
      return objectNode(schema, { ...place, isFreeForm });
    case 'array':
      return listNode(schema, isFreeForm);
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

/** Values of which nothing is said (`additionalProperties: true`): objects lose all they have. */
const nothingNode: StructNode = Object.freeze({
  node: 'struct',
  name: '',
  fields: new Map(),
  atomic: false,
  preserveUnknown: false,
  freeForm: true,
  embeddedResource: false,
});

function scalar(name: ScalarNode['scalar'], schema: StructuralSchema): ScalarNode {
  return Object.freeze({ node: 'scalar', scalar: name, ...(schema.enum && { enum: schema.enum }) });
}

const preserves = (schema: StructuralSchema) => schema['x-kubernetes-preserve-unknown-fields'] === true;

function listNode(schema: StructuralSchema, isFreeForm: boolean): ListNode {
  // The items of a list that preserves unknown fields keep theirs.
  const items = schema.items && preserves(schema) ? { ...schema.items, ...PRESERVING } : schema.items;
  return Object.freeze({
    node: 'list',
    item: items ? nodeOf(items, { isRoot: false, isFreeForm }) : anyNode,
    listType: schema['x-kubernetes-list-type'] ?? 'atomic',
    keys: schema['x-kubernetes-list-map-keys'] ?? [],
  });
}

const PRESERVING = { 'x-kubernetes-preserve-unknown-fields': true } as const;

function objectNode(schema: StructuralSchema, { isRoot, isFreeForm }: Place): StructNode | MapNode {
  const atomic = schema['x-kubernetes-map-type'] === 'atomic';
  const { additionalProperties, properties = {} } = schema;
  if (additionalProperties !== undefined && additionalProperties !== false && !schema.properties) {
    const value =
      additionalProperties === true ? nothingNode : nodeOf(additionalProperties, { isRoot: false, isFreeForm });
    return Object.freeze({ node: 'map', value, atomic });
  }
  const embeddedResource = schema['x-kubernetes-embedded-resource'] === true;
  const fields = new Map<string, FieldNode>();
  if (isRoot || embeddedResource) for (const field of typeMetaFields) fields.set(field.name, field);
  for (const [name, property] of Object.entries(properties)) {
    if (fields.has(name)) continue;
    fields.set(name, fieldNode(name, property, schema.required?.includes(name) ?? false, isFreeForm));
  }
  return Object.freeze({
    node: 'struct',
    name: '',
    fields,
    atomic,
    preserveUnknown: preserves(schema),
    freeForm: isFreeForm || fields.size === 0,
    embeddedResource,
  });
}

function fieldNode(name: string, schema: StructuralSchema, required: boolean, isFreeForm = false): FieldNode {
  return Object.freeze({
    name,
    type: nodeOf(schema, { isRoot: false, isFreeForm }),
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
