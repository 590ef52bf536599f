import { type FieldError, forbiddenValue } from '@opwright/machinery';
import { checkDefaults } from './check-defaults.ts';
import { checkKeywords } from './check-keywords.ts';
import { checkStructure } from './check-structure.ts';
import type { StructuralSchema } from './schema.ts';

/** What is wrong with a schema. */
export interface SchemaErrors {
  /** With its structure: nothing that is in it can be judged. */
  readonly structure: readonly FieldError[];
  /** With the defaults of one whose structure is sound. */
  readonly defaults: readonly FieldError[];
  readonly keywords: readonly FieldError[];
}

/**
 * Why a schema cannot be the schema of a CRD, in the API server's words; empty when it can. CEL rules are not compiled here: that is checkRules' part.
 *
 * @param path where the schema stands: `spec.versions[0].schema.openAPIV3Schema`
 */
export function checkStructural(schema: StructuralSchema, path = ''): FieldError[] {
  const { structure, defaults, keywords } = checkSchemaParts(schema, path);
  return [...structure, ...defaults, ...keywords];
}

/** {@link checkStructural} by what the errors are about. */
export function checkSchemaParts(schema: StructuralSchema, path: string): SchemaErrors {
  const structure = checkStructure(schema, path);
  const nullable = schema.nullable ? [forbiddenValue(`${path}.nullable`, 'nullable cannot be true at the root')] : [];
  return {
    structure,
    // The whole is an object of Kubernetes.
    defaults: structure.length > 0 ? [] : checkDefaults({ ...schema, 'x-kubernetes-embedded-resource': true }, path),
    keywords: [...nullable, ...checkKeywords(schema, path)],
  };
}
