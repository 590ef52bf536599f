import { deepEqual, type FieldError, invalidValue, isPlainObject } from '@opwright/machinery';
import { pruneAndFindUnknown } from './prune.ts';
import type { StructuralSchema } from './schema.ts';
import { validate } from './validate.ts';
import { validateEmbedded } from './validate-embedded.ts';

/** Whether the defaults of a sound schema are accepted by it. Defaults below additionalProperties never apply and are not looked at. */
export function checkDefaults(schema: StructuralSchema, path: string): FieldError[] {
  const { items, properties = {} } = schema;
  return [
    ...ownErrors(schema, `${path}.default`),
    ...(items ? checkDefaults(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, field]) => checkDefaults(field, `${path}.properties[${name}]`)),
  ];
}

function ownErrors(schema: StructuralSchema, path: string): FieldError[] {
  const value = schema.default;
  if (value === undefined || value === null) return [];
  if (!deepEqual(pruneAndFindUnknown(schema, value).value, value)) {
    return [invalidValue(path, value, 'must not have unknown fields')];
  }
  const embedded = isPlainObject(value) || Array.isArray(value) ? validateEmbedded(schema, value, path) : [];
  if (embedded.length > 0) return embedded;
  // The value is validated on its own, so that its path in the text is empty, as in the API server's answer.
  return validate(schema, value).map((error) => ({
    ...error,
    field: error.field === '<nil>' ? path : `${path}.${error.field.replace(/^\./, '')}`,
  }));
}
