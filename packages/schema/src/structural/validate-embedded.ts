import { type FieldError, invalidValue, isPlainObject, requiredValue, validateDns1035Label } from '@opwright/machinery';
import type { StructuralSchema } from './schema.ts';

/** What is wrong with the apiVersion, kind and metadata of embedded objects (x-kubernetes-embedded-resource) in a value. */
export function validateEmbedded(schema: StructuralSchema, value: unknown, path = ''): FieldError[] {
  const errors: FieldError[] = [];
  walk(schema, value, path, errors);
  return errors;
}

function walk(schema: StructuralSchema, value: unknown, path: string, errors: FieldError[]): void {
  if (typeof value !== 'object' || value === null) return;
  const { items, properties, additionalProperties } = schema;
  if (Array.isArray(value)) {
    if (items) for (const [index, item] of value.entries()) walk(items, item, `${path}[${index}]`, errors);
    return;
  }
  if (!isPlainObject(value)) return;
  if (schema['x-kubernetes-embedded-resource']) errors.push(...embeddedErrors(value, path));
  if (!properties && typeof additionalProperties !== 'object') return;
  for (const key of Object.keys(value)) {
    const property = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property) walk(property, value[key], child(path, key), errors);
    else if (typeof additionalProperties === 'object')
      walk(additionalProperties, value[key], `${path}[${key}]`, errors);
  }
}

function embeddedErrors(object: Readonly<Record<string, unknown>>, path: string): FieldError[] {
  return [
    ...textErrors(object.apiVersion, child(path, 'apiVersion'), (apiVersion) =>
      apiVersion.split('/').length > 2 ? `unexpected GroupVersion string: ${apiVersion}` : undefined,
    ),
    ...textErrors(object.kind, child(path, 'kind'), (kind) => {
      const problems = validateDns1035Label(kind.toLowerCase());
      if (problems.length === 0) return undefined;
      return `may have mixed case, but should otherwise match: ${problems.join(',')}`;
    }),
    ...(object.metadata !== undefined && !isPlainObject(object.metadata)
      ? [invalidValue(child(path, 'metadata'), object.metadata, 'must be an object')]
      : []),
  ];
}

function textErrors(value: unknown, field: string, problemOf: (text: string) => string | undefined): FieldError[] {
  if (value === undefined) return [requiredValue(field, 'must not be empty')];
  if (typeof value !== 'string') return [invalidValue(field, value, 'must be a string')];
  if (value === '') return [invalidValue(field, value, 'must not be empty')];
  const problem = problemOf(value);
  return problem === undefined ? [] : [invalidValue(field, value, problem)];
}

function child(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
