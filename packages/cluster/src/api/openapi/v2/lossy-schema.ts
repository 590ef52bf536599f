import type { JsonObject, JsonValue } from '@opwright/machinery';
import { isJsonObject } from '../../../kinds/tree.ts';

type Draft = { [key: string]: JsonValue | undefined };

/**
 * The schema of a custom resource as far as OpenAPI v2 can say it and old kubectls can read it: no alternatives, no defaults, and
 * no type for what may be null or hold unknown fields.
 */
export function lossySchema(schema: JsonObject): JsonObject {
  const { allOf, oneOf: _one, anyOf: _any, not: _not, nullable, default: _default, ...rest } = schema;
  const result: Draft = { ...rest };
  if (isReference(allOf)) result.allOf = allOf;
  if (nullable === true) {
    for (const key of ['type', 'items', 'properties']) delete result[key];
  }
  if (result['x-kubernetes-preserve-unknown-fields'] === true) {
    delete result.items;
    delete result.properties;
    if (result.type === 'object') delete result.type;
    if (result['x-kubernetes-embedded-resource'] === true) leaveOptional(result, ['apiVersion', 'kind']);
  }
  if (result.type === 'array' && result.items === undefined) delete result.type;
  const { properties, items, additionalProperties } = result;
  if (isJsonObject(properties)) {
    const entries = Object.entries(properties).map(([name, each]) => [name, each as JsonObject] as const);
    leaveOptional(
      result,
      entries.filter(([, each]) => each.nullable === true).map(([name]) => name),
    );
    result.properties = Object.fromEntries(entries.map(([name, each]) => [name, lossySchema(each)]));
  }
  if (isJsonObject(items)) result.items = lossySchema(items);
  if (isJsonObject(additionalProperties)) {
    if (additionalProperties.nullable === true) delete result.required;
    result.additionalProperties = lossySchema(additionalProperties);
  }
  return result as JsonObject;
}

/** The way in which v3 refers to a schema and says more beside it. */
function isReference(allOf: JsonValue | undefined): boolean {
  return Array.isArray(allOf) && allOf.length === 1 && (allOf[0] as JsonObject).$ref !== undefined;
}

function leaveOptional(schema: Draft, names: readonly string[]): void {
  if (!Array.isArray(schema.required)) return;
  const required = (schema.required as readonly string[]).filter((name) => !names.includes(name));
  if (required.length > 0) schema.required = required;
  else delete schema.required;
}
