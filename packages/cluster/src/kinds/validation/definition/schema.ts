import { type FieldError, invalidValue, isPlainObject } from '@opwright/machinery';
import { checkDefaultsByRules, checkRules, checkSchemaParts, type StructuralSchema } from '@opwright/schema';

/** What is wrong with the schema of a version. */
export function schemaErrors(schema: StructuralSchema, path: string): FieldError[] {
  const { structure, defaults, keywords } = checkSchemaParts(schema, path);
  // One that names the schema of schemas is not looked into, which is told when nothing else is.
  if (namesSchema(schema)) {
    const why = "OpenAPIV3Schema 'schema' is not supported";
    return keywords.length > 0 ? [...keywords] : [invalidValue(path, '', why)];
  }
  const byRules = structure.length > 0 ? [] : checkDefaultsByRules(schema, path, defaults);
  const unsound = [...structure, ...defaults, ...byRules];
  // The rules themselves are judged once the structure and the defaults are known to be good.
  return [...unsound, ...keywords, ...(unsound.length > 0 ? [] : checkRules(schema, path, keywords))];
}

/** Whether `$schema` is said somewhere. A property may be called so. */
function namesSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(namesSchema);
  if (!isPlainObject(schema)) return false;
  const { $schema, properties, items, additionalProperties, not, allOf, anyOf, oneOf } = schema;
  if (typeof $schema === 'string' && $schema !== '') return true;
  const fields = isPlainObject(properties) ? Object.values(properties) : [];
  return [...fields, items, additionalProperties, not, allOf, anyOf, oneOf].some(namesSchema);
}
