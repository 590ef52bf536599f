import type { FieldError } from '@opwright/machinery';
import { checkDefaultsByRules, checkRules, checkStructural, type StructuralSchema } from '@opwright/schema';

/** What is wrong with the schema of a version. */
export function schemaErrors(schema: StructuralSchema, path: string): FieldError[] {
  const errors = checkStructural(schema, path);
  // The rules themselves are judged once the defaults are known to be good.
  const defaults = errors.length > 0 ? [] : checkDefaultsByRules(schema, path);
  return defaults.length > 0 ? defaults : [...errors, ...checkRules(schema, path, errors)];
}
