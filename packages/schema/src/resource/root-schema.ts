import { isRequired } from '../k/object.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import type { VersionDefinition } from './definition.ts';

const text: StructuralSchema = Object.freeze({ type: 'string' });
const metadata: StructuralSchema = Object.freeze({ type: 'object' });

/** The schema of whole objects: apiVersion, kind and metadata as every CRD has them, spec and status from the definition. */
export function rootSchema(version: VersionDefinition): StructuralSchema {
  const { spec, status, rules = [], description } = version;
  return Object.freeze({
    ...(description !== undefined && { description }),
    type: 'object',
    properties: Object.freeze({
      apiVersion: text,
      kind: text,
      metadata,
      ...(spec && { spec: spec.schema }),
      ...(status && { status: status.schema }),
    }),
    ...(spec && isRequired(spec) && { required: Object.freeze(['spec']) }),
    ...(rules.length > 0 && { 'x-kubernetes-validations': Object.freeze([...rules]) }),
  });
}
