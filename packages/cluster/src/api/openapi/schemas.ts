import { openapiReferences, openapiSchema } from '@opwright/kubernetes/data';
import type { JsonObject, JsonValue } from '@opwright/machinery';
import type { ServedKind } from '../../kinds/kind.ts';
import { isJsonObject } from '../../kinds/tree.ts';
import { metaV1, reference, schemaName } from './names.ts';

/**
 * Every schema that the document's paths refer to, directly or through others, sorted by name.
 *
 * @param change what is shown of a schema of Kubernetes
 */
export function referencedSchemas(
  paths: JsonObject,
  own: ReadonlyMap<string, JsonObject>,
  change: (schema: JsonObject) => JsonObject = (schema) => schema,
): JsonObject {
  const found = new Map<string, JsonObject>();
  const pending = [...referencesIn(paths)];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    const schema = own.get(name) ?? openapiSchema(name);
    if (schema === undefined) continue;
    found.set(name, own.has(name) ? schema : change(schema));
    pending.push(...(own.has(name) ? referencesIn(schema) : openapiReferences(name)));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const prefix = '#/components/schemas/';

function referencesIn(value: JsonValue | undefined, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) referencesIn(item, found);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      const entry = value[key];
      if (key === '$ref' && typeof entry === 'string') found.add(entry.slice(prefix.length));
      else referencesIn(entry, found);
    }
  }
  return found;
}

/** The schemas of a custom resource and of its list. */
export function customSchemas(
  kind: ServedKind,
  schema: JsonObject | undefined,
): readonly (readonly [string, JsonObject])[] {
  const open: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const root = withObjectProperties(embedded(schema ?? open));
  const name = schemaName(kind);
  const listName = schemaName({ ...kind, kind: kind.listKind });
  const properties = {
    ...typeProperties,
    items: { type: 'array', items: reference(name) },
    metadata: { allOf: [reference(`${metaV1}.ListMeta`)] },
  };
  const list: JsonObject = {
    type: 'object',
    required: ['items'],
    properties,
    ...about({ ...kind, kind: kind.listKind }),
  };
  return [
    [name, { ...root, ...about(kind) }],
    [listName, list],
  ];
}

const typeProperties: JsonObject = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

function about({ group, version, kind, selectableFields }: ServedKind): JsonObject {
  return {
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
    'x-kubernetes-selectable-fields': selectableFields.map((fieldPath) => ({ fieldPath })),
  };
}

/** What a definition says of these two beside their description does not count. */
function typeProperty(own: JsonValue | undefined): JsonObject {
  return {
    ...(isJsonObject(own) && own.description !== undefined && { description: own.description }),
    type: 'string',
  };
}

function withObjectProperties(schema: JsonObject): JsonObject {
  const own = isJsonObject(schema.properties) ? schema.properties : {};
  const metadata = isJsonObject(own.metadata) ? own.metadata : undefined;
  const properties = {
    ...own,
    apiVersion: typeProperty(own.apiVersion),
    kind: typeProperty(own.kind),
    metadata: {
      ...(typeof metadata?.description === 'string' && { description: metadata.description }),
      allOf: [reference(`${metaV1}.ObjectMeta`)],
    },
  };
  return { ...schema, properties };
}

/** Embedded resources have apiVersion, kind and metadata without saying so. */
function embedded(schema: JsonObject): JsonObject {
  const { example: _, ...result }: { [key: string]: JsonValue | undefined } = schema;
  if (isJsonObject(schema.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, embeddedProperty(property)]),
    );
  }
  for (const key of ['items', 'additionalProperties']) {
    if (isJsonObject(schema[key])) result[key] = embeddedProperty(schema[key]);
  }
  return result;
}

function embeddedProperty(property: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(property)) return property;
  const schema = embedded(property);
  if (schema['x-kubernetes-embedded-resource'] !== true) return schema;
  const required = new Set([
    ...(Array.isArray(schema.required) ? (schema.required as readonly string[]) : []),
    'kind',
    'apiVersion',
  ]);
  return { ...withObjectProperties(schema), required: [...required] };
}
