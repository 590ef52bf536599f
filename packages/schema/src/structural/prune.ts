import { isPlainObject, mapArray, mapObject } from '@opwright/machinery';
import type { StructuralSchema } from './schema.ts';

/** A value without its unknown fields, and their paths. */
export interface Pruned<T> {
  /** Shares with the given value what did not change; it is the given value when nothing was unknown. */
  readonly value: T;
  /** `spec.foo`, `spec.list[1].foo`, sorted. */
  readonly unknown: readonly string[];
}

const metaFields = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Drops the fields that a schema does not have, where it does not preserve them. With `root` (or
 * x-kubernetes-embedded-resource) apiVersion, kind and metadata stay untouched.
 */
export function pruneAndFindUnknown<T>(
  schema: StructuralSchema,
  value: T,
  options: { readonly root?: boolean } = {},
): Pruned<T> {
  const unknown: string[] = [];
  const rootSchema: StructuralSchema = options.root ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema;
  return { value: prune(rootSchema, value, '', unknown) as T, unknown: unknown.sort() };
}

function prune(schema: StructuralSchema | undefined, value: unknown, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    // Below a list that is preserved as a whole, items are preserved as well.
    const items = schema && isPreserved(schema) ? preservedItems(schema) : schema?.items;
    return mapArray(value, (item, index) => prune(items, item, `${path}[${index}]`, unknown));
  }
  if (!isPlainObject(value)) return value;
  return mapObject(value, (key, field) => {
    if (schema?.['x-kubernetes-embedded-resource'] && metaFields.has(key)) return field;
    const below = path === '' ? key : `${path}.${key}`;
    const { properties = {}, additionalProperties } = schema ?? {};
    if (Object.hasOwn(properties, key)) return prune(properties[key], field, below, unknown);
    if (additionalProperties === true) return prune(undefined, field, below, unknown);
    if (additionalProperties) return prune(additionalProperties, field, below, unknown);
    if (schema && isPreserved(schema)) return field;
    unknown.push(below);
    return undefined;
  });
}

function isPreserved(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

function preservedItems(schema: StructuralSchema): StructuralSchema {
  return { ...schema.items, 'x-kubernetes-preserve-unknown-fields': true };
}
