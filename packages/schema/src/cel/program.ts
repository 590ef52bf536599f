import { type Checked, check } from './check/checker.ts';
import type { Environment } from './check/environment.ts';
import { compile } from './compile/compile.ts';
import { CostLimitExceeded, Frame } from './compile/frame.ts';
import type { Expr } from './syntax/ast.ts';
import { parseCel } from './syntax/parser.ts';
import { CelSyntaxError, formatErrors, type SourceError } from './syntax/source-error.ts';
import type { CelType } from './types/type.ts';
import { CelError } from './values/error.ts';
import type { CelValue } from './values/value.ts';

/** A compiled expression. */
export interface Program {
  readonly expr: Expr;
  readonly checked: Checked;
  readonly type: CelType;
  /**
   * @param values of the variables, in the order of the environment; JSON is fine where a variable is raw
   * @param limit what the evaluation may cost
   */
  evaluate(values: readonly CelValue[], limit?: number): Evaluation;
}

export interface Evaluation {
  /** A {@link CelError} where it failed. */
  readonly value: CelValue;
  readonly cost: number;
}

/** Why an expression does not compile, as cel-go reports it. */
export interface Issues {
  readonly issues: string;
}

/** Which variables hold JSON that is read by their types: all, none or some. */
type Raw = boolean | ((name: string) => boolean);

/**
 * Parses, checks and compiles an expression.
 *
 * @param options `raw`: default none; `checked: false`: leave types to run time
 */
export function compileCel(
  source: string,
  environment: Environment,
  options: { readonly raw?: Raw; readonly checked?: boolean } = {},
): Program | Issues {
  try {
    return compiled(source, environment, options);
  } catch (error) {
    if (error instanceof CelSyntaxError) return { issues: formatErrors(source, [error]) };
    // Trees of long chains inside of each other exhaust the stack before any other limit.
    if (error instanceof RangeError) return { issues: formatErrors(source, [TOO_DEEP]) };
    throw error;
  }
}

const TOO_DEEP: SourceError = { at: 0, message: 'expression recursion limit exceeded: 250' };

function compiled(
  source: string,
  environment: Environment,
  options: { readonly raw?: Raw; readonly checked?: boolean },
): Program | Issues {
  const expr = parseCel(source);
  const checked = check(expr, environment);
  const problems = options.checked === false ? [] : checked.errors;
  if (problems.length > 0) return { issues: formatErrors(source, problems) };
  const { raw = false } = options;
  const isRaw = typeof raw === 'boolean' ? () => raw : raw;
  const variables = [...environment.variables.keys()].map((name) => ({ name, raw: isRaw(name) }));
  const { code, slots } = compile(expr, checked, environment, variables);
  return {
    expr,
    checked,
    type: checked.type,
    evaluate: (values, limit = Number.POSITIVE_INFINITY) => {
      const frame = new Frame(new Array<CelValue>(slots).fill(null), limit);
      for (let index = 0; index < values.length; index++) frame.slots[index] = values[index] as CelValue;
      try {
        const value = code(frame);
        return { value: frame.cost > limit ? TOO_EXPENSIVE : value, cost: frame.cost };
      } catch (error) {
        // A RangeError is what the platform has for texts and stacks that get too large.
        if (!(error instanceof CostLimitExceeded) && !(error instanceof RangeError)) throw error;
        return { value: TOO_EXPENSIVE, cost: Math.max(frame.cost, limit + 1) };
      }
    },
  };
}

const TOO_EXPENSIVE = new CelError('operation cancelled: actual cost limit exceeded');
