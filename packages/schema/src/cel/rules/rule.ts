import type { ValidationRule } from '../../structural/schema.ts';
import { type Environment, environment } from '../check/environment.ts';
import { literalProblems, patternProblem } from '../check/literals.ts';
import { type Adapter, adapterOf } from '../compile/adapt.ts';
import { estimateCost, unboundedParts } from '../cost/estimator.ts';
import { kubernetesFunctions } from '../functions/kubernetes.ts';
import { compileCel, type Evaluation, type Program } from '../program.ts';
import { formatErrors } from '../syntax/source-error.ts';
import { optionalOf } from '../types/type.ts';
import { type CelValue, Optional } from '../values/value.ts';
import type { Declared } from './declared.ts';
import { EXPRESSION_COST_LIMIT } from './limits.ts';

/** How a rule sees the value before an update: as the value itself, or as an optional that is there on create as well. */
export type OldSelfMode = 'value' | 'optional';

/** An expression over `self` and `oldSelf` that compiled. */
export interface CompiledExpression {
  readonly ok: true;
  /** Whether it mentions oldSelf. */
  readonly usesOldSelf: boolean;
  /** What one evaluation costs at most, by estimate. */
  readonly maxCost: number;
  /** The parts without a declared bound that make it expensive, as steps from `self`. */
  unboundedParts(): (readonly string[])[];
  /** @param oldSelf absent on create; a `value` expression that uses it must not be evaluated then */
  evaluate(self: unknown, oldSelf?: unknown): Evaluation;
}

/** Why it did not, in the API server's words. */
export interface CompileError {
  readonly ok: false;
  readonly error: string;
}

/** Compiles a rule for values of a declared schema: must be a bool. */
export function compileRule(rule: ValidationRule, self: Declared): CompiledExpression | CompileError {
  return compileFor(rule.rule, rule, self, 'bool', {
    compilation: 'compilation failed: ',
    instantiation: 'program instantiation failed: ',
    type: 'cel expression must evaluate to a bool',
  });
}

/** Compiles a rule's messageExpression: must be a string. */
export function compileMessage(rule: ValidationRule, self: Declared): CompiledExpression | CompileError {
  return compileFor(rule.messageExpression ?? '', rule, self, 'string', {
    compilation: 'messageExpression compilation failed: ',
    instantiation: 'messageExpression instantiation failed: ',
    type: 'messageExpression must evaluate to a string',
  });
}

function compileFor(
  source: string,
  { optionalOldSelf = false }: ValidationRule,
  self: Declared,
  kind: 'bool' | 'string',
  complaints: { readonly compilation: string; readonly instantiation: string; readonly type: string },
): CompiledExpression | CompileError {
  const mode: OldSelfMode = optionalOldSelf ? 'optional' : 'value';
  const program = compileCel(source, environmentFor(self, mode), { raw: true });
  if ('issues' in program) return { ok: false, error: `${complaints.compilation}${program.issues}` };
  const problems = literalProblems(program.expr);
  if (problems.length > 0) return { ok: false, error: `${complaints.compilation}${formatErrors(source, problems)}` };
  if (program.type.kind !== kind) return { ok: false, error: complaints.type };
  const pattern = patternProblem(program.expr);
  if (pattern !== undefined) return { ok: false, error: `${complaints.instantiation}${pattern}` };
  return expression(program, self, mode);
}

const environments = new WeakMap<Declared, Map<OldSelfMode, Environment>>();

function environmentFor(self: Declared, mode: OldSelfMode): Environment {
  const known = environments.get(self) ?? new Map<OldSelfMode, Environment>();
  environments.set(self, known);
  let found = known.get(mode);
  if (!found) {
    const old = mode === 'optional' ? optionalOf(self.type) : self.type;
    found = environment(kubernetesFunctions, [
      ['self', self.type],
      ['oldSelf', old],
    ]);
    known.set(mode, found);
  }
  return found;
}

function expression(program: Program, self: Declared, mode: OldSelfMode): CompiledExpression {
  const adapt = adapterOf(self.type);
  return {
    ok: true,
    usesOldSelf: [...program.checked.names.values()].includes('oldSelf'),
    maxCost: estimateCost(program.expr, program.checked, self).max,
    unboundedParts: () => unboundedParts(program.expr, program.checked, self),
    evaluate: (value, oldValue) => {
      // Objects are JSON, which is what a raw variable takes; behind an optional they are not known as such any more.
      const old = mode === 'optional' ? optional(oldValue, adapt) : ((oldValue ?? null) as CelValue);
      return program.evaluate([value as CelValue, old], EXPRESSION_COST_LIMIT);
    },
  };
}

function optional(value: unknown, adapt: Adapter | undefined): Optional {
  if (value === undefined || value === null) return Optional.none;
  return new Optional(adapt ? adapt(value as CelValue) : (value as CelValue));
}
