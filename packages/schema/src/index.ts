export type { Infer, InferInput } from '@opwright/machinery';
export {
  type AccessCheck,
  type AccessDecision,
  type AdmissionCompiler,
  AdmissionEvaluation,
  type AdmissionExpression,
  type AdmissionInput,
  type AdmissionOutcome,
  admissionCompiler,
  admissionTypeOf,
  appliedObject,
  BudgetExceeded,
  type CelType,
  type CompiledExpression,
  type CompileError,
  type CompileOptions,
  celTypeOf,
  celTypeOfNode,
  checkDefaultsByRules,
  checkRules,
  compileRule,
  type Decide,
  type Declared,
  declare,
  type ExpressionError,
  type PatchOperation,
  patchOperations,
  type Returns,
  type RuleOptions,
  validateRules,
} from './cel/index.ts';
export { type CheckConversionOptions, checkConversion } from './conversion/check.ts';
export {
  type Conversion,
  type Conversions,
  type Converted,
  type ErasedConversion,
  KEPT_HUB,
} from './conversion/conversion.ts';
export { convertObject } from './conversion/convert.ts';
export * as k from './k/index.ts';
export { crdManifest } from './manifest/crd.ts';
export type * from './manifest/crd-types.ts';
export { defineResource } from './resource/define.ts';
export type * from './resource/definition.ts';
export type * from './resource/resource.ts';
export { checkSchemaParts, checkStructural, type SchemaErrors } from './structural/check.ts';
export { applyDefaults, fillDefaults } from './structural/default.ts';
export { type PathStep, parseFieldPath } from './structural/field-path.ts';
export { validateListTypes } from './structural/list-types.ts';
export { objectMetaType } from './structural/object-meta.ts';
export { type Pruned, pruneAndFindUnknown } from './structural/prune.ts';
export { compileRegex, type Regex } from './structural/regex.ts';
export type * from './structural/schema.ts';
export { type SchemaOfTypeOptions, schemaOfType } from './structural/schema-of-type.ts';
export { typeNodeOf } from './structural/type-node.ts';
export { validate } from './structural/validate.ts';
export { validateEmbedded } from './structural/validate-embedded.ts';
export { validateObject } from './structural/validate-object.ts';
