import { candidates } from '../check/environment.ts';
import type { Overload } from '../functions/overload.ts';
import type { CallExpr, Expr } from '../syntax/ast.ts';
import { qualifiedName } from '../syntax/parser.ts';
import { CelError, NO_OVERLOAD } from '../values/error.ts';
import { normal } from '../values/numbers.ts';
import type { CelValue } from '../values/value.ts';
import { compileExpr } from './compile.ts';
import { type Code, type Frame, spend } from './frame.ts';
import { guardOf } from './guard.ts';
import { compileIndex } from './index-access.ts';
import { compileOperator } from './operators.ts';
import type { Scope } from './scope.ts';

/** Operators, and functions by their overloads. */
export function compileCall(expr: CallExpr, scope: Scope): { code: Code; raw: boolean } {
  if (expr.name === '_[_]' || expr.name === '_[?_]') return compileIndex(expr, scope);
  const operator = compileOperator(expr, scope);
  if (operator) return { code: operator, raw: false };
  return { code: compileFunction(expr, scope), raw: false };
}

function compileFunction(expr: CallExpr, scope: Scope): Code {
  const overloads = scope.checked.overloads.get(expr) ?? undeclaredOverloads(expr, scope);
  const operands: readonly Expr[] =
    expr.target && overloads.some((overload) => overload.member) ? [expr.target, ...expr.args] : expr.args;
  const args = operands.map((arg) => compileExpr(arg, scope));
  const fitting = overloads.filter((overload) => overload.args.length === args.length);
  if (fitting.length === 0) {
    const error = new CelError(`undeclared reference to '${expr.name}' (in container '')`);
    return () => error;
  }
  if (expr.name === 'dyn') return dynamic(args[0] as Code);
  return fitting.length === 1 ? direct(fitting[0] as Overload, args) : dispatched(fitting, args);
}

/** What an unchecked call may mean: everything of that name. */
function undeclaredOverloads({ name, target }: CallExpr, { environment }: Scope): readonly Overload[] {
  const qualifier = target && qualifiedName(target);
  if (!target || qualifier !== undefined) {
    const full = target ? `${qualifier}.${name}` : name;
    for (const candidate of candidates(environment.container, full)) {
      const known = environment.functions.get(candidate);
      if (known) return known.filter((overload) => !overload.member);
    }
  }
  return target ? (environment.functions.get(name) ?? []).filter((overload) => overload.member) : [];
}

function dynamic(arg: Code): Code {
  return (frame) => {
    frame.cost += 1;
    return normal(arg(frame));
  };
}

interface Candidate {
  readonly guards: readonly ((value: CelValue) => boolean)[];
  readonly run: (...args: CelValue[]) => CelValue;
  readonly cost: Overload['cost'];
}

function candidate(overload: Overload): Candidate {
  // The guards make sure of the types with which the implementation was declared.
  const run = (overload.run ?? (() => NO_OVERLOAD)) as (...args: CelValue[]) => CelValue;
  return { guards: overload.args.map(guardOf), run, cost: overload.cost };
}

function direct(overload: Overload, args: readonly Code[]): Code {
  const { guards, run, cost } = candidate(overload);
  const [first, second] = args as [Code, Code];
  const [isFirst, isSecond] = guards as [Candidate['guards'][0], Candidate['guards'][0]];
  if (args.length === 1) {
    return (frame) => {
      const a = first(frame);
      if (!isFirst(a)) return a instanceof CelError ? a : NO_OVERLOAD;
      return charged(frame, cost, [a], run(a));
    };
  }
  if (args.length === 2) {
    return (frame) => {
      const a = first(frame);
      const b = second(frame);
      if (!isFirst(a) || !isSecond(b)) return wrong([a, b]);
      return charged(frame, cost, [a, b], run(a, b));
    };
  }
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    if (!fits(guards, values)) return wrong(values);
    return charged(frame, cost, values, run(...values));
  };
}

function dispatched(overloads: readonly Overload[], args: readonly Code[]): Code {
  const all = overloads.map(candidate);
  return (frame) => {
    const values = args.map((arg) => normal(arg(frame)));
    const found = all.find(({ guards }) => fits(guards, values));
    return found ? charged(frame, found.cost, values, found.run(...values)) : wrong(values);
  };
}

function fits(guards: Candidate['guards'], values: readonly CelValue[]): boolean {
  return guards.every((guard, index) => guard(values[index] as CelValue));
}

function wrong(values: readonly CelValue[]): CelError {
  return values.find((value) => value instanceof CelError) ?? NO_OVERLOAD;
}

function charged(frame: Frame, cost: Overload['cost'], args: readonly CelValue[], result: CelValue): CelValue {
  if (cost) spend(frame, cost(args, result));
  else frame.cost += 1;
  return result;
}
