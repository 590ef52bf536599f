import { deepEqual, type FieldError } from '@opwright/machinery';
import type { StructuralSchema } from '../../structural/schema.ts';
import { validateRules } from './validate.ts';

/**
 * What the CEL rules of a sound schema say about its own defaults, in the API server's words: each must be accepted as a new
 * value and as one that was there before. Defaults below additionalProperties never apply and are not looked at.
 *
 * @param path where the schema stands: `spec.validation.openAPIV3Schema`
 * @param known what the schema says about its defaults: those are not judged again
 */
export function checkDefaultsByRules(
  schema: StructuralSchema,
  path: string,
  known: readonly FieldError[] = [],
): FieldError[] {
  const { items, properties = {} } = schema;
  const own = `${path}.default`;
  const isKnown = known.some(({ field }) => field.startsWith(own));
  return [
    ...(isKnown ? [] : ownErrors(schema).map((error) => ({ ...error, field: below(own, error.field) }))),
    ...(items ? checkDefaultsByRules(items, `${path}.items`, known) : []),
    ...Object.entries(properties).flatMap(([name, field]) =>
      checkDefaultsByRules(field, `${path}.properties[${name}]`, known),
    ),
  ];
}

function ownErrors(schema: StructuralSchema): FieldError[] {
  const value = schema.default;
  if (value === undefined || value === null) return [];
  const kept = validateRules(schema, value, { old: value });
  return [...kept, ...validateRules(schema, value).filter((error) => !kept.some((known) => deepEqual(known, error)))];
}

/** The place of an error in a value that was judged on its own. */
function below(path: string, field: string): string {
  if (field === '' || field === '<nil>') return path;
  return field.startsWith('[') ? `${path}${field}` : `${path}.${field.replace(/^\./, '')}`;
}
