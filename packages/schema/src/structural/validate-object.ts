import type { FieldError } from '@opwright/machinery';
import { validateListTypes } from './list-types.ts';
import type { StructuralSchema } from './schema.ts';
import { validate } from './validate.ts';
import { validateEmbedded } from './validate-embedded.ts';

/**
 * Everything that a schema says about a whole object except its CEL rules, in the API server's order: values, embedded objects,
 * uniqueness in sets and list maps. On update (`old`), errors about unchanged values are dropped, and repeated items are
 * accepted where the old object had some already.
 */
export function validateObject(schema: StructuralSchema, object: unknown, old?: unknown): FieldError[] {
  const isUpdate = old !== undefined;
  const repeated = validateListTypes(schema, object);
  const isRatcheted = isUpdate && repeated.length > 0 && validateListTypes(schema, old).length > 0;
  return [
    ...validate(schema, object, '', isUpdate ? { value: old } : undefined),
    ...validateEmbedded(schema, object),
    ...(isRatcheted ? [] : repeated),
  ];
}
