import type { CallExpr, Expr } from '../syntax/ast.ts';
import { sameType } from '../types/assignable.ts';
import type { CelType, ListType } from '../types/type.ts';
import { equals } from '../values/equality.ts';
import { CelError, NO_OVERLOAD } from '../values/error.ts';
import { mapGet } from '../values/maps.ts';
import { normal } from '../values/numbers.ts';
import { add, divide, modulo, multiply, negate, not, order, subtract } from '../values/operators.ts';
import { runtimeSize } from '../values/size.ts';
import { isList, isMap } from '../values/type-name.ts';
import { type CelValue, Extension } from '../values/value.ts';
import { compileExpr } from './compile.ts';
import { type Code, type Frame, spend } from './frame.ts';
import { addLists, hasListSemantics, listEquality } from './list-semantics.ts';
import type { Scope } from './scope.ts';

const TEXT_FACTOR = 0.1;

/** An operator's code; undefined for calls that are none. */
export function compileOperator(expr: CallExpr, scope: Scope): Code | undefined {
  if (!isOperator(expr.name) || expr.target) return undefined;
  const args = expr.args.map((arg) => compileExpr(arg, scope));
  const [a, b, c] = args as [Code, Code, Code];
  const type = scope.typeOf(expr.args[0] as Expr);
  switch (expr.name) {
    case '_&&_':
      return junction(a, b, false);
    case '_||_':
      return junction(a, b, true);
    case '!_':
      return unary(a, not);
    case '-_':
      return unary(a, negate);
    case '_?_:_':
      return conditional(a, b, c);
    case '_==_':
      return equality(a, b, type, true);
    case '_!=_':
      return equality(a, b, type, false);
    case '_<_':
      return comparison(a, b, (sign) => sign < 0);
    case '_<=_':
      return comparison(a, b, (sign) => sign <= 0);
    case '_>_':
      return comparison(a, b, (sign) => sign > 0);
    case '_>=_':
      return comparison(a, b, (sign) => sign >= 0);
    case '@in':
      return membership(a, b);
    case '_+_':
      return addition(a, b, type, scope.typeOf(expr.args[1] as Expr));
    case '_-_':
      return intArithmetic(a, b, type, (x, y) => x - y, subtract);
    case '_*_':
      return intArithmetic(a, b, type, (x, y) => x * y, multiply);
    case '_/_':
      return intArithmetic(a, b, type, (x, y) => (x - (x % y)) / y, divide);
    default:
      return intArithmetic(a, b, type, (x, y) => x % y, modulo);
  }
}

function isOperator(name: string): boolean {
  return /^(?:_.*_|[!-]_|@in)$/.test(name) && !name.startsWith('_[');
}

/** `&&` with the decision false, `||` with true: an operand that decides makes up for an error of the other. */
function junction(a: Code, b: Code, decision: boolean): Code {
  return (frame) => {
    const left = a(frame);
    if (left === decision) return decision;
    const right = b(frame);
    if (right === decision) return decision;
    if (left === !decision && right === !decision) return !decision;
    if (left instanceof CelError) return left;
    return right instanceof CelError ? right : NO_OVERLOAD;
  };
}

function conditional(condition: Code, yes: Code, no: Code): Code {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return yes(frame);
    if (value === false) return no(frame);
    return value instanceof CelError ? value : NO_OVERLOAD;
  };
}

function unary(a: Code, operation: (a: CelValue) => CelValue): Code {
  return (frame) => {
    frame.cost += 1;
    return operation(a(frame));
  };
}

function binary(a: Code, b: Code, operation: (a: CelValue, b: CelValue) => CelValue): Code {
  return (frame) => {
    frame.cost += 1;
    return operation(a(frame), b(frame));
  };
}

function equality(a: Code, b: Code, type: CelType, expected: boolean): Code {
  const same = hasListSemantics(type) ? listEquality(type) : equals;
  return (frame) => {
    const left = a(frame);
    const right = b(frame);
    if (typeof left === 'number' && typeof right === 'number') {
      frame.cost += 1;
      return (left === right) === expected;
    }
    if (left instanceof CelError) return left;
    if (right instanceof CelError) return right;
    spendForBoth(frame, left, right);
    return same(left, right) === expected;
  };
}

function comparison(a: Code, b: Code, accepts: (sign: number) => boolean): Code {
  return (frame) => {
    const left = a(frame);
    const right = b(frame);
    if (typeof left === 'number' && typeof right === 'number') {
      frame.cost += 1;
      return accepts(left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN);
    }
    const sign = order(left, right);
    if (sign instanceof CelError) return sign;
    spendForBoth(frame, left, right);
    return accepts(sign);
  };
}

/** Comparing costs by the shorter one. */
function spendForBoth(frame: Frame, left: CelValue, right: CelValue): void {
  if (typeof left === 'string' && left !== '' && left.length <= 10 && right !== '') frame.cost += 1;
  else if (left instanceof Extension) frame.cost += 1;
  else spend(frame, Math.ceil(Math.min(runtimeSize(left), runtimeSize(right)) * TEXT_FACTOR));
}

function membership(a: Code, b: Code): Code {
  return (frame) => {
    const item = a(frame);
    const container = b(frame);
    if (item instanceof CelError) return item;
    if (container instanceof CelError) return container;
    if (isList(container)) {
      spend(frame, container.length);
      return container.some((each) => equals(item, each));
    }
    frame.cost += 1;
    return isMap(container) ? mapGet(container, normal(item)) !== undefined : NO_OVERLOAD;
  };
}

function addition(a: Code, b: Code, type: CelType, other: CelType): Code {
  if (type.kind === 'int') return intArithmetic(a, b, type, (x, y) => x + y, add);
  const semantics = type.kind === 'list' && sameType(type, other) ? type.semantics : undefined;
  return (frame) => {
    const left = a(frame);
    const right = b(frame);
    const result =
      semantics !== undefined && isList(left) && isList(right)
        ? addLists(left, right, type as ListType)
        : add(left, right);
    if (typeof result === 'string' || result instanceof Uint8Array) {
      spend(frame, Math.ceil(runtimeSize(result) * TEXT_FACTOR));
    } else frame.cost += 1;
    return result;
  };
}

/** Ints that stay small need no big integers. */
function intArithmetic(
  a: Code,
  b: Code,
  type: CelType,
  quick: (x: number, y: number) => number,
  exact: (x: CelValue, y: CelValue) => CelValue,
): Code {
  if (type.kind !== 'int') return binary(a, b, exact);
  return (frame) => {
    const left = a(frame);
    const right = b(frame);
    frame.cost += 1;
    if (Number.isInteger(left) && Number.isInteger(right)) {
      const result = quick(left as number, right as number);
      if (Number.isSafeInteger(result)) return result + 0;
    }
    return exact(left, right);
  };
}
