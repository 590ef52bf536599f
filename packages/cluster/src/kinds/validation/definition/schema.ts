import type { FieldError } from '@opwright/machinery';
import { checkDefaultsByRules, checkRules, checkSchemaParts, type StructuralSchema } from '@opwright/schema';

/** What is wrong with the schema of a version. */
export function schemaErrors(schema: StructuralSchema, path: string): FieldError[] {
  const { structure, defaults, keywords } = checkSchemaParts(schema, path);
  const byRules = structure.length > 0 ? [] : checkDefaultsByRules(schema, path, defaults);
  const unsound = [...structure, ...defaults, ...byRules];
  // The rules themselves are judged once the structure and the defaults are known to be good.
  return [...unsound, ...keywords, ...(unsound.length > 0 ? [] : checkRules(schema, path, keywords))];
}
