export type { AccessCheck, AccessDecision, Decide } from './authorizer.ts';
export {
  type AdmissionCompiler,
  type AdmissionExpression,
  admissionCompiler,
  type CompileOptions,
  type ExpressionError,
  type Returns,
} from './compiler.ts';
export { AdmissionEvaluation, type AdmissionInput, type AdmissionOutcome, BudgetExceeded } from './evaluate.ts';
export { admissionTypeOf } from './object-type.ts';
export { appliedObject, type PatchOperation, patchOperations } from './patches.ts';
