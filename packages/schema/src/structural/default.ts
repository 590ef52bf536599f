import { isPlainObject, mapArray, mapObject, mutableCopy, setOwn } from '@opwright/machinery';
import type { StructuralSchema } from './schema.ts';

/**
 * Fills in defaults: where a field is absent, or null and not nullable. A null that is neither allowed nor has a default is
 * dropped first, so that `required` sees an absent field. An absent object gets no defaults inside it.
 *
 * The result shares with the given value what did not change, and nothing with the schema; it is the given value when
 * nothing did. Idempotent.
 */
export function applyDefaults<T>(schema: StructuralSchema, value: T): T {
  return fillDefaults(schema, withoutNulls(schema, value) as T);
}

/** The same, but for nulls that are neither allowed nor have a default: these stay. */
export function fillDefaults<T>(schema: StructuralSchema, value: T): T {
  return defaulted(schema, value) as T;
}

function defaulted(schema: StructuralSchema | undefined, value: unknown): unknown {
  if (!schema) return value;
  if (Array.isArray(value)) return mapArray(value, (item) => defaulted(schema.items, orDefault(schema.items, item)));
  if (!isPlainObject(value)) return value;
  const { properties = {}, additionalProperties } = schema;
  const filled = withAbsent(properties, value);
  return mapObject(filled, (key, field) => {
    if (Object.hasOwn(properties, key)) return defaulted(properties[key], field);
    if (typeof additionalProperties !== 'object') return field;
    return defaulted(additionalProperties, orDefault(additionalProperties, field));
  });
}

function withAbsent(
  properties: Readonly<Record<string, StructuralSchema>>,
  object: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(properties)) {
    const property = properties[key] as StructuralSchema;
    if (property.default === undefined || property.default === null) continue;
    const isAbsent = !Object.hasOwn(object, key) || object[key] === undefined;
    if (!isAbsent && !isForbiddenNull(property, object[key])) continue;
    copy ??= { ...object };
    setOwn(copy, key, mutableCopy(property.default));
  }
  return copy ?? object;
}

/** The default in place of a null that is not allowed. */
function orDefault(schema: StructuralSchema | undefined, value: unknown): unknown {
  return isForbiddenNull(schema, value) ? mutableCopy(schema?.default ?? null) : value;
}

function isForbiddenNull(schema: StructuralSchema | undefined, value: unknown): boolean {
  return value === null && schema !== undefined && schema.nullable !== true;
}

/** Drops the fields that are null without being allowed to, unless a default will replace them. */
function withoutNulls(schema: StructuralSchema | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return mapArray(value, (item) => withoutNulls(schema?.items, item));
  if (!isPlainObject(value)) return value;
  return mapObject(value, (key, field) => {
    const below = fieldSchema(schema, key);
    return isForbiddenNull(below, field) && (below?.default ?? null) === null ? undefined : withoutNulls(below, field);
  });
}

function fieldSchema(schema: StructuralSchema | undefined, key: string): StructuralSchema | undefined {
  if (schema?.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
