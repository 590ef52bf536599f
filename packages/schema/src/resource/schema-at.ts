import { parseFieldPath } from '../structural/field-path.ts';
import type { StructuralSchema } from '../structural/schema.ts';

const text: StructuralSchema = { type: 'string' };
const timestamp: StructuralSchema = { type: 'string', format: 'date-time' };
const integer: StructuralSchema = { type: 'integer', format: 'int64' };
const texts: StructuralSchema = { type: 'object', additionalProperties: text };

/** What a path below metadata finds: every object has it, no CRD says it. */
const metadata: StructuralSchema = {
  type: 'object',
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    uid: text,
    resourceVersion: text,
    generation: integer,
    creationTimestamp: timestamp,
    deletionTimestamp: timestamp,
    deletionGracePeriodSeconds: integer,
    labels: texts,
    annotations: texts,
    finalizers: { type: 'array', items: text },
    ownerReferences: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          apiVersion: text,
          kind: text,
          name: text,
          uid: text,
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
  },
};

/** The schema of what a path finds in an object of this root schema; undefined when there can be nothing. */
export function schemaAt(path: string, root: StructuralSchema): StructuralSchema | undefined {
  const steps = parseFieldPath(path);
  if (!steps) return undefined;
  let schema: StructuralSchema | undefined = { ...root, properties: { ...root.properties, metadata } };
  for (const step of steps) {
    if (schema === undefined) return undefined;
    if (isOpen(schema)) return {};
    schema = 'field' in step ? fieldSchema(schema, step.field) : schema.items;
  }
  return schema;
}

function fieldSchema(schema: StructuralSchema, field: string): StructuralSchema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, field)) return schema.properties[field];
  if (schema['x-kubernetes-preserve-unknown-fields']) return {};
  if (schema.additionalProperties === true) return {};
  return schema.additionalProperties || undefined;
}

/** Anything can stand below it. */
function isOpen(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true && schema.properties === undefined;
}
