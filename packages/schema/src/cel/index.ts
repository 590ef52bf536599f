export * from './admission/index.ts';
export { checkRules, type RuleProblem, ruleProblems } from './rules/check.ts';
export { celTypeOf, type Declared, declare } from './rules/declared.ts';
export { checkDefaultsByRules } from './rules/defaults.ts';
export { type CompiledExpression, type CompileError, compileMessage, compileRule } from './rules/rule.ts';
export { type RuleOptions, validateRules } from './rules/validate.ts';
export { celTypeOfNode } from './types/of-node.ts';
export type { CelType } from './types/type.ts';
