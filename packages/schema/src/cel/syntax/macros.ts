import type { CallExpr, Expr, Fold } from './ast.ts';
import { CelSyntaxError } from './source-error.ts';

/** The comprehension, presence test or optional mapping that a call stands for; undefined where it is an ordinary call. */
export function expandMacro(call: CallExpr): Expr | undefined {
  const { name, target, args, at } = call;
  if (!target) return name === 'has' && args.length === 1 ? presenceTest(args[0] as Expr, at) : undefined;
  switch (name) {
    case 'all':
    case 'exists':
      return args.length === 2 || args.length === 3 ? fold(name, call, args.length - 1, false) : undefined;
    case 'exists_one':
    case 'existsOne':
      if (args.length === 3 || args.length === 2) return fold('exists_one', call, args.length - 1, false);
      return undefined;
    case 'filter':
      return args.length === 2 ? fold(name, call, 1, false) : undefined;
    case 'map':
      return args.length === 2 || args.length === 3 ? fold(name, call, 1, args.length === 3) : undefined;
    case 'transformList':
    case 'transformMap':
    case 'transformMapEntry':
      return args.length === 3 || args.length === 4 ? fold(name, call, 2, args.length === 4) : undefined;
    case 'optMap':
    case 'optFlatMap': {
      if (args.length !== 2) return undefined;
      const variable = simpleName(args[0] as Expr);
      return { kind: 'optMap', flat: name === 'optFlatMap', target, variable, body: args[1] as Expr, at };
    }
    default:
      return undefined;
  }
}

function fold(macro: Fold, { target, args, at }: CallExpr, count: number, hasFilter: boolean): Expr {
  const variables = args.slice(0, count).map(simpleName);
  if (count === 2 && variables[0] === variables[1]) {
    throw new CelSyntaxError((args[1] as Expr).at, 'duplicate variable name: iteration variables must be unique');
  }
  const body = args[args.length - 1] as Expr;
  const base = { kind: 'fold', macro, range: target as Expr, variables, body, at } as const;
  return hasFilter ? { ...base, filter: args[count] as Expr } : base;
}

function simpleName(expr: Expr): string {
  if (expr.kind !== 'ident' || expr.name.startsWith('.')) {
    throw new CelSyntaxError(expr.at, 'argument must be a simple name');
  }
  if (expr.name === '__result__') {
    throw new CelSyntaxError(expr.at, 'iteration variable overwrites accumulator variable');
  }
  return expr.name;
}

function presenceTest(arg: Expr, at: number): Expr {
  if (arg.kind !== 'select' || arg.test) throw new CelSyntaxError(arg.at, 'invalid argument to has() macro');
  return { ...arg, test: true, at };
}
