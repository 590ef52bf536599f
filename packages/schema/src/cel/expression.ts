import { environment } from './check/environment.ts';
import { kubernetesFunctions } from './functions/kubernetes.ts';
import { compileCel } from './program.ts';
import { EXPRESSION_COST_LIMIT } from './rules/limits.ts';
import { DYN } from './types/type.ts';
import { CelError } from './values/error.ts';
import type { CelValue } from './values/value.ts';

/** A condition over several JSON values of unknown types: a match condition of a webhook, a rule of a policy. */
export interface Expression {
  /** @param values of the variables, in their order, as JSON */
  evaluate(values: readonly unknown[]): { readonly value: unknown } | { readonly error: string };
}

/** Compiles a condition; the error is in the API server's words. */
export function compileExpression(
  source: string,
  variables: readonly string[],
): Expression | { readonly error: string } {
  const program = compileCel(
    source,
    environment(
      kubernetesFunctions,
      variables.map((name) => [name, DYN] as const),
    ),
    {
      raw: true,
    },
  );
  if ('issues' in program) return { error: `compilation failed: ${program.issues}` };
  if (program.type.kind !== 'bool' && program.type.kind !== 'dyn') {
    return { error: 'must evaluate to bool' };
  }
  return {
    evaluate(values) {
      const { value } = program.evaluate(values as readonly CelValue[], EXPRESSION_COST_LIMIT);
      return value instanceof CelError ? { error: value.message } : { value };
    },
  };
}
