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

/** One step of a path: a field, an index, a filter or all. */
export type PathStep = { readonly field: string } | { readonly items: string };

/**
 * The steps of a simple JSON path as printer columns use it: `.a.b`, `.a['b.c']`, `.a\.b`, `.a[0]`, `.a[*]`,
 * `.a[?(@.type=="Ready")].status`. Undefined when the text is not one.
 */
export function parsePath(path: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  let rest = path;
  while (rest !== '') {
    const field = /^\.((?:\\.|[^.[\]\\])+)/.exec(rest);
    const quoted = /^\.?\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\]/.exec(rest);
    const items = /^\[(\*|-?\d+|-?\d*:-?\d*(?::-?\d+)?|\?\((?:[^)"']|"[^"]*"|'[^']*')*\))\]/.exec(rest);
    const match = quoted ?? field ?? items;
    if (!match) return undefined;
    if (match === items) steps.push({ items: match[1] ?? '' });
    else steps.push({ field: (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1') });
    rest = rest.slice(match[0].length);
  }
  return steps.length > 0 ? steps : undefined;
}

/** The schema of what a path finds in an object of this root schema; undefined when there can be nothing. */
export function schemaAt(path: string, root: StructuralSchema): StructuralSchema | undefined {
  const steps = parsePath(path);
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
