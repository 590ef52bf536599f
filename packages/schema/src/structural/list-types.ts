import { deepEqual, duplicateValue, type FieldError, invalidValue, isPlainObject } from '@opwright/machinery';
import type { StructuralSchema } from './schema.ts';

/** The repeated items of sets and the repeated keys of list maps, anywhere in a value. */
export function validateListTypes(schema: StructuralSchema, value: unknown, path = ''): FieldError[] {
  const errors: FieldError[] = [];
  walk(schema, value, path, errors);
  return errors;
}

function walk(schema: StructuralSchema, value: unknown, path: string, errors: FieldError[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const error of ownErrors(schema, value, path)) errors.push(error);
    const { items } = schema;
    if (items) for (const [index, item] of value.entries()) walk(items, item, `${path}[${index}]`, errors);
    return;
  }
  const { properties, additionalProperties } = schema;
  if (!isPlainObject(value) || (!properties && typeof additionalProperties !== 'object')) return;
  for (const key of Object.keys(value)) {
    const property = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property) walk(property, value[key], path === '' ? key : `${path}.${key}`, errors);
    else if (typeof additionalProperties === 'object')
      walk(additionalProperties, value[key], `${path}[${key}]`, errors);
  }
}

function ownErrors(schema: StructuralSchema, list: readonly unknown[], path: string): FieldError[] {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return secondOnes(list).map((index) => duplicateValue(`${path}[${index}]`, list[index]));
    case 'map':
      return keyErrors(schema['x-kubernetes-list-map-keys'] ?? [], list, path);
    default:
      return [];
  }
}

function keyErrors(keys: readonly string[], list: readonly unknown[], path: string): FieldError[] {
  const wrong = list.findIndex((item) => item !== null && !isPlainObject(item));
  if (wrong >= 0) {
    return [invalidValue(`${path}[${wrong}]`, list[wrong], 'must be an object for an array of list-type map')];
  }
  const identities = list.map((item) =>
    Object.fromEntries(
      keys
        .filter((key) => isPlainObject(item) && Object.hasOwn(item, key))
        .map((key) => [key, (item as Record<string, unknown>)[key]]),
    ),
  );
  return secondOnes(identities).map((index) => duplicateValue(`${path}[${index}]`, identities[index]));
}

/** The indices at which a value stands for the second time; third and later ones are not reported. */
function secondOnes(values: readonly unknown[]): number[] {
  const seen = new Map<string, { value: unknown; count: number }[]>();
  const found: number[] = [];
  for (const [index, value] of values.entries()) {
    const bucket = bucketOf(value);
    const candidates = seen.get(bucket) ?? [];
    const same = candidates.find((candidate) => deepEqual(candidate.value, value));
    if (!same) seen.set(bucket, [...candidates, { value, count: 1 }]);
    else if (++same.count === 2) found.push(index);
  }
  return found;
}

/** Equal values share a bucket, whatever the order of their keys. */
function bucketOf(value: unknown): string {
  if (!isPlainObject(value)) return `${typeof value}:${JSON.stringify(value)}`;
  const keys = Object.keys(value).sort();
  return `object:${JSON.stringify(keys.map((key) => [key, isPlainObject(value[key]) ? '' : value[key]]))}`;
}
