import { deepFreeze, mutableCopy } from '@opwright/machinery';
import type { StructuralSchema } from '../structural/schema.ts';

/**
 * A JSON Schema as other tools write it (drafts 4 to 2020-12), or a structural schema. What says the same in a
 * structural schema is translated; what cannot be said there is an error.
 */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Said about a schema, not about values. */
const ignored = new Set(['$schema', '$id', '$comment', '$defs', 'definitions', 'deprecated', 'readOnly', 'writeOnly']);

/** The same in both. */
const copied = new Set(
  `default description enum example externalDocs format maxItems maxLength maxProperties maximum minItems minLength
  minProperties minimum multipleOf nullable pattern required title x-kubernetes-embedded-resource
  x-kubernetes-int-or-string x-kubernetes-list-map-keys x-kubernetes-list-type x-kubernetes-map-type
  x-kubernetes-preserve-unknown-fields x-kubernetes-validations`.split(/\s+/),
);

interface Context {
  readonly root: JsonSchema;
  readonly path: string;
  /** The references being followed, to find recursion. */
  readonly references: readonly string[];
}

/**
 * Translates a JSON Schema to a structural schema: local references are inlined, numeric exclusive bounds become boolean,
 * `const` and `null` become `enum` and `nullable`, `uniqueItems` becomes a set, `additionalProperties: false` goes (the
 * server prunes unknown fields). Throws an Error that names the path of what has no equivalent.
 */
export function fromJsonSchema(schema: JsonSchema): StructuralSchema {
  return translate(schema, { root: schema, path: '#', references: [] });
}

type Entries = readonly (readonly [keyword: string, value: unknown])[];

function translate(schema: JsonSchema, context: Context): StructuralSchema {
  if (typeof schema.$ref === 'string') return followReference(schema, schema.$ref, context);
  const entries = Object.entries(schema).flatMap(([keyword, value]): Entries => {
    if (ignored.has(keyword)) return [];
    if (copied.has(keyword)) return [[keyword, deepFreeze(mutableCopy(value))]];
    return translateKeyword(keyword, value, context);
  });
  return Object.freeze(Object.fromEntries(entries)) as StructuralSchema;
}

function translateKeyword(keyword: string, value: unknown, context: Context): Entries {
  const below = (child: unknown, ...steps: string[]) =>
    translate(asSchema(child, context, steps), at(context, ...steps));
  switch (keyword) {
    case 'type':
      return translateType(value, context);
    case 'const':
      return [['enum', Object.freeze([value])]];
    case 'examples':
      return Array.isArray(value) && value.length > 0 ? [['example', value[0]]] : [];
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      if (typeof value === 'boolean') return [[keyword, value]];
      return [
        [keyword, true],
        [keyword === 'exclusiveMinimum' ? 'minimum' : 'maximum', value],
      ];
    case 'uniqueItems':
      return value === true ? [['x-kubernetes-list-type', 'set']] : [];
    case 'properties':
      return [[keyword, mapValues(value, (child, name) => below(child, keyword, name))]];
    case 'items':
    case 'not':
      return [[keyword, below(value, keyword)]];
    case 'additionalProperties':
      if (value === false) return [];
      return value === true ? [['x-kubernetes-preserve-unknown-fields', true]] : [[keyword, below(value, keyword)]];
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return [[keyword, Object.freeze((value as unknown[]).map((child, index) => below(child, keyword, `${index}`)))]];
    default:
      throw new Error(
        `${context.path}: the JSON Schema keyword ${keyword} has no equivalent in a structural schema; remove it, say it as a CEL rule, or use k.preserveUnknown()`,
      );
  }
}

function mapValues(value: unknown, translateValue: (child: unknown, name: string) => StructuralSchema): unknown {
  return Object.freeze(
    Object.fromEntries(Object.entries(value as object).map(([name, child]) => [name, translateValue(child, name)])),
  );
}

function translateType(value: unknown, context: Context): Entries {
  if (!Array.isArray(value)) return [['type', value]];
  const types = value.filter((type) => type !== 'null');
  const nullable: Entries = types.length < value.length ? [['nullable', true]] : [];
  if (types.length === 1) return [['type', types[0]], ...nullable];
  if (types.length === 2 && types.includes('integer') && types.includes('string')) {
    return [['x-kubernetes-int-or-string', true], ...nullable];
  }
  throw new Error(
    `${context.path}: a structural schema has one type, not ${value.join(', ')}; use x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields`,
  );
}

function followReference(schema: JsonSchema, reference: string, context: Context): StructuralSchema {
  if (context.references.includes(reference)) {
    throw new Error(
      `${context.path}: ${reference} refers to itself; a structural schema cannot be recursive, use k.preserveUnknown() at some depth`,
    );
  }
  const target = reference.startsWith('#') ? resolvePointer(context.root, reference.slice(1)) : undefined;
  if (target === undefined) {
    throw new Error(
      `${context.path}: ${reference} does not exist in this schema; only local references can be inlined`,
    );
  }
  const { $ref: _reference, ...siblings } = schema;
  return translate({ ...target, ...siblings }, { ...context, references: [...context.references, reference] });
}

function resolvePointer(root: JsonSchema, pointer: string): JsonSchema | undefined {
  let current: unknown = root;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return typeof current === 'object' && current !== null ? (current as JsonSchema) : undefined;
}

function asSchema(value: unknown, context: Context, steps: readonly string[]): JsonSchema {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonSchema;
  throw new Error(`${at(context, ...steps).path}: must be a schema, not ${JSON.stringify(value)}`);
}

function at(context: Context, ...steps: string[]): Context {
  return { ...context, path: [context.path, ...steps].join('/') };
}
