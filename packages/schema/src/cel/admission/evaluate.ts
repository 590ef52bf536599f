import { EXPRESSION_COST_LIMIT } from '../rules/limits.ts';
import { CelError } from '../values/error.ts';
import type { CelValue } from '../values/value.ts';
import { type AccessCheck, authorizerValue, type Decide, resourceCheckValue } from './authorizer.ts';
import type { AdmissionCompiler, AdmissionExpression, ExpressionError } from './compiler.ts';

/** What expressions see, as JSON; null for what there is not. */
export interface AdmissionInput {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly namespaceObject: unknown;
  readonly request: unknown;
  readonly params: unknown;
  /** Answers `authorizer`. */
  readonly decide: Decide;
  /** The resource that `authorizer.requestResource` is about. */
  readonly requestResource: Partial<AccessCheck>;
}

/** What an expression came to. A value is JSON or a value of CEL that is none. */
export type AdmissionOutcome = { readonly value: unknown } | { readonly error: string };

/** What the expressions of one policy may still cost is used up. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';

  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** Evaluates expressions of a compiler for one input. Each variable is evaluated once, when it is first needed. */
export class AdmissionEvaluation {
  /** What further evaluations may cost. */
  budget: number;
  private readonly compiler: AdmissionCompiler;
  private readonly input: AdmissionInput;
  private readonly variables: { readonly [name: string]: CelValue };

  constructor(compiler: AdmissionCompiler, input: AdmissionInput, budget: number) {
    this.compiler = compiler;
    this.input = input;
    this.budget = budget;
    this.variables = this.lazyVariables();
  }

  /**
   * The error is in the API server's words.
   *
   * @throws BudgetExceeded when the budget is used up; what `decide` throws
   */
  evaluate(expression: AdmissionExpression | ExpressionError): AdmissionOutcome {
    if ('error' in expression) return { error: `compilation error: ${expression.error}` };
    const value = this.run(expression);
    if (this.budget < 0) throw new BudgetExceeded();
    if (!(value instanceof CelError)) return { value };
    return { error: `expression '${expression.source}' resulted in error: ${value.message}` };
  }

  private run({ program, inputs }: AdmissionExpression): CelValue {
    const values = inputs.map((name): CelValue => {
      switch (name) {
        case 'authorizer':
          return authorizerValue(this.input.decide);
        case 'authorizer.requestResource':
          return resourceCheckValue(this.input.decide, this.input.requestResource);
        case 'variables':
          return this.variables;
        default:
          return this.input[name] as CelValue;
      }
    });
    const { value, cost } = program.evaluate(values, EXPRESSION_COST_LIMIT);
    this.budget -= cost;
    return value;
  }

  private lazyVariables(): { readonly [name: string]: CelValue } {
    const variables: { [name: string]: CelValue } = Object.create(null);
    for (const [name, expression] of this.compiler.variables) {
      let value: CelValue | undefined;
      Object.defineProperty(variables, name, {
        enumerable: true,
        get: () => {
          value ??= this.variable(name, expression);
          return value;
        },
      });
    }
    return variables;
  }

  private variable(name: string, expression: AdmissionExpression | ExpressionError): CelValue {
    const quoted = JSON.stringify(name);
    if ('error' in expression) {
      return new CelError(`composited variable ${quoted} fails to compile: ${expression.error}`);
    }
    const value = this.run(expression);
    if (!(value instanceof CelError)) return value;
    return new CelError(`composited variable ${quoted} fails to evaluate: ${value.message}`);
  }
}
