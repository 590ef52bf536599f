import type { JsonObject } from '@opwright/machinery';
import { compileExpression, type Expression } from '@opwright/schema';
import type { ServedKind } from '../../../kinds/kind.ts';
import { MATCH_CONDITION_VARIABLES } from '../../../kinds/validation/others.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { MatchCondition, Webhook } from './configuration.ts';
import type { Form } from './form.ts';
import { reviewOf } from './review.ts';

/** Whether all match conditions of a webhook hold; an error counts only where none is false. */
export type EvaluateConditions = (
  webhook: Webhook,
  attributes: AdmissionAttributes,
  kind: ServedKind,
  form: Form,
  object: JsonObject | undefined,
) => 'match' | 'skip' | { readonly error: string };

const compiled = new WeakMap<MatchCondition, Expression | { readonly error: string }>();

/** @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions */
export const evaluateConditions: EvaluateConditions = (webhook, attributes, kind, form, object) => {
  const { request } = reviewOf('v1', '', attributes, kind, form, object) as { request: JsonObject };
  const errors: string[] = [];
  for (const condition of webhook.matchConditions) {
    const outcome = evaluate(condition, [request.object ?? null, request.oldObject ?? null, request, null]);
    if (outcome === false) return 'skip';
    if (outcome !== true) errors.push(outcome.error);
  }
  if (errors.length === 0) return 'match';
  return { error: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]` };
};

function evaluate(condition: MatchCondition, values: readonly unknown[]): boolean | { readonly error: string } {
  let expression = compiled.get(condition);
  if (expression === undefined) {
    expression = compileExpression(condition.expression, MATCH_CONDITION_VARIABLES);
    compiled.set(condition, expression);
  }
  if ('error' in expression)
    return { error: `expression '${condition.expression}' resulted in error: ${expression.error}` };
  const outcome = expression.evaluate(values);
  if ('error' in outcome) return { error: `expression '${condition.expression}' resulted in error: ${outcome.error}` };
  return outcome.value === true;
}
