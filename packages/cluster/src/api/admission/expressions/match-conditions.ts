import type { JsonObject } from '@opwright/machinery';
import {
  type AdmissionCompiler,
  AdmissionEvaluation,
  type AdmissionExpression,
  type AdmissionInput,
  BudgetExceeded,
} from '@opwright/schema';
import { text } from '../../../kinds/tree.ts';

/** A CEL expression that must hold for a webhook to be called or a policy to be applied. */
export type MatchCondition = AdmissionExpression | { readonly error: string };

/** What the match conditions of one webhook or policy may cost together. */
const BUDGET = 2_500_000;

export function readConditions(
  conditions: readonly JsonObject[],
  compiler: AdmissionCompiler,
): readonly MatchCondition[] {
  return conditions.map((condition) => compiler.compile(text(condition, 'expression'), { returns: ['bool'] }));
}

/**
 * Whether all conditions hold; an error counts only where none is false.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions
 */
export function conditionsMatch(
  conditions: readonly MatchCondition[],
  compiler: AdmissionCompiler,
  input: AdmissionInput,
): boolean | { readonly error: string } {
  const evaluation = new AdmissionEvaluation(compiler, input, BUDGET);
  const errors: string[] = [];
  try {
    const outcomes = conditions.map((condition) => evaluation.evaluate(condition));
    for (const outcome of outcomes) {
      if ('error' in outcome) errors.push(outcome.error);
      else if (outcome.value === false) return false;
    }
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { error: error.message };
  }
  if (errors.length === 0) return true;
  return { error: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]` };
}
