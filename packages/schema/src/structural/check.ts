import { type FieldError, forbiddenValue } from '@opwright/machinery';
import { checkDefaults } from './check-defaults.ts';
import { checkKeywords } from './check-keywords.ts';
import { checkStructure } from './check-structure.ts';
import type { StructuralSchema } from './schema.ts';

/**
 * Why a schema cannot be the schema of a CRD, in the API server's words; empty when it can. CEL rules are not compiled here: that is checkRules' part.
 *
 * @param path where the schema stands: `spec.versions[0].schema.openAPIV3Schema`
 */
export function checkStructural(schema: StructuralSchema, path = ''): FieldError[] {
  const structure = checkStructure(schema, path);
  // Defaults can only be judged by a schema that is sound.
  const errors = structure.length > 0 ? structure : checkDefaults(schema, path);
  const nullable = schema.nullable ? [forbiddenValue(`${path}.nullable`, 'nullable cannot be true at the root')] : [];
  return [...nullable, ...errors, ...checkKeywords(schema, path)];
}
