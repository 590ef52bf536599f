import { DurationError, parseDurationNanos } from '@opwright/machinery';
import { compileRegex } from '../../structural/regex.ts';
import type { CallExpr, Expr } from '../syntax/ast.ts';
import type { SourceError } from '../syntax/source-error.ts';
import { isInt } from '../values/numbers.ts';
import { parseTimestamp, SECOND, timestamp } from '../values/times.ts';
import { Timestamp } from '../values/value.ts';

/** Literal arguments that can only fail at run time: durations, timestamps and patterns. */
export function literalProblems(expr: Expr): SourceError[] {
  const own = expr.kind === 'call' ? argumentProblems(expr) : [];
  return [...own, ...children(expr).flatMap(literalProblems)];
}

function argumentProblems({ name, target, args }: CallExpr): SourceError[] {
  const arg = name === 'matches' && !target ? args[1] : args[0];
  if (arg?.kind !== 'const') return [];
  if (name === 'timestamp' && isInt(arg.value)) {
    const isTime = timestamp(BigInt(arg.value) * SECOND) instanceof Timestamp;
    return isTime ? [] : [{ at: arg.at, message: 'invalid timestamp argument' }];
  }
  if (typeof arg.value !== 'string') return [];
  const isValid = validators.get(name)?.(arg.value) ?? true;
  return isValid ? [] : [{ at: arg.at, message: `invalid ${name} argument` }];
}

const validators: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['duration', isDuration],
  ['timestamp', (text: string) => parseTimestamp(text) !== undefined],
  ['matches', (text: string) => !('error' in compileRegex(text))],
]);

function isDuration(text: string): boolean {
  try {
    parseDurationNanos(text);
    return true;
  } catch (error) {
    if (error instanceof DurationError) return false;
    throw error;
  }
}

/** Why a literal pattern of find or findAll is none; undefined when all are fine. */
export function patternProblem(expr: Expr): string | undefined {
  const pattern = expr.kind === 'call' && /^find(?:All)?$/.test(expr.name) ? expr.args[0] : undefined;
  if (pattern?.kind === 'const' && typeof pattern.value === 'string') {
    const regex = compileRegex(pattern.value);
    if ('error' in regex) return regex.error;
  }
  for (const child of children(expr)) {
    const problem = patternProblem(child);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The parts of an expression. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.items.map((item) => item.expr);
    case 'map':
      return expr.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'struct':
      return expr.fields.map((field) => field.value);
    case 'fold':
      return expr.filter ? [expr.range, expr.filter, expr.body] : [expr.range, expr.body];
    case 'optMap':
      return [expr.target, expr.body];
    default:
      return [];
  }
}
