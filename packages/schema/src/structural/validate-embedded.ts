import { type FieldError, invalidValue, isPlainObject, requiredValue, validateDns1035Label } from '@opwright/machinery';
import type { StructuralSchema } from './schema.ts';

/** What is wrong with the apiVersion, kind and metadata of embedded objects (x-kubernetes-embedded-resource) in a value. */
export function validateEmbedded(schema: StructuralSchema, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((item, index) => validateEmbedded(items, item, `${path}[${index}]`)) : [];
  }
  if (!isPlainObject(value)) return [];
  const { properties = {}, additionalProperties } = schema;
  const own = schema['x-kubernetes-embedded-resource'] ? embeddedErrors(value, path) : [];
  const below = Object.keys(value).flatMap((key) => {
    if (Object.hasOwn(properties, key)) {
      return validateEmbedded(properties[key] as StructuralSchema, value[key], child(path, key));
    }
    if (typeof additionalProperties !== 'object') return [];
    return validateEmbedded(additionalProperties, value[key], `${path}[${key}]`);
  });
  return [...own, ...below];
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
