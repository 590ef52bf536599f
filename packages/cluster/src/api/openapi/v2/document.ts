import { nextTurn } from '@opwright/client';
import { openapiSchema } from '@opwright/kubernetes/data';
import type { JsonObject, JsonValue } from '@opwright/machinery';
import { isJsonObject } from '../../../kinds/tree.ts';
import { lossySchema } from './lossy-schema.ts';

const V3_SCHEMAS = '#/components/schemas/';
const V2_SCHEMAS = '#/definitions/';

/** Paths or schemas that are made in one turn. */
const SLICE = 40;

/**
 * The text of the one document of OpenAPI v2, made of those of v3. It is some megabytes, so that others get their turn
 * meanwhile.
 */
export async function openapiV2Text(documents: Iterable<{ make(): JsonObject }>): Promise<string> {
  const paths = new Map<string, string>();
  const definitions = new Map<string, string>();
  let made = 0;
  const add = async (to: Map<string, string>, name: string, make: () => JsonValue) => {
    to.set(name, JSON.stringify(make()));
    if (++made % SLICE === 0) await nextTurn();
  };
  for (const { make } of documents) {
    const document = make();
    await nextTurn();
    for (const [path, item] of entriesOf(document.paths)) await add(paths, path, () => pathItem(path, item));
    const schemas = isJsonObject(document.components) ? document.components.schemas : undefined;
    for (const [name, schema] of entriesOf(schemas)) {
      if (!definitions.has(name)) await add(definitions, name, () => definition(name, schema));
    }
  }
  const parts = { ...HEAD, paths: sortedText(paths), definitions: sortedText(definitions), ...TAIL };
  return `{${Object.entries(parts)
    .map(([key, text]) => `"${key}":${text}`)
    .join(',')}}`;
}

const HEAD = { swagger: '"2.0"', info: JSON.stringify({ title: 'Kubernetes', version: '1.32' }) };
const TAIL = {
  parameters: '{}',
  securityDefinitions: JSON.stringify({
    BearerToken: {
      description: 'Bearer Token authentication',
      type: 'apiKey',
      name: 'authorization',
      in: 'header',
    },
  }),
  security: JSON.stringify([{ BearerToken: [] }]),
};

/** An object of texts that are JSON already. */
function sortedText(texts: ReadonlyMap<string, string>): string {
  const entries = [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

function entriesOf(value: JsonValue | undefined): readonly (readonly [string, JsonObject])[] {
  return isJsonObject(value) ? Object.entries(value).map(([key, entry]) => [key, entry as JsonObject]) : [];
}

function pathItem(path: string, item: JsonObject): JsonObject {
  const { parameters, ...operations } = item;
  const result: { [method: string]: JsonValue } = {};
  for (const [method, each] of entriesOf(operations)) result[method] = operation(path, each);
  if (Array.isArray(parameters)) result.parameters = (parameters as readonly JsonObject[]).map(parameter);
  return result;
}

/** In which order v2 names the types of bodies. */
const TYPES = [
  'text/plain',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];

function operation(path: string, operation: JsonObject): JsonObject {
  const { tags, operationId, parameters, requestBody, responses, ...rest } = operation;
  const answers = entriesOf(responses);
  const produces = typesOf(answers[0]?.[1]?.content);
  const body = isJsonObject(requestBody) ? requestBody : undefined;
  const all = [
    ...(body === undefined ? [] : [bodyParameter(body)]),
    ...(Array.isArray(parameters) ? (parameters as readonly JsonObject[]).map(parameter) : []),
  ];
  const consumes = consumed(path, body, produces);
  return {
    ...(consumes.length > 0 && { consumes }),
    produces,
    schemes: ['https'],
    tags: tags ?? [],
    operationId: operationId ?? '',
    ...(all.length > 0 && { parameters: all }),
    responses: Object.fromEntries(answers.map(([code, answer]) => [code, response(answer)])),
    ...Object.fromEntries(withExtensionsLast(rest).map(([key, value]) => [key, sortedKeys(value)])),
  };
}

/** Documents and custom resources are said to take what they answer, other resources anything. */
function consumed(path: string, body: JsonObject | undefined, produces: readonly string[]): readonly string[] {
  const types = typesOf(body?.content);
  if (types.length > 1) return types;
  if (/^\/(openid|\.well-known)\//.test(path)) return [];
  const isCustom = produces.length === 2 && produces[0] === 'application/json';
  return path.endsWith('/') || isCustom ? produces : ['*/*'];
}

function typesOf(content: JsonValue | undefined): readonly string[] {
  return entriesOf(content)
    .map(([type]) => type)
    .sort((a, b) => TYPES.indexOf(a) - TYPES.indexOf(b));
}

function response({ description, content }: JsonObject): JsonObject {
  const [first] = entriesOf(content);
  const schema = first?.[1].schema;
  return { description: description ?? '', ...(isJsonObject(schema) && { schema: v2Schema(schema) }) };
}

function bodyParameter({ content, required }: JsonObject): JsonObject {
  const [first] = entriesOf(content);
  const schema = (first?.[1].schema ?? {}) as JsonObject;
  return { name: 'body', in: 'body', ...(required === true && { required }), schema: v2Schema(schema) };
}

/** The schema of a parameter is the parameter itself. */
function parameter({ name, in: place, required, schema }: JsonObject): JsonObject {
  const { uniqueItems, type } = schema as JsonObject;
  return {
    uniqueItems: uniqueItems ?? false,
    type: type ?? 'string',
    name: name ?? '',
    in: place ?? '',
    ...(required === true && { required }),
  };
}

/** Types of their own in JSON are texts to v2. */
const TEXTS: Readonly<Record<string, JsonObject>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: 'string', format: 'int-or-string' },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'string' },
};

function definition(name: string, schema: JsonObject): JsonObject {
  const text = TEXTS[name];
  if (text === undefined) return v2Schema(openapiSchema(name) === undefined ? lossySchema(schema) : schema);
  return { ...(schema.description !== undefined && { description: schema.description }), ...text };
}

/** Defaults are what Go writes for absent fields, which v2 does not tell. */
function v2Schema(schema: JsonObject): JsonObject {
  const result: { [key: string]: JsonValue | undefined } = {};
  for (const [key, value] of withExtensionsLast(schema)) {
    if (key === 'default') continue;
    if (key === 'allOf' && Array.isArray(value) && value.length === 1)
      Object.assign(result, v2Schema(value[0] as JsonObject));
    else if (key === '$ref') result.$ref = String(value).replace(V3_SCHEMAS, V2_SCHEMAS);
    else if (key === 'properties') {
      result.properties = Object.fromEntries(entriesOf(value).map(([name, property]) => [name, v2Schema(property)]));
    } else if ((key === 'items' || key === 'additionalProperties') && isJsonObject(value)) {
      result[key] = v2Schema(value);
    } else result[key] = value;
  }
  return result as JsonObject;
}

/** Go keeps extensions in a map: they come last, in the order of their names. */
function withExtensionsLast(object: JsonObject): readonly (readonly [string, JsonValue | undefined])[] {
  const entries = Object.entries(object);
  const isExtension = ([key]: readonly [string, unknown]) => key.startsWith('x-');
  const extensions = entries.filter(isExtension).sort(([a], [b]) => (a < b ? -1 : 1));
  return [...entries.filter((entry) => !isExtension(entry)), ...extensions];
}

function sortedKeys(value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
